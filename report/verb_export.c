/* senderwatch export: the periodic publication. */
#include "senderwatch-config.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "database.h"
#include "export_settings.h"
#include "message.h"
#include "publication.h"
#include "senderwatch/store.h"
#include "verbs.h"

#define CONFIG_DEFAULT SW_SYSCONFDIR "/senderwatch/export.conf"

static const char help[] =
    "Usage: senderwatch export [--config FILE] [OPTION]...\n\n"
    "Publishes everything: the site of \"senderwatch site\" with all data, into a\n"
    "folder named by the day, and then lets the link \"latest\" lead there, in one\n"
    "step. A run that fails leaves the old publication up, and says so.\n\n"
    "  --config FILE      default: " CONFIG_DEFAULT "\n"
    "  --running          the month that is not over too; the folder's name begins\n"
    "                     with \"running-\", and the link is called \"running\"\n"
    "  --date YYYY-MM-DD  as if on this day (UTC); default: today\n"
    "  --help             this text\n\n"
    "Settings, name = value:\n"
    "  folder             where publications go; must exist\n"
    "  database           default: " SW_DATABASE_DEFAULT "\n"
    "  months             how many months, back from the last; default: 12\n"
    "  registry, registries, totals, publisher, min-cell, gnuplot\n"
    "                     as the options of \"senderwatch site\"\n"
    "  cohort, series     files, as there; may be given more than once\n"
    "  keep               how many publications to keep; default: 0, all\n"
    "  keep-running       the same of the running month's; default: 7\n\n"
    "Exit status: 0 if all went well, also without charts; 1 if something failed;\n"
    "2 if the command line makes no sense.\n";

struct options {
	const char *config;
	char date[16];		/* "2026-11-02" */
	uint32_t month;		/* of the date */
	bool running;
	bool help;
};

