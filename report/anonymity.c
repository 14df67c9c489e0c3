/* Counting subjects that share a tuple. */
#include "senderwatch-config.h"
#include "anonymity.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "text.h"

#define ALL 0	/* index of the tuples of all mechanisms together */

struct part {
	uint64_t features;
	uint8_t outcome;	/* 0: not known */
};

struct tuple {
	char *suffix;
	uint8_t mechanism;	/* ALL: every part counts */
	struct part parts[SW_MECHANISM_COUNT];
	uint64_t subjects;
};

struct sw_anonymity {
	void *tree;
	size_t count;
};

/* What one line of the table says. */
struct line {
	uint64_t subjects;
	uint64_t tuples;
	uint64_t small;		/* subjects in small tuples */
};

static int
compare_parts(const struct part *left, const struct part *right)
{
	if (left->outcome != right->outcome)
		return left->outcome < right->outcome ? -1 : 1;
	if (left->features != right->features)
		return left->features < right->features ? -1 : 1;
	return 0;
}

static int
compare(const void *left, const void *right)
{
	const struct tuple *a = left, *b = right;
	int order;

	if (a->mechanism != b->mechanism)
		return a->mechanism < b->mechanism ? -1 : 1;
	order = strcmp(a->suffix, b->suffix);
	for (unsigned i = 1; order == 0 && i < SW_MECHANISM_COUNT; i++)
		order = compare_parts(&a->parts[i], &b->parts[i]);
	return order;
}

enum sw_result
sw_anonymity_new(struct sw_anonymity **anonymity)
{
	*anonymity = calloc(1, sizeof(**anonymity));
	return *anonymity == NULL ? SW_ERR_MEMORY : SW_OK;
}

static void
free_tuple(void *tuple)
{
	free(((struct tuple *)tuple)->suffix);
	free(tuple);
}

void
sw_anonymity_free(struct sw_anonymity **anonymity)
{
	if (*anonymity == NULL)
		return;
	tdestroy((*anonymity)->tree, free_tuple);
	free(*anonymity);
	*anonymity = NULL;
}

static struct tuple *
copy(const struct tuple *tuple)
{
	struct tuple *new = malloc(sizeof(*new));

	if (new == NULL)
		return NULL;
	*new = *tuple;
	new->suffix = strdup(tuple->suffix);
	if (new->suffix == NULL) {
		free(new);
		return NULL;
	}
	return new;
}

static enum sw_result
count(struct sw_anonymity *anonymity, const struct tuple *tuple)
{
	struct tuple **found, *new;

	found = tfind(tuple, &anonymity->tree, compare);
	if (found == NULL) {
		new = copy(tuple);
		if (new == NULL)
			return SW_ERR_MEMORY;
		found = tsearch(new, &anonymity->tree, compare);
		if (found == NULL) {
			free_tuple(new);
			return SW_ERR_MEMORY;
		}
		anonymity->count++;
	}
	(*found)->subjects++;
	return SW_OK;
}

enum sw_result
sw_anonymity_visit(void *argument, const struct sw_store_subject *subject)
{
	struct tuple all = { .suffix = (char *)subject->group.suffix };
	enum sw_result result = SW_OK;

	for (uint8_t i = 1; i < SW_MECHANISM_COUNT && result == SW_OK; i++) {
		const struct sw_store_state *state = &subject->states[i];
		struct tuple one = { .suffix = all.suffix, .mechanism = i };

		if (!state->known)
			continue;
		one.parts[i].outcome = all.parts[i].outcome = state->outcome;
		one.parts[i].features = all.parts[i].features =
		    state->features;
		result = count(argument, &one);
	}
	return result == SW_OK ? count(argument, &all) : result;
}

static void
add_to_line(const void *node, VISIT visit, void *closure)
{
	const struct tuple *tuple = *(struct tuple *const *)node;
	struct line *line = (struct line *)closure + tuple->mechanism;

	if (visit != postorder && visit != leaf)
		return;
	line->subjects += tuple->subjects;
	line->tuples++;
	if (tuple->subjects < SW_ANONYMITY_SMALL)
		line->small += tuple->subjects;
}

/* Lines 1 to SW_MECHANISM_COUNT, the last of which is of all. */
static const char *
line_name(unsigned number)
{
	return number == SW_MECHANISM_COUNT ? "together" :
	    sw_mechanism_text(number);
}

