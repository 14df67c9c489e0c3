/* The settings of periodic publication, "name = value" in a file. */
#ifndef SENDERWATCH_REPORT_EXPORT_SETTINGS_H
#define SENDERWATCH_REPORT_EXPORT_SETTINGS_H

#include "site_make.h"

struct sw_export_settings {
	struct sw_site_order order;	/* its text is held here */
	const char *folder;
	unsigned long months;		/* how many are published, at most */
	unsigned long keep;		/* publications; 0: all */
	unsigned long keep_running;	/* of the running month; 0: all */
	char **texts;			/* all that the order borrows */
	size_t text_count;
};

/*
 * Read the file; every bad line is told on standard error. What is missing
 * has its default, but for the folder, which must be there.
 */
enum sw_result sw_export_settings_read(struct sw_export_settings *settings,
    const char *path);
void sw_export_settings_fini(struct sw_export_settings *settings);

#endif
