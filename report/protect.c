/* Hiding families until no sensitive figure has too narrow a range. */
#include "protect.h"

#include <stdlib.h>
#include <string.h>

/* Of a family, summed up over the lines that hide it. */
struct margins {
	uint64_t all;
	uint64_t atoms[32];
};

struct work {
	const struct sw_protection *p;
	struct margins *margins;	/* by family */
	uint32_t (*sums)[8];		/* by family: sets of atoms that are told */
};

struct range {
	uint64_t low;
	uint64_t high;
};

static uint64_t
value(const struct work *work, size_t line, size_t family, uint32_t atoms)
{
	const struct sw_form form = sw_form_of(family, atoms);

	return sw_form_value(work->p->scheme, &form,
	    work->p->lines[line].counts);
}

static uint32_t
all_atoms(const struct sw_family *family)
{
	return SW_ATOM(family->atoms) - 1;
}

/* The family's parent in the line; the root is nobody's child. */
static uint64_t
parent_value(const struct work *work, size_t line, size_t family)
{
	return value(work, line, family,
	    all_atoms(&work->p->scheme->families[family]));
}

static uint64_t
margin_of(const struct margins *margins, uint32_t atoms)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < 32; i++) {
		if (atoms & SW_ATOM(i))
			sum += margins->atoms[i];
	}
	return sum;
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool
total_is_hidden(const struct work *work, size_t family)
{
	return work->p->total_hidden != NULL &&
	    work->p->total_hidden[family];
}

/* What everybody can tell of a sum of atoms in a line. */
static struct range
range_of(const struct work *work, size_t line, size_t index, uint32_t atoms)
{
	const struct sw_family *family = &work->p->scheme->families[index];
	const struct margins *margins = &work->margins[index];
	uint64_t sum = margin_of(margins, atoms), known;
	struct range range, above;

	if (index == 0 || !work->p->lines[line].hidden[index]) {
		known = value(work, line, index, atoms);
		return (struct range){ known, known };
	}
	above = range_of(work, line, family->parent, family->within);
	if (atoms == all_atoms(family))
		return above;
	if (total_is_hidden(work, index))
		return (struct range){ 0, above.high };
	range.high = smaller(above.high, sum);
	known = above.low + sum;
	range.low = known > margins->all ? known - margins->all : 0;
	return range;
}

static bool
is_sensitive(const struct work *work, uint64_t count)
{
	return count > 0 && count < work->p->min_cell;
}

/* Sum up the lines that hide the family. */
static void
add_margins(const struct work *work, size_t family)
{
	const struct sw_family *f = &work->p->scheme->families[family];
	struct margins *margins = &work->margins[family];

	memset(margins, 0, sizeof(*margins));
	for (size_t i = 0; i < work->p->count; i++) {
		if (!work->p->lines[i].hidden[family])
			continue;
		margins->all += parent_value(work, i, family);
		for (size_t k = 0; k < f->atoms; k++)
			margins->atoms[k] += work->p->lines[i].counts[
			    f->offset + k];
	}
}

static bool
line_is_safe(const struct work *work, size_t line, size_t family)
{
	const uint32_t *sums = work->sums[family];

	for (size_t i = 0; i < 8 && sums[i] != 0; i++) {
		struct range range;

		if (!is_sensitive(work, value(work, line, family, sums[i])))
			continue;
		range = range_of(work, line, family, sums[i]);
		if (range.high - range.low < work->p->min_cell)
			return false;
	}
	for (size_t i = 0; i < work->p->scheme->families[family].atoms; i++) {
		struct range range;

		if (!is_sensitive(work, value(work, line, family, SW_ATOM(i))))
			continue;
		range = range_of(work, line, family, SW_ATOM(i));
		if (range.high - range.low < work->p->min_cell)
			return false;
	}
	return true;
}

static bool
is_safe(const struct work *work, size_t family)
{
	add_margins(work, family);
	/* A total that is hidden is a row like others, of which all are parts. */
	if (total_is_hidden(work, family) &&
	    work->margins[family].all < work->p->min_cell &&
	    work->margins[family].all > 0)
		return false;
	for (size_t i = 0; i < work->p->count; i++) {
		if (work->p->lines[i].hidden[family] &&
		    !line_is_safe(work, i, family))
			return false;
	}
	return true;
}

/* Hide the family in the smallest line that still shows it; is there one? */
static bool
hide_another(const struct work *work, size_t family)
{
	size_t smallest = work->p->count;
	uint64_t least = 0;

	for (size_t i = 0; i < work->p->count; i++) {
		uint64_t size = parent_value(work, i, family);

		if (work->p->lines[i].hidden[family] || size == 0)
			continue;
		if (smallest == work->p->count || size < least) {
			smallest = i;
			least = size;
		}
	}
	if (smallest == work->p->count)
		return false;
	work->p->lines[smallest].hidden[family] = true;
	return true;
}

