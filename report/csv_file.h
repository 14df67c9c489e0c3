/* Reading CSV files (RFC 4180) that people hand in, with libcsv. */
#ifndef SENDERWATCH_REPORT_CSV_FILE_H
#define SENDERWATCH_REPORT_CSV_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "senderwatch/result.h"

#define SW_CSV_FIELDS_MAX 256
#define SW_CSV_FIELD_SIZE_MAX 65536	/* bytes */

struct sw_csv_row {
	size_t number;		/* 1 for the head */
	size_t count;		/* of fields */
	const char *const *fields;	/* valid UTF-8 without NUL */
};

/*
 * Call each row that is not empty; a byte order mark is passed over. A result
 * other than SW_OK of the callback ends the reading and is returned; the
 * callback may set *reason itself.
 *
 * On failure *reason is a sentence for people with the row's number, to be
 * freed, or NULL where memory is out or the system said no (errno tells).
 */
typedef enum sw_result (*sw_csv_visit)(void *argument,
    const struct sw_csv_row *row, char **reason);
enum sw_result sw_csv_read(FILE *file, sw_csv_visit visit, void *argument,
    char **reason);

/* The same of a file by its name; the reason begins with it. */
enum sw_result sw_csv_read_path(const char *path, sw_csv_visit visit,
    void *argument, char **reason);

/* A formatted reason; NULL where memory is out. */
char *sw_reason(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
