/* Cohort files: reading, writing, finding. */
#include "cohort.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "csv_file.h"

#define MAGIC "senderwatch-cohort 1"
#define LINE_MAX_SIZE 512

void
sw_cohort_free(struct sw_cohort **cohort)
{
	struct sw_cohort *c = *cohort;

	if (c == NULL)
		return;
	for (size_t i = 0; i < c->column_count; i++) {
		for (size_t k = 0; k < c->columns[i].group_count; k++)
			free(c->columns[i].groups[k]);
		free(c->columns[i].groups);
		free(c->columns[i].sizes);
		free(c->columns[i].name);
	}
	free(c->subjects);
	free(c->members);
	free(c->name);
	free(c);
	*cohort = NULL;
}

/* --- Writing -------------------------------------------------------------- */

static void
write_hex(FILE *file, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(file, "%02x", bytes[i]);
}

void
sw_cohort_write(const struct sw_cohort *cohort, FILE *file)
{
	fputs(MAGIC "\nkey ", file);
	write_hex(file, cohort->key_id, SW_KEY_ID_SIZE);
	fprintf(file, "\nname %s\npublic %s\n", cohort->name,
	    cohort->open ? "yes" : "no");
	for (size_t i = 0; i < cohort->column_count; i++) {
		const struct sw_cohort_column *column = &cohort->columns[i];

		fprintf(file, "column %s\n", column->name);
		for (size_t k = 0; k < column->group_count; k++)
			fprintf(file, "group %s\n", column->groups[k]);
	}
	putc('\n', file);
	for (size_t i = 0; i < cohort->subject_count; i++) {
		write_hex(file, cohort->subjects[i], SW_PSEUDONYM_SIZE);
		for (size_t k = 0; k < cohort->column_count; k++)
			fprintf(file, " %" PRIu16, cohort->members[
			    i * cohort->column_count + k]);
		putc('\n', file);
	}
}

/* --- Growing -------------------------------------------------------------- */

/* Room for one more of an array that grows at each power of two. */
static void *
grow(void *array, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return array;
	return reallocarray(array, count != 0 ? 2 * count : 1, size);
}

enum sw_result
sw_cohort_add_column(struct sw_cohort *cohort, const char *name)
{
	struct sw_cohort_column *column;

	if (cohort->column_count == SW_COHORT_COLUMNS_MAX)
		return SW_ERR_INVALID;
	column = &cohort->columns[cohort->column_count];
	column->name = strdup(name);
	if (column->name == NULL)
		return SW_ERR_MEMORY;
	cohort->column_count++;
	return SW_OK;
}

enum sw_result
sw_cohort_add_group(struct sw_cohort_column *column, const char *name)
{
	char **groups;

	if (column->group_count == SW_COHORT_GROUPS_MAX - 1)
		return SW_ERR_INVALID;
	groups = grow(column->groups, column->group_count, sizeof(*groups));
	if (groups == NULL)
		return SW_ERR_MEMORY;
	column->groups = groups;
	groups[column->group_count] = strdup(name);
	if (groups[column->group_count] == NULL)
		return SW_ERR_MEMORY;
	column->group_count++;
	return SW_OK;
}

enum sw_result
sw_cohort_add_subject(struct sw_cohort *cohort,
    const uint8_t pseudonym[SW_PSEUDONYM_SIZE], const uint16_t *members)
{
	size_t n = cohort->subject_count;
	void *subjects, *all;

	if (n == SW_COHORT_SUBJECTS_MAX)
		return SW_ERR_INVALID;
	subjects = grow(cohort->subjects, n, sizeof(*cohort->subjects));
	if (subjects == NULL)
		return SW_ERR_MEMORY;
	cohort->subjects = subjects;
	all = grow(cohort->members, n,
	    cohort->column_count * sizeof(*cohort->members));
	if (all == NULL)
		return SW_ERR_MEMORY;
	cohort->members = all;
	memcpy(cohort->subjects[n], pseudonym, SW_PSEUDONYM_SIZE);
	memcpy(&cohort->members[n * cohort->column_count], members,
	    cohort->column_count * sizeof(*members));
	cohort->subject_count++;
	return SW_OK;
}

