/*
 * Where a report goes: standard output, or a file that is there whole or not
 * at all (written under a temporary name beside it, then renamed).
 */
#ifndef SENDERWATCH_REPORT_OUTPUT_H
#define SENDERWATCH_REPORT_OUTPUT_H

#include <stdio.h>

#include "senderwatch/result.h"

struct sw_output {
	FILE *file;
	char *path;	/* NULL: standard output */
	char *temporary;
};

/*
 * path NULL or "-" is standard output. A path that is there and not a regular
 * file (a device, a FIFO) is written to as it is. Where it is a symbolic link,
 * such as /dev/stdout, the link stays, and the file that it leads to is the one.
 * SW_ERR_SYSTEM: errno tells.
 */
enum sw_result sw_output_open(struct sw_output *output, const char *path);

/* Make it durable and visible under its name; abandons it on failure. */
enum sw_result sw_output_commit(struct sw_output *output);

/* Leave whatever stood there before as it was. Harmless after a commit. */
void sw_output_abandon(struct sw_output *output);

#endif