void
sw_anonymity_write(const struct sw_anonymity *anonymity, FILE *file)
{
	struct line lines[SW_MECHANISM_COUNT] = { 0 };
	char share[SW_NUMBER_MAX];

	twalk_r(anonymity->tree, add_to_line, lines);
	fprintf(file, "%-10s %12s %8s %12s %8s\n", "mechanism", "subjects",
	    "tuples", "in small", "share");
	for (unsigned i = 1; i <= SW_MECHANISM_COUNT; i++) {
		const struct line *line = &lines[i % SW_MECHANISM_COUNT];

		fprintf(file, "%-10s %12llu %8llu %12llu %8s\n",
		    line_name(i),
		    (unsigned long long)line->subjects,
		    (unsigned long long)line->tuples,
		    (unsigned long long)line->small,
		    sw_text_ratio(share, line->small, line->subjects, "-"));
	}
	fprintf(file, "\nA tuple is a public suffix, mechanism, outcome and "
	    "features; small is one\nof fewer than %d subjects.\n",
	    SW_ANONYMITY_SMALL);
}

struct list {
	const struct tuple **tuples;
	size_t count;
};

static void
add_to_list(const void *node, VISIT visit, void *closure)
{
	const struct tuple *tuple = *(struct tuple *const *)node;
	struct list *list = closure;

	if ((visit == postorder || visit == leaf) && tuple->mechanism != ALL)
		list->tuples[list->count++] = tuple;
}

static int
compare_sizes(const void *left, const void *right)
{
	const struct tuple *a = *(const struct tuple *const *)left;
	const struct tuple *b = *(const struct tuple *const *)right;

	if (a->subjects != b->subjects)
		return a->subjects < b->subjects ? -1 : 1;
	return compare(a, b);
}

static enum sw_result
make_list(const struct sw_anonymity *anonymity, struct list *list)
{
	list->count = 0;
	list->tuples = calloc(anonymity->count + 1, sizeof(list->tuples[0]));
	if (list->tuples == NULL)
		return SW_ERR_MEMORY;
	twalk_r(anonymity->tree, add_to_list, list);
	qsort(list->tuples, list->count, sizeof(list->tuples[0]),
	    compare_sizes);
	return SW_OK;
}

enum sw_result
sw_anonymity_write_tuples(const struct sw_anonymity *anonymity, FILE *file)
{
	struct list list;

	if (make_list(anonymity, &list) != SW_OK)
		return SW_ERR_MEMORY;
	for (size_t i = 0; i < list.count; i++) {
		const struct tuple *tuple = list.tuples[i];
		const struct part *part = &tuple->parts[tuple->mechanism];

		fprintf(file, "%llu\t%s\t%s\t%s\t",
		    (unsigned long long)tuple->subjects, tuple->suffix,
		    sw_mechanism_text(tuple->mechanism),
		    sw_outcome_text(part->outcome));
		sw_explain_features(file, tuple->mechanism, part->features);
		putc('\n', file);
	}
	free(list.tuples);
	return SW_OK;
}

json_t *
sw_anonymity_json(const struct sw_anonymity *anonymity)
{
	struct line lines[SW_MECHANISM_COUNT] = { 0 };
	json_t *list = json_array();

	twalk_r(anonymity->tree, add_to_line, lines);
	for (unsigned i = 1; i <= SW_MECHANISM_COUNT; i++) {
		const struct line *line = &lines[i % SW_MECHANISM_COUNT];

		if (json_array_append_new(list, json_pack(
		    "{s:s, s:I, s:I, s:I}", "mechanism", line_name(i),
		    "subjects", (json_int_t)line->subjects,
		    "tuples", (json_int_t)line->tuples,
		    "in_small", (json_int_t)line->small)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *
tuple_json(const struct tuple *tuple)
{
	const struct part *part = &tuple->parts[tuple->mechanism];

	return json_pack("{s:I, s:s, s:s, s:s, s:o}",
	    "subjects", (json_int_t)tuple->subjects,
	    "suffix", tuple->suffix,
	    "mechanism", sw_mechanism_text(tuple->mechanism),
	    "outcome", sw_outcome_text(part->outcome),
	    "features", sw_explain_features_json(tuple->mechanism,
	    part->features));
}

json_t *
sw_anonymity_tuples_json(const struct sw_anonymity *anonymity)
{
	struct list list;
	json_t *array;

	if (make_list(anonymity, &list) != SW_OK)
		return NULL;
	array = json_array();
	for (size_t i = 0; i < list.count; i++) {
		if (json_array_append_new(array,
		    tuple_json(list.tuples[i])) != 0) {
			json_decref(array);
			array = NULL;
			break;
		}
	}
	free(list.tuples);
	return array;
}