enum sw_result
sw_cohort_count(struct sw_cohort *cohort)
{
	for (size_t i = 0; i < cohort->column_count; i++) {
		struct sw_cohort_column *column = &cohort->columns[i];

		free(column->sizes);
		column->sizes = calloc(column->group_count + 1,
		    sizeof(*column->sizes));
		if (column->sizes == NULL)
			return SW_ERR_MEMORY;
		for (size_t k = 0; k < cohort->subject_count; k++) {
			size_t group = cohort->members[
			    k * cohort->column_count + i];

			if (group < column->group_count)
				column->sizes[group]++;
		}
	}
	return SW_OK;
}

/* --- Reading -------------------------------------------------------------- */

struct reading {
	struct sw_cohort *cohort;
	const char *why;	/* static text */
};

static bool
read_hex(const char *text, uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char pair[3] = { text[2 * i], 0, 0 };

		if (!isxdigit((unsigned char)pair[0]))
			return false;
		pair[1] = text[2 * i + 1];
		if (!isxdigit((unsigned char)pair[1]))
			return false;
		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return true;
}

/* The rest of a line that begins with a word, or NULL. */
static const char *
after(const char *line, const char *word)
{
	size_t length = strlen(word);

	return strncmp(line, word, length) == 0 && line[length] == ' ' ?
	    line + length + 1 : NULL;
}

bool
sw_cohort_is_text(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length >= SW_COHORT_TEXT_MAX ||
	    u8_check((const uint8_t *)text, length) != NULL)
		return false;
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			return false;
	}
	return true;
}

static enum sw_result
invalid(struct reading *reading, const char *why)
{
	reading->why = why;
	return SW_ERR_INVALID;
}

static enum sw_result
read_head_line(struct reading *reading, const char *line)
{
	struct sw_cohort *c = reading->cohort;
	const char *rest;

	if ((rest = after(line, "key")) != NULL)
		return read_hex(rest, c->key_id, SW_KEY_ID_SIZE) &&
		    rest[2 * SW_KEY_ID_SIZE] == '\0' ? SW_OK :
		    invalid(reading, "no id of a key");
	if ((rest = after(line, "public")) != NULL) {
		c->open = strcmp(rest, "yes") == 0;
		return SW_OK;
	}
	if ((rest = after(line, "name")) == NULL &&
	    (rest = after(line, "column")) == NULL &&
	    (rest = after(line, "group")) == NULL)
		return invalid(reading, "an unknown word");
	if (!sw_cohort_is_text(rest))
		return invalid(reading, "a name that is empty, too long, or no "
		    "text");
	if (line[0] == 'n') {
		free(c->name);
		c->name = strdup(rest);
		return c->name != NULL ? SW_OK : SW_ERR_MEMORY;
	}
	if (line[0] == 'c')
		return sw_cohort_add_column(c, rest);
	return c->column_count == 0 ? invalid(reading, "a group without a "
	    "column") : sw_cohort_add_group(
	    &c->columns[c->column_count - 1], rest);
}

static enum sw_result
read_subject(struct reading *reading, const char *line)
{
	struct sw_cohort *c = reading->cohort;
	uint16_t members[SW_COHORT_COLUMNS_MAX];
	uint8_t pseudonym[SW_PSEUDONYM_SIZE];
	const char *at = line + 2 * SW_PSEUDONYM_SIZE;

	if (!read_hex(line, pseudonym, SW_PSEUDONYM_SIZE))
		return invalid(reading, "no pseudonym");
	for (size_t i = 0; i < c->column_count; i++) {
		unsigned long number;
		char *end;

		if (at[0] != ' ' || !isdigit((unsigned char)at[1]))
			return invalid(reading, "a group's number is missing");
		number = strtoul(at + 1, &end, 10);
		if (number >= c->columns[i].group_count && number != SW_COHORT_NO_GROUP)
			return invalid(reading, "no group has that number");
		members[i] = (uint16_t)number;
		at = end;
	}
	if (*at != '\0')
		return invalid(reading, "more numbers than columns");
	if (c->subject_count > 0 && memcmp(
	    c->subjects[c->subject_count - 1], pseudonym,
	    SW_PSEUDONYM_SIZE) >= 0)
		return invalid(reading, "pseudonyms that do not ascend");
	return sw_cohort_add_subject(c, pseudonym, members);
}

