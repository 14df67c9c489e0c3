/*
 * Suppression under attack: whoever holds all that is published tries to pin
 * each figure of a few subjects down by linear programming (GLPK). What can be
 * told of it must stay a range of at least min_cell, or be no narrower than
 * what the registry types' public figures tell anyhow.
 */
#include "population.h"

#include <float.h>
#include <glpk.h>
#include <stdlib.h>
#include <string.h>

#include "../../report/tabulate.h"
#include "../random.h"

#define GROUPS_MAX 8
#define MIN_CELL 10
#define SLACK 1e-6

static struct sw_registries registries;
static struct sw_scheme *scheme;

struct world {
	size_t count;
	struct sw_group groups[GROUPS_MAX];
	struct sw_figures truth[GROUPS_MAX];
	struct sw_table *table;
};

static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	(void)argument;
	fail_msg("%s, line %u: %s", path, line, text);
}

static int
set_up(void **state)
{
	(void)state;
	glp_term_out(GLP_OFF);
	scheme = sw_scheme_adoption();
	if (scheme == NULL)
		return -1;
	return (int)sw_registries_load(&registries, NULL, complain, NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	sw_scheme_free(&scheme);
	sw_registries_fini(&registries);
	glp_free_env();
	return 0;
}

/* --- Worlds --------------------------------------------------------------- */

static const struct sw_group places[] = {
	{ "a.tokyo.jp", "jp", "GEOGRAPHIC" }, { "b.tokyo.jp", "jp",
	    "GEOGRAPHIC" },
	{ "tokyo.jp", "jp", "PREFECTURE" }, { "co.jp", "jp", "CO" },
	{ "com", "", "" }, { "net", "", "" }, { "org", "", "" },
	{ "c.osaka.jp", "jp", "GEOGRAPHIC" },
};

/* A state that is likely, or one of those that make few. */
static char
choose_state(uint64_t *random, unsigned rare, const char *states)
{
	if (random_below(random, 100) >= rare)
		return states[random_below(random, 2)];
	return states[random_below(random, (unsigned)strlen(states))];
}

static void
fill_group(struct world *world, struct sw_tally *tally, size_t index,
    uint64_t *random)
{
	unsigned size = 1 + random_below(random, 1u << random_below(random, 9));
	unsigned rare = random_below(random, 40);

	for (unsigned i = 0; i < size; i++) {
		const char states[] = {
			random_below(random, 100) >= rare ? 'P' :
			    choose_state(random, 100, "PNAI-"),
			choose_state(random, rare, "PAI-"),
			choose_state(random, rare, "AP-I"), '\0'
		};
		struct kind kind = { .states = states };
		struct sw_store_subject subject = make_subject(&kind);

		subject.group = world->groups[index];
		subject.place = (uint32_t)index;
		assert_int_equal(sw_tally_visit(tally, &subject), SW_OK);
		count_subject(&world->truth[index], scheme, &subject);
	}
}

static void
publish(struct world *world, struct sw_tally *tally)
{
	const struct sw_rows_options options = { .by = SW_BY_SUFFIX,
	    .registries = &registries, .min_cell = MIN_CELL };
	struct sw_block *block;
	char reason[256];

	assert_int_equal(sw_table_new(&world->table, "adoption"), SW_OK);
	assert_int_equal(sw_tabulate_begin(world->table, &options,
	    world->groups, world->count, reason, sizeof(reason)), SW_OK);
	assert_int_equal(sw_tabulate_columns(world->table, scheme), SW_OK);
	block = sw_table_add_block(world->table, 202611, 202611);
	assert_non_null(block);
	assert_int_equal(sw_tally_sort(tally), SW_OK);
	assert_int_equal(sw_tabulate(world->table, block, scheme, tally,
	    0, &options), SW_OK);
}

static void
make_world(struct world *world, uint64_t *random)
{
	/* As in a cohort: no sum is public but the table's own total. */
	bool unregistered = random_below(random, 3) == 0;
	struct sw_tally *tally;

	memset(world, 0, sizeof(*world));
	world->count = 2 + random_below(random, GROUPS_MAX - 1);
	assert_int_equal(sw_tally_new(&tally, scheme, SW_BY_SUFFIX, NULL, 1),
	    SW_OK);
	for (size_t i = 0; i < world->count; i++) {
		world->groups[i] = places[i];
		if (unregistered)
			world->groups[i].registry = world->groups[i].type = "";
		assert_int_equal(sw_figures_init(&world->truth[i], scheme),
		    SW_OK);
		fill_group(world, tally, i, random);
	}
	publish(world, tally);
	sw_tally_free(&tally);
}

static void
free_world(struct world *world)
{
	for (size_t i = 0; i < world->count; i++)
		sw_figures_fini(&world->truth[i]);
	sw_table_free(&world->table);
}

/* --- What everybody can know ---------------------------------------------- */

/* One equation: a form, summed up over groups, has a value. */
struct equation {
	int columns[GROUPS_MAX * 64 + 1];
	double ones[GROUPS_MAX * 64 + 1];
	int length;
};

static void
add_form(struct equation *equation, const struct sw_form *form, size_t group)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct sw_family *family =
		    &scheme->families[form->terms[i].family];

		for (size_t k = 0; k < family->atoms; k++) {
			if ((form->terms[i].atoms & SW_ATOM(k)) == 0)
				continue;
			equation->length++;
			equation->columns[equation->length] = (int)(group *
			    scheme->atom_count + family->offset + k + 1);
			equation->ones[equation->length] = 1;
		}
	}
}

