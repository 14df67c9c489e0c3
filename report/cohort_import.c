/* Lists of names to cohorts. */
#include "cohort_import.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

#include "csv_file.h"

struct reading {
	const struct sw_cohort_import *import;
	struct sw_cohort_imported *imported;
	struct sw_cohort *cohort;
	struct sw_pseudonymiser *pseudonymiser;
	size_t names;			/* column of the names */
	size_t fields;			/* that the head has */
};

/* --- Head ----------------------------------------------------------------- */

static size_t
find_names(const struct sw_csv_row *row, const char *wanted)
{
	for (size_t i = 0; i < row->count; i++) {
		if (wanted != NULL ? strcmp(row->fields[i], wanted) == 0 :
		    strcmp(row->fields[i], "domain") == 0 ||
		    strcmp(row->fields[i], "name") == 0)
			return i;
	}
	return wanted != NULL ? row->count : 0;
}

static enum sw_result
take_head(struct reading *reading, const struct sw_csv_row *row, char **reason)
{
	enum sw_result result = SW_OK;

	reading->fields = row->count;
	reading->names = find_names(row, reading->import->names);
	if (reading->names == row->count) {
		*reason = sw_reason("the head has no column \"%s\"",
		    reading->import->names);
		return SW_ERR_INVALID;
	}
	for (size_t i = 0; i < row->count && result == SW_OK; i++) {
		if (i == reading->names)
			continue;
		result = sw_cohort_is_text(row->fields[i]) ?
		    sw_cohort_add_column(reading->cohort, row->fields[i]) :
		    SW_ERR_INVALID;
	}
	if (result == SW_ERR_INVALID)
		*reason = sw_reason("the head has more than %d groupings, or one "
		    "without a short printable name", SW_COHORT_COLUMNS_MAX);
	if (result == SW_OK && row->count == 1) {
		result = sw_cohort_add_column(reading->cohort, "list");
		if (result == SW_OK)
			result = sw_cohort_add_group(
			    &reading->cohort->columns[0],
			    reading->import->name);
	}
	return result;
}

/* --- Names ---------------------------------------------------------------- */

/* The pseudonym of the registrable domain that text is, or is below. */
static enum sw_result
find_pseudonym(struct reading *reading, const char *text,
    uint8_t pseudonym[SW_PSEUDONYM_SIZE])
{
	uint8_t wire[SW_NAME_WIRE_MAX];
	struct sw_name name;
	char *ascii = NULL;
	size_t length, at = 0;

	if (idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL |
	    IDN2_NFC_INPUT) != IDN2_OK)
		return SW_ERR_INVALID;
	length = sw_name_from_text(ascii, wire, sizeof(wire));
	idn2_free(ascii);
	for (; at < length && wire[at] != 0; at += 1 + wire[at]) {
		if (sw_name_match(reading->import->suffixes, wire + at,
		    length - at, SW_TYPE_MX, &name) == SW_MECHANISM_NONE)
			continue;
		sw_pseudonym(reading->pseudonymiser, name.subject,
		    name.subject_length, pseudonym, NULL);
		return SW_OK;
	}
	return SW_ERR_INVALID;
}

/* The number of a group, which is made if there is none. */
static enum sw_result
need_group(struct sw_cohort_column *column, const char *name,
    uint16_t *number)
{
	enum sw_result result;

	if (name[0] == '\0') {
		*number = SW_COHORT_NO_GROUP;
		return SW_OK;
	}
	for (size_t i = 0; i < column->group_count; i++) {
		if (strcmp(column->groups[i], name) == 0) {
			*number = (uint16_t)i;
			return SW_OK;
		}
	}
	if (!sw_cohort_is_text(name))
		return SW_ERR_INVALID;
	result = sw_cohort_add_group(column, name);
	*number = (uint16_t)(column->group_count - 1);
	return result;
}

static enum sw_result
find_groups(struct reading *reading, const struct sw_csv_row *row,
    uint16_t *members)
{
	enum sw_result result = SW_OK;
	size_t column = 0;

	if (reading->fields == 1) {
		members[0] = 0;
		return SW_OK;
	}
	for (size_t i = 0; i < reading->fields && result == SW_OK; i++) {
		if (i == reading->names)
			continue;
		result = need_group(&reading->cohort->columns[column],
		    row->fields[i], &members[column]);
		column++;
	}
	return result;
}

