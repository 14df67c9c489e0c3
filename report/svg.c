/* Making gnuplot's SVG fit to stand inside an HTML page. */
#include "svg.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* From the first text to the second, both left out. */
static const struct cut {
	const char *begin;
	const char *end;
} cuts[] = {
	{ "<title>", "</title>" },
	{ "<desc>", "</desc>" },
	{ "<defs>", "</defs>" },
	{ " id=\"gnuplot_canvas\"", "" },
};

/* The cut that begins here, if any. */
static const struct cut *
find_cut(const char *text)
{
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		if (strncmp(text, cuts[i].begin, strlen(cuts[i].begin)) == 0)
			return &cuts[i];
	}
	return NULL;
}

static bool
copy_content(FILE *file, const char *text, const char *end)
{
	while (text < end) {
		const struct cut *cut = NULL;

		if (*text == '<' || *text == ' ')
			cut = find_cut(text);
		if (cut == NULL) {
			putc(*text++, file);
			continue;
		}
		text = strstr(text + strlen(cut->begin), cut->end);
		if (text == NULL)
			return false;
		text += strlen(cut->end);
	}
	return true;
}

/* The value of an attribute of the opening tag; length 0 if it isn't there. */
static const char *
find_attribute(const char *tag, const char *end, const char *name,
    size_t *length)
{
	const char *value = strstr(tag, name), *quote;

	*length = 0;
	if (value == NULL || value > end)
		return tag;
	value += strlen(name);
	quote = strchr(value, '"');
	if (quote != NULL && quote < end)
		*length = (size_t)(quote - value);
	return value;
}

static bool
write_element(FILE *file, const char *document, const char *label)
{
	const char *tag = strstr(document, "<svg"), *content, *end, *box;
	size_t length;

	content = tag != NULL ? strchr(tag, '>') : NULL;
	end = content != NULL ? strstr(content, "</svg>") : NULL;
	if (end == NULL || strstr(document, "<script") != NULL)
		return false;
	box = find_attribute(tag, content, "viewBox=\"", &length);
	if (length == 0)
		return false;
	fprintf(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.*s\" "
	    "role=\"img\" aria-label=\"", (int)length, box);
	sw_html_write(file, label);
	fputs("\">", file);
	if (!copy_content(file, content + 1, end))
		return false;
	fputs("</svg>\n", file);
	return true;
}

enum sw_result
sw_svg_inline(const char *document, const char *label, char **element)
{
	size_t length;
	FILE *file = open_memstream(element, &length);
	bool written;

	*element = NULL;
	if (file == NULL)
		return SW_ERR_MEMORY;
	written = write_element(file, document, label);
	if (fclose(file) == 0 && written)
		return SW_OK;
	free(*element);
	*element = NULL;
	return written ? SW_ERR_MEMORY : SW_ERR_INVALID;
}
