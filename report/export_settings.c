/* Reading the settings of periodic publication. */
#include "senderwatch-config.h"
#include "export_settings.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "database.h"
#include "message.h"
#include "senderwatch/settings.h"

#define MONTHS_DEFAULT 12
#define KEEP_RUNNING_DEFAULT 7

/* A copy that lives as long as the settings; NULL: out of memory. */
static const char *
hold(struct sw_export_settings *settings, const char *value)
{
	char **texts = reallocarray(settings->texts, settings->text_count + 1,
	    sizeof(*texts)), *text;

	if (texts == NULL)
		return NULL;
	settings->texts = texts;
	text = strdup(value);
	if (text != NULL)
		texts[settings->text_count++] = text;
	return text;
}

static const char *
take_text(struct sw_export_settings *settings, const char *value,
    const char **out)
{
	*out = hold(settings, value);
	return *out != NULL ? NULL : "out of memory";
}

static const char *
take_listed(struct sw_export_settings *settings, const char *value,
    const char **list, size_t *count)
{
	if (*count == SW_SITE_LISTS_MAX)
		return "too many of these";
	return take_text(settings, value, &list[(*count)++]);
}

static const char *
take_number(const char *value, unsigned long low, unsigned long high,
    unsigned long *out)
{
	return sw_setting_unsigned(value, low, high, out) ? NULL :
	    "not a number in the range that makes sense";
}

static const char *
take(void *argument, const char *name, const char *value)
{
	struct sw_export_settings *settings = argument;
	struct sw_site_order *order = &settings->order;
	const struct {
		const char *name;
		const char **out;
	} texts[] = {
		{ "database", &order->database },
		{ "folder", &settings->folder },
		{ "registry", &order->registry },
		{ "registries", &order->registries },
		{ "totals", &order->totals },
		{ "publisher", &order->publisher },
		{ "gnuplot", &order->gnuplot },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(name, texts[i].name) == 0)
			return take_text(settings, value, texts[i].out);
	}
	if (strcmp(name, "cohort") == 0)
		return take_listed(settings, value, order->cohorts,
		    &order->cohort_count);
	if (strcmp(name, "series") == 0)
		return take_listed(settings, value, order->series,
		    &order->series_count);
	if (strcmp(name, "min-cell") == 0)
		return sw_argument_min_cell(value, &order->min_cell) ? NULL :
		    "not a number";
	if (strcmp(name, "months") == 0)
		return take_number(value, 1, SW_BLOCKS_MAX, &settings->months);
	if (strcmp(name, "keep") == 0)
		return take_number(value, 0, 100000, &settings->keep);
	if (strcmp(name, "keep-running") == 0)
		return take_number(value, 0, 100000, &settings->keep_running);
	return "there is no such setting";
}

enum sw_result
sw_export_settings_read(struct sw_export_settings *settings, const char *path)
{
	enum sw_result result;

	memset(settings, 0, sizeof(*settings));
	settings->order.database = SW_DATABASE_DEFAULT;
	settings->order.gnuplot = SW_GNUPLOT;
	settings->order.min_cell = -1;
	settings->months = MONTHS_DEFAULT;
	settings->keep_running = KEEP_RUNNING_DEFAULT;
	result = sw_settings_read(path, take, sw_say_line, settings);
	if (result == SW_OK && settings->folder == NULL) {
		sw_say_line(NULL, path, 0, "the setting \"folder\" is missing");
		result = SW_ERR_INVALID;
	}
	return result;
}

void
sw_export_settings_fini(struct sw_export_settings *settings)
{
	for (size_t i = 0; i < settings->text_count; i++)
		free(settings->texts[i]);
	free(settings->texts);
	memset(settings, 0, sizeof(*settings));
}
