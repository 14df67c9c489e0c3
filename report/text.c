/* Text for people and for files. */
#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

void
sw_text_clean(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

size_t
sw_text_width(const char *text)
{
	int width = u8_strwidth((const uint8_t *)text, "UTF-8");

	return width > 0 ? (size_t)width : 0;
}

const char *
sw_text_number(char text[SW_NUMBER_MAX], uint64_t number)
{
	char digits[21];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	char *out = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = '\0';
	return text;
}

const char *
sw_text_share(char text[SW_NUMBER_MAX], double share)
{
	long long permille = llround(share * 1000);
	const char *sign = permille < 0 ? "-" : "";

	permille = llabs(permille);
	snprintf(text, SW_NUMBER_MAX, "%s%lld.%lld%%", sign, permille / 10,
	    permille % 10);
	return text;
}

const char *
sw_text_ratio(char text[SW_NUMBER_MAX], uint64_t part, uint64_t whole,
    const char *dash)
{
	if (whole == 0)
		return dash;
	return sw_text_share(text, (double)part / (double)whole);
}

static void
write_field(FILE *file, const char *field)
{
	if (strpbrk(field, ",\"\r\n") == NULL) {
		fputs(field, file);
		return;
	}
	putc('"', file);
	for (; *field != '\0'; field++) {
		if (*field == '"')
			putc('"', file);
		putc(*field, file);
	}
	putc('"', file);
}

void
sw_csv_write(FILE *file, const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			putc(',', file);
		write_field(file, fields[i]);
	}
	putc('\n', file);
}

void
sw_html_write(FILE *file, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", file);
			break;
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '"':
			fputs("&quot;", file);
			break;
		default:
			putc(*text, file);
			break;
		}
	}
}