static bool
has_sensitive_atom(const struct work *work, const uint64_t *counts,
    const struct sw_family *family)
{
	for (size_t i = 0; i < family->atoms; i++) {
		if (is_sensitive(work, counts[family->offset + i]))
			return true;
	}
	return false;
}

static void
hide_sensitive(const struct work *work, size_t index, const uint64_t *total)
{
	const struct sw_protection *p = work->p;
	const struct sw_family *family = &p->scheme->families[index];

	for (size_t i = 0; i < p->count; i++) {
		if (p->lines[i].hidden[family->parent] ||
		    has_sensitive_atom(work, p->lines[i].counts, family))
			p->lines[i].hidden[index] = true;
	}
	if (p->total_hidden != NULL && (p->total_hidden[family->parent] ||
	    has_sensitive_atom(work, total, family)))
		p->total_hidden[index] = true;
}

/* What divides a hidden family further is hidden as well. */
static void
hide_below(const struct work *work, size_t line)
{
	const struct sw_scheme *scheme = work->p->scheme;
	bool *hidden = work->p->lines[line].hidden;

	for (size_t i = 1; i < scheme->family_count; i++) {
		if (hidden[scheme->families[i].parent])
			hidden[i] = true;
	}
}

/*
 * Where all lines that have any of the family hide it, what gives it away is
 * how it is divided among them: hide a family above it in one more line.
 */
static bool
hide_above(const struct work *work, size_t index)
{
	const struct sw_family *families = work->p->scheme->families;
	bool *before = calloc(work->p->count + 1, sizeof(*before));
	bool done = false;

	for (size_t f = families[index].parent; f != 0 && !done &&
	    before != NULL; f = families[f].parent) {
		for (size_t i = 0; i < work->p->count; i++)
			before[i] = work->p->lines[i].hidden[f];
		done = hide_another(work, f);
		for (size_t i = 0; i < work->p->count; i++) {
			if (work->p->lines[i].hidden[f] && !before[i])
				hide_below(work, i);
		}
	}
	free(before);
	for (size_t i = 1; i <= index && done; i++)
		add_margins(work, i);
	return done;
}

/*
 * Of a public total there is no more to hide than all rows; of others, the
 * total itself.
 */
static void
protect_family(const struct work *work, size_t index, const uint64_t *total)
{
	hide_sensitive(work, index, total);
	while (!is_safe(work, index)) {
		if (hide_another(work, index))
			continue;
		if (work->p->total_hidden != NULL &&
		    !work->p->total_hidden[index])
			work->p->total_hidden[index] = true;
		else if (!hide_above(work, index))
			break;
	}
	add_margins(work, index);
	for (size_t i = 0; i < work->p->count; i++) {
		if (work->p->lines[i].hidden[index] &&
		    !line_is_safe(work, i, index))
			work->p->lines[i].unsafe = true;
	}
}

/* Note sums of atoms that columns tell, or that are divided further. */
static void
note_sum(struct work *work, size_t family, uint32_t atoms)
{
	uint32_t *sums = work->sums[family];

	for (size_t i = 0; i < 8; i++) {
		if (sums[i] == atoms)
			return;
		if (sums[i] == 0) {
			sums[i] = atoms;
			return;
		}
	}
}

static void
note_sums(struct work *work)
{
	const struct sw_scheme *scheme = work->p->scheme;

	for (size_t i = 1; i < scheme->family_count; i++)
		note_sum(work, scheme->families[i].parent,
		    scheme->families[i].within);
	for (size_t i = 0; i < scheme->column_count; i++) {
		const struct sw_form *form = &scheme->sources[i].form;

		for (size_t k = 0; k < form->count; k++)
			note_sum(work, form->terms[k].family,
			    form->terms[k].atoms);
	}
}

enum sw_result
sw_protect(const struct sw_protection *protection)
{
	const struct sw_scheme *scheme = protection->scheme;
	struct work work = { .p = protection };
	enum sw_result result = SW_ERR_MEMORY;
	uint64_t *total;

	work.margins = calloc(scheme->family_count, sizeof(*work.margins));
	work.sums = calloc(scheme->family_count, sizeof(*work.sums));
	total = calloc(scheme->atom_count, sizeof(*total));
	if (work.margins == NULL || work.sums == NULL || total == NULL)
		goto out;
	note_sums(&work);
	for (size_t i = 0; i < protection->count; i++) {
		for (size_t k = 0; k < scheme->atom_count; k++)
			total[k] += protection->lines[i].counts[k];
	}
	for (size_t i = 1; i < scheme->family_count; i++)
		protect_family(&work, i, total);
	result = SW_OK;
out:
	free(work.margins);
	free(work.sums);
	free(total);
	return result;
}
