/*
 * The .jp suffixes under which names are registered, read from the Public
 * Suffix List, so that the population follows the list that is installed.
 */
#ifndef SENDERWATCH_POPULATION_SUFFIXES_H
#define SENDERWATCH_POPULATION_SUFFIXES_H

#include <stdbool.h>
#include <stddef.h>

struct suffix_list {
	char **names;		/* A-labels, lower case, without final dot */
	size_t count;
};

struct suffixes {
	struct suffix_list municipalities;	/* chuo.tokyo.jp */
	struct suffix_list prefectures;		/* tokyo.jp */
	struct suffix_list kanji;		/* xn--1lqs71d.jp */
	struct suffix_list cities;		/* kawasaki.jp: *.kawasaki.jp */
};

/* False after a message to stderr. */
bool suffixes_read(struct suffixes *suffixes, const char *path);
void suffixes_free(struct suffixes *suffixes);

#endif
