#include "suffixes.h"

#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ICANN_END "// ===END ICANN DOMAINS==="

static bool
add(struct suffix_list *list, const char *name)
{
	/* Doubled at each power of two. */
	if ((list->count & (list->count - 1)) == 0) {
		size_t size = list->count == 0 ? 1 : 2 * list->count;
		char **names = reallocarray(list->names, size, sizeof(*names));

		if (names == NULL)
			return false;
		list->names = names;
	}
	list->names[list->count] = strdup(name);
	return list->names[list->count++] != NULL;
}

static size_t
count_labels(const char *name)
{
	size_t labels = 1;

	for (; *name != '\0'; name++)
		labels += *name == '.';
	return labels;
}

static bool
add_kanji(struct suffixes *suffixes, const char *name)
{
	char *ascii = NULL;
	bool added = idn2_to_ascii_8z(name, &ascii, IDN2_NFC_INPUT) == IDN2_OK &&
	    add(&suffixes->kanji, ascii);

	idn2_free(ascii);
	return added;
}

/* Rules of two labels in ASCII are prefectures but for the attribute types. */
static bool
take_rule(struct suffixes *suffixes, const char *rule)
{
	size_t length = strlen(rule);

	if (length < 4 || strcmp(rule + length - 3, ".jp") != 0 ||
	    rule[0] == '!' || rule[0] == '/')
		return true;
	if (strncmp(rule, "*.", 2) == 0)
		return add(&suffixes->cities, rule + 2);
	if (rule[0] & 0x80)
		return add_kanji(suffixes, rule);
	if (count_labels(rule) == 3)
		return add(&suffixes->municipalities, rule);
	return length == strlen("co.jp") || add(&suffixes->prefectures, rule);
}

bool
suffixes_read(struct suffixes *suffixes, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];
	bool good = true;

	memset(suffixes, 0, sizeof(*suffixes));
	if (file == NULL) {
		perror(path);
		return false;
	}
	while (good && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, ICANN_END, strlen(ICANN_END)) == 0)
			break;
		line[strcspn(line, " \t\r\n")] = '\0';
		good = take_rule(suffixes, line);
	}
	good = good && !ferror(file);
	fclose(file);
	if (good && (suffixes->municipalities.count == 0 ||
	    suffixes->prefectures.count != 47 || suffixes->kanji.count != 47 ||
	    suffixes->cities.count == 0))
		good = false;
	if (!good) {
		fprintf(stderr, "%s: not the suffixes of .jp as expected\n", path);
		suffixes_free(suffixes);
	}
	return good;
}

static void
list_free(struct suffix_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
}

void
suffixes_free(struct suffixes *suffixes)
{
	list_free(&suffixes->municipalities);
	list_free(&suffixes->prefectures);
	list_free(&suffixes->kanji);
	list_free(&suffixes->cities);
	memset(suffixes, 0, sizeof(*suffixes));
}
