/*
 * Cohorts: lists of names by groups, as pseudonyms. A list is turned into a
 * cohort file where the key is (senderwatch cohort import); the file, which
 * tells no name, is taken to where the database is.
 *
 * What a cohort file is made of: senderwatch-cohort(5).
 */
#ifndef SENDERWATCH_REPORT_COHORT_H
#define SENDERWATCH_REPORT_COHORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "senderwatch/observation.h"
#include "senderwatch/result.h"

#define SW_COHORT_COLUMNS_MAX 16
#define SW_COHORT_SUBJECTS_MAX 4000000
#define SW_COHORT_GROUPS_MAX 65535	/* of all columns */
#define SW_COHORT_TEXT_MAX 200		/* of a name of anything, with NUL */

struct sw_cohort_column {
	char *name;
	char **groups;
	size_t group_count;
	uint64_t *sizes;	/* subjects in each group, seen or not */
};

struct sw_cohort {
	char *name;
	uint8_t key_id[SW_KEY_ID_SIZE];
	bool open;		/* the list is public: nothing to suppress */
	struct sw_cohort_column columns[SW_COHORT_COLUMNS_MAX];
	size_t column_count;	/* at least one once complete */
	uint8_t (*subjects)[SW_PSEUDONYM_SIZE];	/* ascending */
	uint16_t *members;	/* subject * column_count + column: its group */
	size_t subject_count;
	size_t chosen;		/* the column whose groups make the rows */
};

void sw_cohort_free(struct sw_cohort **cohort);

/* On failure *reason is a sentence for people, to be freed, or NULL. */
enum sw_result sw_cohort_parse(struct sw_cohort **cohort, FILE *file,
    char **reason);
/* The same of a file by its name. */
enum sw_result sw_cohort_read(struct sw_cohort **cohort, const char *path,
    char **reason);
/* Write errors stay in the file: ask ferror(). */
void sw_cohort_write(const struct sw_cohort *cohort, FILE *file);

/* --- For who makes one (cohort_import.h) ---------------------------------- */

#define SW_COHORT_NO_GROUP UINT16_MAX

/* These are SW_ERR_INVALID where there are too many. */
enum sw_result sw_cohort_add_column(struct sw_cohort *cohort,
    const char *name);
enum sw_result sw_cohort_add_group(struct sw_cohort_column *column,
    const char *name);
/* Once all columns are there; members has one for each. */
enum sw_result sw_cohort_add_subject(struct sw_cohort *cohort,
    const uint8_t pseudonym[SW_PSEUDONYM_SIZE], const uint16_t *members);
/* Work the sizes out. */
enum sw_result sw_cohort_count(struct sw_cohort *cohort);
/* Can it be a name of anything: short printable UTF-8? */
bool sw_cohort_is_text(const char *text);

/* --- Looking up ----------------------------------------------------------- */

/* Choose the column of that name; false where there is none. */
bool sw_cohort_choose(struct sw_cohort *cohort, const char *column);

/* The group of a subject in the chosen column, or -1. */
int sw_cohort_group(const struct sw_cohort *cohort,
    const uint8_t pseudonym[SW_PSEUDONYM_SIZE]);

#endif