static enum sw_result
take_row(void *argument, const struct sw_csv_row *row, char **reason)
{
	struct reading *reading = argument;
	uint8_t pseudonym[SW_PSEUDONYM_SIZE];
	uint16_t members[SW_COHORT_COLUMNS_MAX];
	enum sw_result result;

	if (row->number == 1)
		return take_head(reading, row, reason);
	if (row->count != reading->fields) {
		*reason = sw_reason("row %zu: %zu fields, where the head has %zu",
		    row->number, row->count, reading->fields);
		return SW_ERR_INVALID;
	}
	reading->imported->rows++;
	result = find_pseudonym(reading, row->fields[reading->names],
	    pseudonym);
	if (result == SW_ERR_INVALID) {
		if (reading->imported->refused++ == 0)
			reading->imported->first_refused = row->number;
		return SW_OK;
	}
	if (result == SW_OK)
		result = find_groups(reading, row, members);
	if (result == SW_OK)
		result = sw_cohort_add_subject(reading->cohort, pseudonym,
		    members);
	if (result == SW_ERR_INVALID)
		*reason = sw_reason("row %zu: too many domains or groups, or a "
		    "group that is too long or no printable text", row->number);
	return result;
}

/* --- Order ---------------------------------------------------------------- */

struct entry {
	size_t index;
	const uint8_t *pseudonym;
};

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = memcmp(left->pseudonym, right->pseudonym,
	    SW_PSEUDONYM_SIZE);

	if (order != 0)
		return order;
	return left->index < right->index ? -1 : 1;
}

/* Ascending, and each domain once. */
static enum sw_result
sort_subjects(struct sw_cohort *cohort, struct sw_cohort_imported *imported)
{
	size_t columns = cohort->column_count, count = cohort->subject_count;
	uint8_t (*subjects)[SW_PSEUDONYM_SIZE] = cohort->subjects;
	uint16_t *members = cohort->members;
	struct entry *entries = calloc(count + 1, sizeof(*entries));
	enum sw_result result = entries != NULL ? SW_OK : SW_ERR_MEMORY;

	for (size_t i = 0; i < count && entries != NULL; i++)
		entries[i] = (struct entry){ i, subjects[i] };
	if (count > 1 && entries != NULL)
		qsort(entries, count, sizeof(*entries), compare_entries);
	cohort->subjects = NULL;
	cohort->members = NULL;
	cohort->subject_count = 0;
	for (size_t i = 0; i < count && result == SW_OK; i++) {
		if (i > 0 && memcmp(entries[i - 1].pseudonym,
		    entries[i].pseudonym, SW_PSEUDONYM_SIZE) == 0)
			imported->repeated++;
		else
			result = sw_cohort_add_subject(cohort,
			    entries[i].pseudonym,
			    &members[entries[i].index * columns]);
	}
	free(entries);
	free(subjects);
	free(members);
	return result;
}

enum sw_result
sw_cohort_import(struct sw_cohort **cohort, FILE *file,
    const struct sw_cohort_import *import, struct sw_cohort_imported *imported,
    char **reason)
{
	struct reading reading = { .import = import, .imported = imported,
	    .cohort = calloc(1, sizeof(*reading.cohort)) };
	enum sw_result result = SW_ERR_MEMORY;

	*cohort = NULL;
	*reason = NULL;
	memset(imported, 0, sizeof(*imported));
	if (reading.cohort == NULL)
		return result;
	reading.cohort->name = strdup(import->name);
	reading.cohort->open = import->open;
	if (reading.cohort->name == NULL)
		goto out;
	result = sw_key_id(import->key, reading.cohort->key_id);
	if (result == SW_OK)
		result = sw_pseudonymiser_new(&reading.pseudonymiser,
		    import->key);
	if (result == SW_OK)
		result = sw_csv_read(file, take_row, &reading, reason);
	if (result == SW_OK && reading.fields == 0) {
		*reason = sw_reason("the list is empty");
		result = SW_ERR_INVALID;
	}
	if (result == SW_OK)
		result = sort_subjects(reading.cohort, imported);
	if (result == SW_OK)
		result = sw_cohort_count(reading.cohort);
out:
	sw_pseudonymiser_free(&reading.pseudonymiser);
	if (result == SW_OK)
		*cohort = reading.cohort;
	else
		sw_cohort_free(&reading.cohort);
	return result;
}