static void
state(glp_prob *lp, const struct equation *equation, double value)
{
	int row = glp_add_rows(lp, 1);

	glp_set_mat_row(lp, row, equation->length, equation->columns,
	    equation->ones);
	glp_set_row_bnds(lp, row, GLP_FX, value, value);
}

/* Families are divisions of their parents, whoever looks. */
static void
state_structure(glp_prob *lp, const struct world *world)
{
	for (size_t g = 0; g < world->count; g++) {
		for (size_t i = 1; i < scheme->family_count; i++) {
			const struct sw_family *family = &scheme->families[i];
			struct sw_form all = sw_form_of(i,
			    SW_ATOM(family->atoms) - 1);
			struct sw_form above = sw_form_of(family->parent,
			    family->within);
			struct equation equation = { .length = 0 };
			int split;

			add_form(&equation, &all, g);
			split = equation.length;
			add_form(&equation, &above, g);
			for (int k = split + 1; k <= equation.length; k++)
				equation.ones[k] = -1;
			state(lp, &equation, 0);
		}
	}
}

/* The types' own table shows everything. */
static void
state_types(glp_prob *lp, const struct world *world)
{
	static const char *const types[] = { "GEOGRAPHIC", "CO" };

	for (size_t t = 0; t < 2; t++) {
		for (size_t a = 0; a < scheme->column_count; a++) {
			const struct sw_form *form = &scheme->sources[a].form;
			struct equation equation = { .length = 0 };
			double value = 0;

			if (form->count == 0)
				continue;
			for (size_t g = 0; g < world->count; g++) {
				const char *type = world->groups[g].type;

				/* Both are reported as one group. */
				if (strcmp(type, "PREFECTURE") == 0)
					type = "GEOGRAPHIC";
				if (strcmp(type, types[t]) != 0)
					continue;
				add_form(&equation, form, g);
				value += (double)sw_form_value(scheme, form,
				    world->truth[g].counts);
			}
			if (equation.length > 0)
				state(lp, &equation, value);
		}
	}
}

static const struct sw_row *
find_row(const struct world *world, const char *name)
{
	const struct sw_block *block = world->table->blocks;

	for (size_t i = 0; i < block->row_count; i++) {
		if (strcmp(block->rows[i].name, name) == 0)
			return &block->rows[i];
	}
	return NULL;
}

/* A note below the table says that groups of no registry are left out. */
static bool
is_left_out(const struct world *world, size_t group)
{
	return world->table->blocks->outside > 0 &&
	    world->groups[group].registry[0] == '\0';
}

/* The groups that a row stands for. */
static bool
stands_for(const struct world *world, const struct sw_row *row, size_t group)
{
	const char *name = world->groups[group].suffix;

	if (row->kind == SW_ROW_TOTAL)
		return !is_left_out(world, group);
	if (row->kind == SW_ROW_MERGED)
		return find_row(world, name) == NULL &&
		    !is_left_out(world, group);
	return strcmp(row->name, name) == 0;
}