enum { OPTION_CONFIG = 256, OPTION_RUNNING, OPTION_DATE };

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "running", no_argument, NULL, OPTION_RUNNING },
	{ "date", required_argument, NULL, OPTION_DATE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

static void
take_time(struct options *options, const struct tm *tm)
{
	strftime(options->date, sizeof(options->date), "%Y-%m-%d", tm);
	options->month = (uint32_t)(tm->tm_year + 1900) * 100 +
	    (uint32_t)tm->tm_mon + 1;
}

static bool
parse_date(const char *value, struct options *options)
{
	struct tm tm = { 0 };
	const char *end = strptime(value, "%Y-%m-%d", &tm);
	char text[16];

	/* timegm() makes a 30 February a 2 March, strptime() lets it pass. */
	if (end == NULL || *end != '\0' || tm.tm_year < 100 ||
	    timegm(&tm) == (time_t)-1)
		return false;
	take_time(options, &tm);
	if (sw_month_next(options->month) == 0)
		return false;
	/* It becomes a name: only as it is written here. */
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	return strcmp(text, value) == 0;
}

static bool
take_option(struct options *options, int option, const char *value)
{
	switch (option) {
	case OPTION_CONFIG:
		options->config = value;
		return true;
	case OPTION_RUNNING:
		return options->running = true;
	case OPTION_DATE:
		return parse_date(value, options);
	default:
		return options->help = true;
	}
}

/* False: usage, and a message was written. */
static bool
parse_options(int argc, char **argv, struct options *options)
{
	int option, index = 0;
	time_t now = time(NULL);
	struct tm tm;

	*options = (struct options){ .config = CONFIG_DEFAULT };
	take_time(options, gmtime_r(&now, &tm));
	while ((option = getopt_long(argc, argv, "h", long_options,
	    &index)) != -1) {
		if (option == '?')
			return false;
		if (!take_option(options, option, optarg)) {
			sw_say("--%s can't be \"%s\"",
			    long_options[index].name, optarg);
			return false;
		}
	}
	if (!options->help && optind < argc) {
		sw_say("what is \"%s\"?", argv[optind]);
		return false;
	}
	return true;
}

static void
choose_months(struct sw_export_settings *settings,
    const struct options *options)
{
	struct sw_site_order *order = &settings->order;

	order->last = options->running ? options->month :
	    sw_month_before(options->month);
	order->running = options->running ? options->month : 0;
	order->first = order->last;
	for (unsigned long i = 1; i < settings->months; i++)
		order->first = sw_month_before(order->first);
}

/* Write the publication of that name. */
static enum sw_result
write_tree(const struct sw_export_settings *settings, const char *name,
    char reason[SW_REASON_MAX])
{
	char path[SW_PUBLICATION_PATH_MAX];
	struct sw_tree *tree = NULL;
	enum sw_result result;

	snprintf(path, sizeof(path), "%s/%s", settings->folder, name);
	result = sw_tree_begin(&tree, path);
	if (result == SW_OK)
		result = sw_site_make(tree, &settings->order, reason);
	else
		snprintf(reason, SW_REASON_MAX, "%s", sw_tree_error(tree));
	if (result == SW_OK) {
		result = sw_tree_commit(tree);
		snprintf(reason, SW_REASON_MAX, "%s", sw_tree_error(tree));
	}
	sw_tree_free(&tree);
	return result;
}

static enum sw_result
failed(char reason[SW_REASON_MAX], enum sw_result result, const char *doing,
    const char *what)
{
	snprintf(reason, SW_REASON_MAX, "can't %s %s: %s", doing, what,
	    result == SW_ERR_SYSTEM ? strerror(errno) :
	    sw_result_text(result));
	return result;
}

static enum sw_result
publish(const struct sw_export_settings *settings,
    const struct options *options, char reason[SW_REASON_MAX])
{
	const char *prefix = options->running ? "running-" : "";
	const char *link = options->running ? "running" : "latest";
	char wanted[SW_PUBLICATION_NAME_MAX], name[SW_PUBLICATION_NAME_MAX];
	char path[SW_PUBLICATION_PATH_MAX];
	enum sw_result result;

	if (sw_publication_sweep(settings->folder) != SW_OK)
		sw_say("warning: not all that an earlier run left half-written "
		    "could be removed");
	snprintf(wanted, sizeof(wanted), "%s%s", prefix, options->date);
	result = sw_publication_name(settings->folder, wanted, name);
	if (result != SW_OK)
		return failed(reason, result, "publish in", settings->folder);
	result = write_tree(settings, name, reason);
	if (result != SW_OK)
		return result;
	result = sw_publication_switch(settings->folder, link, name);
	if (result != SW_OK) {
		failed(reason, result, "switch the link", link);
		snprintf(path, sizeof(path), "%s/%s", settings->folder, name);
		(void)sw_tree_remove(path);
		return result;
	}
	sw_progress_end(settings->order.progress);
	/* What is new is up: old ones that stay are a nuisance only. */
	if (sw_publication_prune(settings->folder, prefix, link,
	    (unsigned)(options->running ? settings->keep_running :
	    settings->keep)) != SW_OK)
		sw_say("warning: not all old publications could be removed");
	return SW_OK;
}

static int
export(const struct options *options)
{
	char reason[SW_REASON_MAX] = "";
	struct sw_export_settings settings;
	struct sw_progress progress;
	enum sw_result result;
	int lock = -1;

	result = sw_export_settings_read(&settings, options->config);
	if (result != SW_OK) {
		sw_export_settings_fini(&settings);
		return SW_EXIT_FAILURE;
	}
	choose_months(&settings, options);
	settings.order.progress = &progress;
	sw_progress_begin(&progress, "senderwatch export");
	result = sw_publication_lock(settings.folder, &lock);
	if (result == SW_ERR_TIMEOUT)
		snprintf(reason, sizeof(reason), "another export is at work "
		    "in %s", settings.folder);
	else if (result != SW_OK)
		failed(reason, result, "publish in", settings.folder);
	else
		result = publish(&settings, options, reason);
	sw_progress_end(&progress);
	if (result != SW_OK)
		sw_say("nothing was published, the last publication stays up: "
		    "%s", reason);
	if (lock >= 0)
		close(lock);
	sw_export_settings_fini(&settings);
	return result == SW_OK ? SW_EXIT_OK : SW_EXIT_FAILURE;
}

int
sw_verb_export(int argc, char **argv)
{
	struct options options;

	if (!parse_options(argc, argv, &options))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	return export(&options);
}
