/* The list of subjects with their states. */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "classes.h"
#include "grid.h"
#include "text.h"

#define TEXTS 4		/* name, suffix, type, registry */

struct entry {
	char *text;	/* the four texts, each with its NUL */
	uint8_t outcomes[SW_MECHANISM_COUNT];	/* UNKNOWN where not known */
	bool null_mx;
};

struct sw_names {
	const char *registry;
	struct entry *entries;
	size_t count;
	size_t room;
	size_t nameless;
	/* In the table: MX, SPF and DMARC, and what else has a known state. */
	bool shown[SW_MECHANISM_COUNT];
};

/* Of the CSV file, in the order of enum sw_mechanism. */
static const char *const heads[] = {
	"name", "suffix", "type", "mx", "spf", "dmarc", "dkim", "mta_sts",
	"tls_rpt", "bimi", "null_mx", "registry"
};
#define COLUMNS (sizeof(heads) / sizeof(heads[0]))
#define FIRST_OUTCOME 3		/* column of mechanism 1 */

enum sw_result
sw_names_new(struct sw_names **names, const char *registry)
{
	*names = calloc(1, sizeof(**names));
	if (*names == NULL)
		return SW_ERR_MEMORY;
	(*names)->registry = registry;
	for (size_t i = SW_MECHANISM_MX; i <= SW_MECHANISM_DMARC; i++)
		(*names)->shown[i] = true;
	return SW_OK;
}

void
sw_names_free(struct sw_names **names)
{
	if (*names == NULL)
		return;
	for (size_t i = 0; i < (*names)->count; i++)
		free((*names)->entries[i].text);
	free((*names)->entries);
	free(*names);
	*names = NULL;
}

static char *
join_texts(const char *const texts[TEXTS])
{
	size_t length = 0;
	char *joined, *out;

	for (size_t i = 0; i < TEXTS; i++)
		length += strlen(texts[i]) + 1;
	joined = out = malloc(length);
	if (joined == NULL)
		return NULL;
	for (size_t i = 0; i < TEXTS; i++) {
		out = stpcpy(out, texts[i]);
		sw_text_clean(out - strlen(texts[i]));
		out++;
	}
	return joined;
}

static void
split_texts(const struct entry *entry, const char *texts[TEXTS])
{
	const char *text = entry->text;

	for (size_t i = 0; i < TEXTS; i++) {
		texts[i] = text;
		text += strlen(text) + 1;
	}
}

static struct entry *
add_entry(struct sw_names *names)
{
	if (names->count == names->room) {
		size_t room = names->room == 0 ? 256 : 2 * names->room;
		struct entry *entries = reallocarray(names->entries, room,
		    sizeof(*entries));

		if (entries == NULL)
			return NULL;
		names->entries = entries;
		names->room = room;
	}
	return memset(&names->entries[names->count], 0, sizeof(struct entry));
}

enum sw_result
sw_names_visit(void *argument, const struct sw_store_subject *subject)
{
	struct sw_names *names = argument;
	const struct sw_group *group = &subject->group;
	struct entry *entry;

	if (names->registry != NULL &&
	    strcmp(names->registry, group->registry) != 0)
		return SW_OK;
	if (subject->name == NULL) {
		names->nameless++;
		return SW_OK;
	}
	entry = add_entry(names);
	if (entry == NULL)
		return SW_ERR_MEMORY;
	entry->text = join_texts((const char *const[TEXTS]){ subject->name,
	    group->suffix, group->type, group->registry });
	if (entry->text == NULL)
		return SW_ERR_MEMORY;
	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		if (!subject->states[i].known)
			continue;
		entry->outcomes[i] = subject->states[i].outcome;
		names->shown[i] = true;
	}
	entry->null_mx = sw_subject_has_null_mx(subject);
	names->count++;
	return SW_OK;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return strcmp(left->text, right->text);
}

void
sw_names_sort(struct sw_names *names)
{
	if (names->count > 1)
		qsort(names->entries, names->count, sizeof(struct entry),
		    compare_entries);
}

size_t
sw_names_count(const struct sw_names *names)
{
	return names->count;
}

size_t
sw_names_nameless(const struct sw_names *names)
{
	return names->nameless;
}

enum sw_result
sw_names_write_csv(const struct sw_names *names, FILE *file)
{
	sw_csv_write(file, heads, COLUMNS);
	for (size_t i = 0; i < names->count; i++) {
		const struct entry *entry = &names->entries[i];
		const char *texts[TEXTS], *fields[COLUMNS];
		uint8_t mx = entry->outcomes[SW_MECHANISM_MX];

		split_texts(entry, texts);
		memcpy(fields, texts, FIRST_OUTCOME * sizeof(*fields));
		for (size_t k = 1; k < SW_MECHANISM_COUNT; k++)
			fields[FIRST_OUTCOME + k - 1] = sw_outcome_text(
			    (enum sw_outcome)entry->outcomes[k]);
		fields[COLUMNS - 2] = mx != SW_OUTCOME_PRESENT ? "" :
		    entry->null_mx ? "yes" : "no";
		fields[COLUMNS - 1] = texts[3];
		sw_csv_write(file, fields, COLUMNS);
	}
	return SW_OK;
}

/* People read the table: what is unknown stays out of their way. */
static const char *
outcome_cell(const struct entry *entry, size_t mechanism)
{
	if (entry->outcomes[mechanism] == SW_OUTCOME_UNKNOWN)
		return "-";
	if (mechanism == SW_MECHANISM_MX && entry->null_mx)
		return "PRESENT (null)";
	return sw_outcome_text((enum sw_outcome)entry->outcomes[mechanism]);
}

enum sw_result
sw_names_write_table(const struct sw_names *names, FILE *file)
{
	size_t columns = FIRST_OUTCOME;
	enum sw_result result;
	struct sw_grid *grid;

	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++)
		columns += names->shown[i];
	result = sw_grid_new(&grid, columns, false);
	if (result != SW_OK)
		return result;
	sw_grid_cell(grid, "Name");
	sw_grid_cell(grid, "Suffix");
	sw_grid_cell(grid, "Type");
	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		if (names->shown[i])
			sw_grid_cell(grid,
			    sw_mechanism_text((enum sw_mechanism)i));
	}
	sw_grid_rule(grid);
	for (size_t i = 0; i < names->count; i++) {
		const char *texts[TEXTS];

		split_texts(&names->entries[i], texts);
		sw_grid_cell(grid, texts[0]);
		sw_grid_cell(grid, texts[1]);
		sw_grid_cell(grid, texts[2][0] != '\0' ? texts[2] : "-");
		for (size_t k = 1; k < SW_MECHANISM_COUNT; k++) {
			if (names->shown[k])
				sw_grid_cell(grid,
				    outcome_cell(&names->entries[i], k));
		}
	}
	result = sw_grid_print(grid, file);
	sw_grid_free(&grid);
	return result;
}