static void
state_table(glp_prob *lp, const struct world *world)
{
	const struct sw_block *block = world->table->blocks;

	for (size_t i = 0; i < block->row_count; i++) {
		for (size_t c = 0; c < scheme->column_count; c++) {
			const struct sw_form *form = &scheme->sources[c].form;
			const struct sw_cell *cell = &block->rows[i].cells[c];
			struct equation equation = { .length = 0 };

			if (form->count == 0 || cell->state != SW_CELL_VALUE)
				continue;
			for (size_t g = 0; g < world->count; g++) {
				if (stands_for(world, &block->rows[i], g))
					add_form(&equation, form, g);
			}
			state(lp, &equation, (double)cell->count);
		}
	}
}

static glp_prob *
make_problem(const struct world *world, bool with_table)
{
	glp_prob *lp = glp_create_prob();
	int columns = (int)(world->count * scheme->atom_count);

	glp_add_cols(lp, columns);
	for (int i = 1; i <= columns; i++)
		glp_set_col_bnds(lp, i, GLP_LO, 0, 0);
	state_structure(lp, world);
	state_types(lp, world);
	if (with_table)
		state_table(lp, world);
	glp_adv_basis(lp, 0);
	return lp;
}

/* --- The attack ----------------------------------------------------------- */

static double
optimum(glp_prob *lp, const struct equation *target, int direction)
{
	glp_smcp options;
	double value;

	glp_init_smcp(&options);
	options.meth = GLP_DUALP;
	for (int i = 1; i <= target->length; i++)
		glp_set_obj_coef(lp, target->columns[i], target->ones[i]);
	glp_set_obj_dir(lp, direction);
	assert_int_equal(glp_simplex(lp, &options), 0);
	if (glp_get_status(lp) == GLP_UNBND)
		value = direction == GLP_MAX ? DBL_MAX : -DBL_MAX;
	else {
		assert_int_equal(glp_get_status(lp), GLP_OPT);
		value = glp_get_obj_val(lp);
	}
	for (int i = 1; i <= target->length; i++)
		glp_set_obj_coef(lp, target->columns[i], 0);
	return value;
}

static double
width(glp_prob *lp, const struct equation *target)
{
	double high = optimum(lp, target, GLP_MAX);

	return high == DBL_MAX ? DBL_MAX : high - optimum(lp, target, GLP_MIN);
}

/* For whoever has to find out why. */
static void
print_world(const struct world *world)
{
	const struct sw_block *block = world->table->blocks;

	for (size_t c = 0; c < 20; c++) {
		if (scheme->sources[c].form.count == 0)
			continue;
		print_message("# %s:", scheme->columns[c].name);
		for (size_t g = 0; g < world->count; g++)
			print_message(" %s %lu", world->groups[g].suffix,
			    (unsigned long)sw_form_value(scheme,
			    &scheme->sources[c].form, world->truth[g].counts));
		print_message("; shown:");
		for (size_t i = 0; i < block->row_count; i++)
			print_message(" %s %s%lu", block->rows[i].name,
			    block->rows[i].cells[c].state == SW_CELL_VALUE ?
			    "" : "*", (unsigned long)
			    block->rows[i].cells[c].count);
		print_message("\n");
	}
}

/* Figures that the public ones pin down already are not ours to hide. */
static unsigned
attack_form(const struct world *world, glp_prob *all, glp_prob *public,
    const struct sw_form *form, const char *name)
{
	unsigned attacked = 0;

	for (size_t g = 0; g < world->count; g++) {
		uint64_t truth = sw_form_value(scheme, form,
		    world->truth[g].counts);
		struct equation target = { .length = 0 };
		double left;

		if (truth == 0 || truth >= MIN_CELL)
			continue;
		add_form(&target, form, g);
		left = width(all, &target);
		attacked++;
		if (left >= MIN_CELL - SLACK ||
		    left >= width(public, &target) - SLACK)
			continue;
		print_world(world);
		fail_msg("%s of %s, %lu, is known to within %g", name,
		    world->groups[g].suffix, (unsigned long)truth, left);
	}
	return attacked;
}

