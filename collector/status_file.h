/*
 * The status file: a snapshot in JSON, rewritten every ten seconds, for
 * `senderwatch status`.
 */
#ifndef SW_COLLECTOR_STATUS_FILE_H
#define SW_COLLECTOR_STATUS_FILE_H

#include "server.h"

struct sw_status_file;

/* Writes in a thread of its own; parts are borrowed. */
enum sw_result sw_status_file_new(struct sw_status_file **file,
    const struct sw_parts *parts);
/* Writes once more. */
void sw_status_file_free(struct sw_status_file **file);

#endif