static enum sw_result
read_lines(struct reading *reading, FILE *file, size_t *number)
{
	char line[LINE_MAX_SIZE];
	enum sw_result result = SW_OK;
	bool head = true;

	for (*number = 1; result == SW_OK &&
	    fgets(line, sizeof(line), file) != NULL; ++*number) {
		size_t length = strlen(line);

		if (length == 0 || line[length - 1] != '\n')
			return invalid(reading, "a line that is too long or "
			    "not ended");
		line[length - 1] = '\0';
		if (*number == 1)
			result = strcmp(line, MAGIC) == 0 ? SW_OK :
			    invalid(reading, "not a cohort file of this "
			    "version");
		else if (line[0] == '\0' && head)
			head = false;
		else
			result = head ? read_head_line(reading, line) :
			    read_subject(reading, line);
	}
	if (result != SW_OK) {
		--*number;
		return result;
	}
	if (ferror(file))
		return SW_ERR_SYSTEM;
	if (head || reading->cohort->column_count == 0 ||
	    reading->cohort->name == NULL)
		return invalid(reading, "the file ends early");
	return SW_OK;
}

enum sw_result
sw_cohort_parse(struct sw_cohort **cohort, FILE *file, char **reason)
{
	struct reading reading = { .cohort = calloc(1,
	    sizeof(*reading.cohort)) };
	enum sw_result result = SW_ERR_MEMORY;
	size_t number;

	*cohort = NULL;
	*reason = NULL;
	if (reading.cohort == NULL)
		return result;
	result = read_lines(&reading, file, &number);
	if (result == SW_OK)
		result = sw_cohort_count(reading.cohort);
	if (result == SW_OK) {
		*cohort = reading.cohort;
		return SW_OK;
	}
	if (result == SW_ERR_INVALID)
		*reason = sw_reason("line %zu: %s", number,
		    reading.why != NULL ? reading.why : "too many");
	sw_cohort_free(&reading.cohort);
	return result;
}

enum sw_result
sw_cohort_read(struct sw_cohort **cohort, const char *path, char **reason)
{
	FILE *file = fopen(path, "re");
	enum sw_result result;
	char *inner;

	*cohort = NULL;
	if (file == NULL) {
		*reason = sw_reason("%s: %s", path, strerror(errno));
		return SW_ERR_SYSTEM;
	}
	result = sw_cohort_parse(cohort, file, &inner);
	*reason = result == SW_OK ? NULL : sw_reason("%s: %s", path,
	    inner != NULL ? inner : result == SW_ERR_SYSTEM ?
	    strerror(errno) : sw_result_text(result));
	free(inner);
	fclose(file);
	return result;
}

/* --- Finding -------------------------------------------------------------- */

bool
sw_cohort_choose(struct sw_cohort *cohort, const char *column)
{
	for (size_t i = 0; i < cohort->column_count; i++) {
		if (strcmp(cohort->columns[i].name, column) == 0) {
			cohort->chosen = i;
			return true;
		}
	}
	return false;
}

static int
compare_subjects(const void *a, const void *b)
{
	return memcmp(a, b, SW_PSEUDONYM_SIZE);
}

int
sw_cohort_group(const struct sw_cohort *cohort,
    const uint8_t pseudonym[SW_PSEUDONYM_SIZE])
{
	const uint8_t (*found)[SW_PSEUDONYM_SIZE];
	uint16_t group;

	found = cohort->subject_count == 0 ? NULL : bsearch(pseudonym,
	    cohort->subjects, cohort->subject_count,
	    sizeof(*cohort->subjects), compare_subjects);
	if (found == NULL)
		return -1;
	group = cohort->members[(size_t)(found - (const uint8_t (*)[
	    SW_PSEUDONYM_SIZE])cohort->subjects) * cohort->column_count +
	    cohort->chosen];
	return group == SW_COHORT_NO_GROUP ? -1 : group;
}