/* Of all groups whose sums are not public, the total as well. */
static unsigned
attack_total(const struct world *world, glp_prob *all, glp_prob *public,
    const struct sw_form *form, const char *name)
{
	struct equation target = { .length = 0 };
	uint64_t truth = 0;
	double left;

	for (size_t g = 0; g < world->count; g++) {
		if (world->groups[g].registry[0] != '\0')
			continue;
		truth += sw_form_value(scheme, form, world->truth[g].counts);
		add_form(&target, form, g);
	}
	if (truth == 0 || truth >= MIN_CELL)
		return 0;
	left = width(all, &target);
	if (left < MIN_CELL - SLACK && left < width(public, &target) - SLACK)
		fail_msg("%s of all others, %lu, is known to within %g", name,
		    (unsigned long)truth, left);
	return 1;
}

static unsigned
attack(const struct world *world)
{
	glp_prob *all = make_problem(world, true);
	glp_prob *public = make_problem(world, false);
	unsigned attacked = 0;

	for (size_t i = 0; i < scheme->column_count; i++) {
		const struct sw_form *form = &scheme->sources[i].form;

		if (form->count == 0)
			continue;
		attacked += attack_form(world, all, public, form,
		    scheme->columns[i].name);
		attacked += attack_total(world, all, public, form,
		    scheme->columns[i].name);
	}
	glp_delete_prob(all);
	glp_delete_prob(public);
	return attacked;
}

/* Is anything left to read? */
static unsigned
count_shown(const struct world *world)
{
	const struct sw_block *block = world->table->blocks;
	unsigned shown = 0;

	for (size_t i = 0; i < block->row_count; i++) {
		for (size_t c = 0; c < scheme->column_count; c++)
			shown += scheme->sources[c].form.count > 0 &&
			    block->rows[i].cells[c].state == SW_CELL_VALUE &&
			    block->rows[i].cells[c].count > 0;
	}
	return shown;
}

static void
withstands(void **unused)
{
	const char *worlds = getenv("SENDERWATCH_ATTACKS");
	unsigned count = worlds != NULL ? (unsigned)atoi(worlds) : 40;
	unsigned attacked = 0, shown = 0;

	(void)unused;
	for (unsigned seed = 1; seed <= count; seed++) {
		uint64_t random = seed;
		struct world world;

		make_world(&world, &random);
		attacked += attack(&world);
		shown += count_shown(&world);
		free_world(&world);
	}
	print_message("# %u figures of a few attacked, %u figures shown\n",
	    attacked, shown);
	assert_true(attacked > 10 * count);
	assert_true(shown > 10 * count);
}

/* The attack itself works: without suppression, it finds everything. */
static void
finds_what_is_not_hidden(void **unused)
{
	uint64_t random = 3;
	struct world world;
	glp_prob *all;
	size_t found = 0;

	(void)unused;
	make_world(&world, &random);
	for (size_t i = 0; i < world.table->blocks->row_count; i++) {
		struct sw_row *row = &world.table->blocks->rows[i];

		if (row->kind != SW_ROW_TOTAL)
			continue;
		for (size_t c = 0; c < scheme->column_count; c++) {
			uint64_t sum = 0;

			for (size_t g = 0; g < world.count; g++)
				sum += sw_form_value(scheme,
				    &scheme->sources[c].form,
				    world.truth[g].counts);
			sw_cell_count(&row->cells[c], sum);
		}
	}
	/* All totals, and a first group that is all but alone. */
	all = make_problem(&world, true);
	for (size_t g = 1; g < world.count; g++) {
		for (size_t c = 0; c < scheme->column_count; c++) {
			struct equation equation = { .length = 0 };

			if (scheme->sources[c].form.count == 0)
				continue;
			add_form(&equation, &scheme->sources[c].form, g);
			state(all, &equation, (double)sw_form_value(scheme,
			    &scheme->sources[c].form, world.truth[g].counts));
		}
	}
	glp_adv_basis(all, 0);
	for (size_t c = 0; c < scheme->column_count; c++) {
		struct equation target = { .length = 0 };

		if (scheme->sources[c].form.count == 0)
			continue;
		add_form(&target, &scheme->sources[c].form, 0);
		found += width(all, &target) < SLACK;
	}
	assert_true(found > 40);
	glp_delete_prob(all);
	free_world(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_not_hidden),
		cmocka_unit_test(withstands),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
