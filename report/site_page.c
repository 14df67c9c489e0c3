/* The frame of the site's pages. */
#include "senderwatch-config.h"
#include "site_page.h"

#include <stdbool.h>
#include <string.h>

#include "text.h"

static void
write_languages(FILE *file, const struct sw_site_frame *frame)
{
	fputs("<nav class=\"languages\" aria-label=\"", file);
	sw_html_write(file, frame->words->languages);
	fputs("\">", file);
	for (size_t i = 0; i < SW_SITE_LANGUAGES; i++) {
		const struct sw_site_words *words = sw_site_words[i];

		if (words == frame->words) {
			fputs("<span aria-current=\"true\">", file);
			sw_html_write(file, words->name);
			fputs("</span>", file);
			continue;
		}
		fprintf(file, "<a href=\"../%s/", words->language);
		sw_html_write(file, frame->name);
		fprintf(file, "\" hreflang=\"%s\" lang=\"%s\">",
		    words->language, words->language);
		sw_html_write(file, words->name);
		fputs("</a>", file);
	}
	fputs("</nav>\n", file);
}

static void
write_links(FILE *file, const struct sw_site_frame *frame)
{
	fputs("<nav class=\"pages\" aria-label=\"", file);
	sw_html_write(file, frame->words->pages);
	fputs("\">\n<ul>\n", file);
	for (size_t i = 0; i < frame->link_count; i++) {
		const struct sw_site_link *link = &frame->links[i];
		bool here = frame->current != NULL &&
		    strcmp(frame->current, link->href) == 0;

		fputs("<li><a href=\"", file);
		sw_html_write(file, link->href);
		fprintf(file, "\"%s>", here ? " aria-current=\"page\"" : "");
		sw_html_write(file, link->text);
		fputs("</a></li>\n", file);
	}
	fputs("</ul>\n</nav>\n", file);
}

void
sw_site_frame_begin(FILE *file, const struct sw_site_frame *frame)
{
	const struct sw_site_words *words = frame->words;

	fprintf(file, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\"/>\n"
	    "<meta name=\"generator\" content=\"senderwatch "
	    PACKAGE_VERSION "\"/>\n<title>", words->language);
	sw_html_write(file, frame->title);
	fputs(" | ", file);
	sw_html_write(file, words->title);
	fputs("</title>\n<link rel=\"stylesheet\" href=\"../style.css\"/>\n",
	    file);
	for (size_t i = 0; i < SW_SITE_LANGUAGES; i++) {
		fprintf(file, "<link rel=\"alternate\" hreflang=\"%s\" "
		    "href=\"../%s/", sw_site_words[i]->language,
		    sw_site_words[i]->language);
		sw_html_write(file, frame->name);
		fputs("\"/>\n", file);
	}
	fputs("</head>\n<body>\n<a class=\"skip\" href=\"#content\">", file);
	sw_html_write(file, words->skip);
	fputs("</a>\n<header>\n<p class=\"site\">", file);
	sw_html_write(file, words->title);
	if (frame->scope[0] != '\0') {
		fputs(" <span>", file);
		sw_html_write(file, frame->scope);
		fputs("</span>", file);
	}
	fputs("</p>\n", file);
	write_languages(file, frame);
	write_links(file, frame);
	fputs("</header>\n<main id=\"content\">\n<h1>", file);
	sw_html_write(file, frame->title);
	fputs("</h1>\n", file);
}

void
sw_site_frame_end(FILE *file, const struct sw_site_frame *frame)
{
	fputs("</main>\n<footer>\n<p>", file);
	sw_html_write(file, frame->words->footer);
	fputs("</p>\n</footer>\n</body>\n</html>\n", file);
}
