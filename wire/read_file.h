/* Reading small files whole. */
#ifndef SW_WIRE_READ_FILE_H
#define SW_WIRE_READ_FILE_H

#include <stddef.h>

#include "senderwatch/result.h"

/*
 * *text (the caller frees) is the file's bytes and a NUL. SW_ERR_SYSTEM with
 * errno, EFBIG where it is longer than limit; *text is NULL then.
 */
enum sw_result sw_read_file(const char *path, size_t limit, char **text,
    size_t *length);

#endif
