/* The frame of the site's pages, and their style sheet. */
#ifndef SENDERWATCH_REPORT_SITE_PAGE_H
#define SENDERWATCH_REPORT_SITE_PAGE_H

#include <stdio.h>

#include "site_words.h"

struct sw_site_link {
	const char *href;
	const char *text;
	const char *lang;	/* NULL: the page's */
};

struct sw_site_frame {
	const struct sw_site_words *words;
	const char *name;	/* of the file, the same in each language */
	const char *title;
	const char *scope;	/* ".jp" or the publisher; "" for none */
	const struct sw_site_link *links;	/* of the navigation */
	size_t link_count;
	const char *current;	/* href of the link that leads here, or NULL */
};

/*
 * Up to where the content stands, with the page's title as its first head,
 * and from there on. Well-formed XML too, so that any parser can check it.
 */
void sw_site_frame_begin(FILE *file, const struct sw_site_frame *frame);
void sw_site_frame_end(FILE *file, const struct sw_site_frame *frame);

extern const char sw_site_style[];

#endif
