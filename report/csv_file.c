/* CSV files by libcsv. */
#include "csv_file.h"

#include <csv.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

struct reading {
	sw_csv_visit visit;
	void *argument;
	char **reason;
	char *fields[SW_CSV_FIELDS_MAX];
	size_t count;
	size_t number;
	enum sw_result result;
};

char *
sw_reason(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return text;
}

static void
fail(struct reading *reading, enum sw_result result, const char *why)
{
	reading->result = result;
	if (result == SW_ERR_INVALID && *reading->reason == NULL)
		*reading->reason = sw_reason("row %zu: %s",
		    reading->number + 1, why);
}

static void
take_field(void *text, size_t length, void *argument)
{
	struct reading *reading = argument;
	char *field;

	if (reading->result != SW_OK)
		return;
	if (reading->count == SW_CSV_FIELDS_MAX) {
		fail(reading, SW_ERR_INVALID, "too many fields");
		return;
	}
	if (length > SW_CSV_FIELD_SIZE_MAX ||
	    (length > 0 && memchr(text, '\0', length) != NULL) ||
	    (length > 0 && u8_check(text, length) != NULL)) {
		fail(reading, SW_ERR_INVALID,
		    "a field is too long, or not UTF-8 text");
		return;
	}
	field = strndup(length > 0 ? text : "", length);
	if (field == NULL)
		fail(reading, SW_ERR_MEMORY, "");
	else
		reading->fields[reading->count++] = field;
}

static void
drop_fields(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++)
		free(reading->fields[i]);
	reading->count = 0;
}

static void
take_row(int end, void *argument)
{
	struct reading *reading = argument;
	bool empty = reading->count == 0 ||
	    (reading->count == 1 && reading->fields[0][0] == '\0');

	(void)end;
	if (reading->result == SW_OK && !empty) {
		const struct sw_csv_row row = {
			.number = reading->number + 1, .count = reading->count,
			.fields = (const char *const *)reading->fields
		};

		reading->result = reading->visit(reading->argument, &row,
		    reading->reason);
	}
	reading->number++;
	drop_fields(reading);
}

/* False: libcsv could not go on. */
static bool
feed(struct csv_parser *parser, struct reading *reading, const char *text,
    size_t length)
{
	if (csv_parse(parser, text, length, take_field, take_row, reading) ==
	    length)
		return true;
	if (csv_error(parser) == CSV_ENOMEM)
		fail(reading, SW_ERR_MEMORY, "");
	else
		fail(reading, SW_ERR_INVALID, csv_strerror(csv_error(parser)));
	return false;
}

static void
read_all(FILE *file, struct csv_parser *parser, struct reading *reading)
{
	char buffer[16384];
	bool first = true;
	size_t length;

	while (reading->result == SW_OK &&
	    (length = fread(buffer, 1, sizeof(buffer), file)) > 0) {
		size_t skip = first && length >= 3 &&
		    memcmp(buffer, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

		first = false;
		/* libcsv's buffer grows with a field: one that never ends. */
		if (csv_get_buffer_size(parser) > 4 * SW_CSV_FIELD_SIZE_MAX)
			fail(reading, SW_ERR_INVALID, "a quote that never ends");
		else if (!feed(parser, reading, buffer + skip, length - skip))
			return;
	}
	if (ferror(file))
		reading->result = SW_ERR_SYSTEM;
	if (reading->result == SW_OK &&
	    csv_fini(parser, take_field, take_row, reading) != 0)
		fail(reading, csv_error(parser) == CSV_ENOMEM ? SW_ERR_MEMORY :
		    SW_ERR_INVALID, csv_strerror(csv_error(parser)));
}

enum sw_result
sw_csv_read(FILE *file, sw_csv_visit visit, void *argument, char **reason)
{
	struct reading reading = { .visit = visit, .argument = argument,
	    .reason = reason, .result = SW_OK };
	struct csv_parser parser;

	*reason = NULL;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return SW_ERR_MEMORY;
	read_all(file, &parser, &reading);
	drop_fields(&reading);
	csv_free(&parser);
	return reading.result;
}

enum sw_result
sw_csv_read_path(const char *path, sw_csv_visit visit, void *argument,
    char **reason)
{
	FILE *file = fopen(path, "re");
	enum sw_result result;
	char *inner;

	*reason = NULL;
	if (file == NULL) {
		*reason = sw_reason("%s: %s", path, strerror(errno));
		return SW_ERR_SYSTEM;
	}
	result = sw_csv_read(file, visit, argument, &inner);
	if (result != SW_OK)
		*reason = sw_reason("%s: %s", path, inner != NULL ? inner :
		    result == SW_ERR_SYSTEM ? strerror(errno) :
		    sw_result_text(result));
	free(inner);
	fclose(file);
	return result;
}
