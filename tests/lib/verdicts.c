/*
 * Judges records from standard input, for the scripts that compare with other
 * parsers. A line is a mechanism ("SPF", "DMARC", ...) and the records of an
 * answer in hexadecimal, "-" for an empty one, between blanks. Each becomes
 * a line: outcome, features in hexadecimal, reason and section, between tabs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "senderwatch/answer.h"

#define RECORDS_MAX 16
#define RDATA_MAX 65600

static struct sw_name name = {
	.subject = "\7example\2jp",
	.subject_length = 12,
	.suffix = "jp",
};

static enum sw_mechanism
mechanism_of(const char *text)
{
	for (unsigned i = 1; i < SW_MECHANISM_COUNT; i++)
		if (strcmp(sw_mechanism_text(i), text) == 0)
			return i;
	return SW_MECHANISM_NONE;
}

static int
digit(char c)
{
	const char *digits = "0123456789abcdef", *found;

	found = c == '\0' ? NULL : strchr(digits, c);
	return found == NULL ? -1 : (int)(found - digits);
}

/* Hexadecimal text to RDATA of strings of 255 octets; 0 where malformed. */
static size_t
read_record(const char *text, uint8_t *rdata)
{
	size_t length = 2, size = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;

	if (size + size / 255 + 3 > RDATA_MAX)
		return 0;
	for (size_t i = 0; i < size || i == 0; i++) {
		int high, low;

		if (i % 255 == 0)
			rdata[length++] =
			    (uint8_t)(size - i < 255 ? size - i : 255);
		if (size == 0)
			break;
		high = digit(text[2 * i]);
		low = digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return 0;
		rdata[length++] = (uint8_t)(high << 4 | low);
	}
	rdata[0] = (uint8_t)((length - 2) >> 8);
	rdata[1] = (uint8_t)(length - 2);
	return length;
}

static int
judge(char *line)
{
	static uint8_t buffers[RECORDS_MAX][RDATA_MAX];
	const uint8_t *rdata[RECORDS_MAX];
	size_t length[RECORDS_MAX];
	struct sw_answer answer = { 0 };
	struct sw_verdict verdict;
	char *word = strtok(line, " \n");

	name.mechanism = word == NULL ? SW_MECHANISM_NONE : mechanism_of(word);
	if (name.mechanism == SW_MECHANISM_NONE)
		return -1;
	while ((word = strtok(NULL, " \n")) != NULL) {
		size_t i = answer.records.count++;

		if (i == RECORDS_MAX)
			return -1;
		rdata[i] = buffers[i];
		length[i] = read_record(word, buffers[i]);
		if (length[i] == 0)
			return -1;
	}
	answer.records.rdata = rdata;
	answer.records.length = length;
	sw_answer_judge(&name, &answer, &verdict);
	printf("%s\t%016llx\t%s\t%s\n", sw_outcome_text(verdict.outcome),
	    (unsigned long long)verdict.features, verdict.reason,
	    verdict.section);
	return 0;
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) != -1) {
		if (judge(line) != 0) {
			fprintf(stderr, "verdicts: malformed line\n");
			return EXIT_FAILURE;
		}
	}
	free(line);
	return EXIT_SUCCESS;
}
