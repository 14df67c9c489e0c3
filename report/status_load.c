/* Status files of both kinds as JSON objects. */
#include "status.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "senderwatch/settings.h"

#define STALE_SECONDS 60
#define MODULE "senderwatch.so"
#define COLLECTOR "senderwatchd"

json_int_t
sw_status_number(const json_t *status, const char *key)
{
	return json_integer_value(json_object_get(status, key));
}

const char *
sw_status_string(const json_t *status, const char *key)
{
	const char *text = json_string_value(json_object_get(status, key));

	return text != NULL ? text : "";
}

const char *
sw_status_time(json_int_t seconds, char text[SW_STATUS_TIME_MAX])
{
	time_t when = (time_t)seconds;
	struct tm parts;

	strcpy(text, "never");
	if (seconds > 0 && gmtime_r(&when, &parts) != NULL)
		strftime(text, SW_STATUS_TIME_MAX, "%Y-%m-%d %H:%M:%S UTC",
		    &parts);
	return text;
}

/* --- A module's file ------------------------------------------------------ */

/* Names and ids stay what they are, even those of digits alone. */
static bool
is_text(const char *name)
{
	static const char *const texts[] = { "resolver", "software",
		"collector", "delivering", "key", "old_key", "old_key_until" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (strcmp(texts[i], name) == 0)
			return true;
	}
	return false;
}

/* A sw_setting_handler; argument is the object. */
static const char *
take(void *argument, const char *name, const char *value)
{
	unsigned long number;
	json_t *json = !is_text(name) &&
	    sw_setting_unsigned(value, 0, INT64_MAX, &number) ?
	    json_integer((json_int_t)number) : json_string(value);

	return json_object_set_new(argument, name, json) == 0 ? NULL :
	    "not UTF-8";
}

/* A sw_setting_complaint. */
static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	(void)argument;
	if (line == 0)
		sw_say("%s: %s", path, text);
	else
		sw_say("%s:%u: %s", path, line, text);
}

static json_t *
load_module(const char *path)
{
	json_t *status = json_object();

	if (status == NULL)
		return NULL;
	if (sw_settings_read(path, take, complain, status) != SW_OK) {
		json_decref(status);
		return NULL;
	}
	if (json_object_size(status) == 0) {
		sw_say("%s: the file is empty", path);
		json_decref(status);
		return NULL;
	}
	json_object_set_new(status, "program", json_string(MODULE));
	return status;
}

/* --- A collector's -------------------------------------------------------- */

static json_t *
load_collector(const char *path, FILE *file)
{
	json_error_t error;
	json_t *status = json_loadf(file, JSON_REJECT_DUPLICATES, &error);

	if (status == NULL) {
		sw_say("%s:%d: %s", path, error.line, error.text);
		return NULL;
	}
	if (json_is_object(status) &&
	    strcmp(sw_status_string(status, "program"), COLLECTOR) == 0)
		return status;
	sw_say("%s: not a status file", path);
	json_decref(status);
	return NULL;
}

json_t *
sw_status_load(const char *path)
{
	FILE *file = fopen(path, "re");
	json_t *status;
	int first;

	if (file == NULL) {
		sw_say("%s: %s", path, strerror(errno));
		return NULL;
	}
	first = getc(file);
	if (first == '{') {
		ungetc(first, file);
		status = load_collector(path, file);
	} else {
		status = load_module(path);
	}
	fclose(file);
	if (status != NULL)
		json_object_set_new(status, "file", json_string(path));
	return status;
}

/* --- Is all well? --------------------------------------------------------- */

bool
sw_status_judge(json_t *status, long long now)
{
	const char *path = sw_status_string(status, "file");
	bool collector = strcmp(sw_status_string(status, "program"),
	    COLLECTOR) == 0;
	bool well;

	if (collector)
		well = json_is_true(json_object_get(status, "merging"));
	else
		well = strcmp(sw_status_string(status, "delivering"), "yes") ==
		    0;
	if (now - sw_status_number(status, "written") > STALE_SECONDS) {
		sw_say("%s: written more than a minute ago: is the %s running?",
		    path, collector ? "collector" : "resolver");
		well = false;
	}
	json_object_set_new(status, "well", json_boolean(well));
	return well;
}
