/* "name = value" files. */
#include "senderwatch/settings.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

/* inih cuts longer lines into pieces, each of which it would misread. */
#define LINE_LENGTH_MAX 199
#define BLANKS " \t\v\f\r"	/* that inih passes over as well */

struct reading {
	sw_setting_handler handler;
	void *argument;
	const char *complaint;
};

static int
take(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;

	(void)section;
	reading->complaint = *value == '\0' ? "the value is missing" :
	    reading->handler(reading->argument, name, value);
	return reading->complaint == NULL;
}

/*
 * inih reports the first bad line only, so it is given one line at a time:
 * these files have neither sections nor continued lines.
 */
static const char *
read_line(struct reading *reading, const char *line)
{
	size_t length = strlen(line);
	const char *start = line + strspn(line, BLANKS);

	reading->complaint = NULL;
	if (length > LINE_LENGTH_MAX)
		return "the line is too long";
	if (*start == '[')
		return "there are no sections here";
	if (*start == '\0')
		return NULL;
	if (ini_parse_string(start, take, reading) == 0)
		return NULL;
	return reading->complaint != NULL ? reading->complaint :
	    "not of the form: name = value";
}

enum sw_result
sw_settings_read(const char *path, sw_setting_handler handler,
    sw_setting_complaint complain, void *argument)
{
	struct reading reading = { .handler = handler, .argument = argument };
	enum sw_result result = SW_OK;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	unsigned number = 0;
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		complain(argument, path, 0, strerror(errno));
		return SW_ERR_SYSTEM;
	}
	while ((length = getline(&line, &size, file)) >= 0) {
		const char *complaint;

		number++;
		while (length > 0 && (line[length - 1] == '\n' ||
		    line[length - 1] == '\r'))
			line[--length] = '\0';
		complaint = strlen(line) != (size_t)length ?
		    "the line holds a NUL" : read_line(&reading, line);
		if (complaint != NULL) {
			complain(argument, path, number, complaint);
			result = SW_ERR_INVALID;
		}
	}
	if (ferror(file)) {
		complain(argument, path, 0, strerror(errno));
		result = SW_ERR_SYSTEM;
	}
	free(line);
	fclose(file);
	return result;
}

bool
sw_setting_unsigned(const char *value, unsigned long low, unsigned long high,
    unsigned long *out)
{
	char *end;

	/* strtoul() takes signs and blanks. */
	if (*value < '0' || *value > '9')
		return false;
	errno = 0;
	*out = strtoul(value, &end, 10);
	return errno == 0 && *end == '\0' && *out >= low && *out <= high;
}

bool
sw_setting_bool(const char *value, bool *out)
{
	*out = strcmp(value, "yes") == 0;
	return *out || strcmp(value, "no") == 0;
}
