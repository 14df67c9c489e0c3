/* Text for people and for files: numbers, widths, quoting. */
#ifndef SENDERWATCH_REPORT_TEXT_H
#define SENDERWATCH_REPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Replace every byte that is not printable ASCII by "?". Whoever wrote the
 * database must not reach a terminal's escape sequences or break an encoding.
 */
void sw_text_clean(char *text);

/* Columns that UTF-8 text takes on a terminal (East Asian wide: two). */
size_t sw_text_width(const char *text);

/* The longest text that these write, with NUL. */
#define SW_NUMBER_MAX 32

/* "1,212,359". */
const char *sw_text_number(char text[SW_NUMBER_MAX], uint64_t number);

/* "57.8%", "-0.3%": rounded half away from 0. */
const char *sw_text_share(char text[SW_NUMBER_MAX], double share);

/* The same of part / whole, or dash where whole is 0. */
const char *sw_text_ratio(char text[SW_NUMBER_MAX], uint64_t part,
    uint64_t whole, const char *dash);

/*
 * One record of a CSV file (RFC 4180): fields that hold a comma, a quote or a
 * line break are quoted. Lines end in LF: the RFC asks for CRLF, but every
 * reader takes LF, and line tools on the systems that this runs on want it.
 */
void sw_csv_write(FILE *file, const char *const *fields, size_t count);

/* Text as HTML content or attribute value. */
void sw_html_write(FILE *file, const char *text);

#endif
