/*
 * Registrable domains against independent judges: the list's algorithm as
 * publicsuffix.org tells it, over the list's own text, and libpsl's
 * psl_registrable_domain() over that text without its private section.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/names.h"
#include "tests/random.h"

#define RULES_MAX 16384

static char *rules[RULES_MAX];	/* as written, ASCII ones of the ICANN section */
static size_t rule_count;
static psl_ctx_t *icann;	/* the ICANN section alone */
static struct sw_suffixes suffixes;
static struct sw_suffix_index *index_under_test;

static int
compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
has_rule(const char *rule)
{
	return bsearch(&rule, rules, rule_count, sizeof(*rules),
	    compare_text) != NULL;
}

/* Copy the ICANN section's rules to a file for libpsl, and into rules. */
static bool
read_rules(FILE *list, FILE *copy)
{
	char line[512];
	bool inside = false;

	while (fgets(line, sizeof(line), list) != NULL) {
		bool ascii = true;

		if (strstr(line, "===BEGIN ICANN DOMAINS===") != NULL)
			inside = true;
		if (strstr(line, "===END ICANN DOMAINS===") != NULL)
			inside = false;
		line[strcspn(line, " \t\r\n")] = '\0';
		if (!inside || line[0] == '\0' || line[0] == '/')
			continue;
		fprintf(copy, "%s\n", line);
		for (const char *p = line; *p != '\0'; p++)
			ascii = ascii && (unsigned char)*p < 0x80;
		if (ascii && rule_count < RULES_MAX)
			rules[rule_count++] = strdup(line);
	}
	qsort(rules, rule_count, sizeof(*rules), compare_text);
	return fflush(copy) == 0;
}

static int
set_up(void **state)
{
	FILE *list = fopen(LIST, "re"), *copy = tmpfile();

	(void)state;
	if (list == NULL || copy == NULL || !read_rules(list, copy))
		return -1;
	rewind(copy);
	icann = psl_load_fp(copy);
	fclose(copy);
	fclose(list);
	/* What is under test reads the same version of the list, whole. */
	suffixes.psl = psl_load_file(LIST);
	if (icann == NULL || suffixes.psl == NULL)
		return -1;
	suffixes.index = index_under_test = list_index(&suffixes);
	return suffixes.index == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < rule_count; i++)
		free(rules[i]);
	sw_suffix_index_free(&index_under_test);
	psl_free(icann);
	psl_free((psl_ctx_t *)(uintptr_t)suffixes.psl);
	return 0;
}

/*
 * The prevailing rule is an exception, or else the one with the most labels;
 * the registrable domain is the suffix and one more label. No default rule.
 * NULL if there is none.
 */
static const char *
textbook(const char *name)
{
	const char *previous = NULL, *above = NULL, *best = NULL;

	for (const char *p = name; p != NULL;) {
		const char *dot = strchr(p, '.');
		char rule[304];

		snprintf(rule, sizeof(rule), "!%s", p);
		if (has_rule(rule))
			return p;	/* its suffix is one label shorter */
		snprintf(rule, sizeof(rule), "*%s", dot == NULL ? "" : dot);
		if (best == NULL && (has_rule(p) ||
		    (dot != NULL && has_rule(rule)))) {
			best = p;
			above = previous;
		}
		previous = p;
		p = dot == NULL ? NULL : dot + 1;
	}
	return best == NULL ? NULL : above;
}

/*
 * libpsl takes the parent of a wildcard for a suffix too ("*.ck" makes "ck"
 * one), which the list's algorithm does not say: nothing is registered there.
 */
static bool
is_wildcard_parent(const char *name)
{
	char rule[304];

	snprintf(rule, sizeof(rule), "*.%s", name);
	return has_rule(rule);
}

/* A name at, above or below a rule of the list. */
static void
make_name(uint64_t *seed, char *name, size_t size)
{
	static const char *const labels[] = {
		"www", "city", "example", "a", "co", "com", "x-1", "pref",
		"xn--wgv71a119e", "teledata", "jp", "blogspot", "ck"
	};
	const char *rule = rules[random_below(seed, (uint32_t)rule_count)];
	size_t used = 0;

	for (unsigned n = random_below(seed, 4); n > 0; n--)
		used += (size_t)snprintf(name + used, size - used, "%s.",
		    labels[random_below(seed, 13)]);
	if (rule[0] == '*' && random_below(seed, 2) == 0)
		used += (size_t)snprintf(name + used, size - used, "%s.",
		    labels[random_below(seed, 13)]);
	rule += rule[0] == '!' ? 1 : rule[0] == '*' ? 2 : 0;
	if (strchr(rule, '.') != NULL && random_below(seed, 8) == 0)
		rule = strchr(rule, '.') + 1;
	snprintf(name + used, size - used, "%s", rule);
}

static const char *
subject_of(const char *name, bool key, char text[SW_NAME_TEXT_MAX])
{
	uint8_t wire[SW_NAME_WIRE_MAX + 64];
	char asked[400];
	struct sw_name match;

	snprintf(asked, sizeof(asked), "%s%s", key ? "s._domainkey." : "", name);
	if (match_both(&suffixes, wire, to_wire(asked, wire), SW_TYPE_TXT,
	    &match) == SW_MECHANISM_NONE)
		return NULL;
	assert_int_not_equal(sw_name_to_text(match.subject,
	    match.subject_length, text, SW_NAME_TEXT_MAX), 0);
	return text;
}

static const char *
top_label(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? name : dot + 1;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
agrees_with_the_list(void **state)
{
	uint64_t seed = 2;
	unsigned registrable = 0, apart = 0;

	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		char name[300], text[SW_NAME_TEXT_MAX];
		const char *expected, *found;

		make_name(&seed, name, sizeof(name));
		expected = textbook(name);
		if (expected != NULL && is_wildcard_parent(expected)) {
			apart++;
			expected = NULL;
		}
		found = subject_of(name, true, text);
		if (!same(found, expected))
			fail_msg("%s: %s, the list says %s", name, found,
			    expected);
		/* It takes a top-level domain that has no rule for a suffix. */
		found = has_rule(top_label(name)) ?
		    psl_registrable_domain(icann, name) : expected;
		if (!same(found, expected))
			fail_msg("%s: libpsl %s, the list says %s", name,
			    found, expected);
		found = subject_of(name, false, text);
		if (!same(found, same(name, expected) ? expected : NULL))
			fail_msg("%s is watched as %s", name, found);
		registrable += expected != NULL;
	}
	assert_in_range(registrable, 5000, 19000);
	assert_in_range(apart, 1, 200);
}

/* Each rule is a suffix of what is registered there, and no subject. */
static void
every_rule(void **state)
{
	(void)state;
	assert_in_range(rule_count, 5000, RULES_MAX - 1);
	for (size_t i = 0; i < rule_count; i++) {
		const char *rule = rules[i];
		char name[300], text[SW_NAME_TEXT_MAX];

		if (rule[0] == '!') {
			if (!same(subject_of(rule + 1, false, text), rule + 1))
				fail_msg("%s is not watched", rule + 1);
			continue;
		}
		snprintf(name, sizeof(name), "registered.%s%s",
		    rule[0] == '*' ? "any" : "", rule[0] == '*' ? rule + 1 :
		    rule);
		if (!same(subject_of(name, false, text), name))
			fail_msg("%s is not watched", name);
		if (subject_of(strchr(name, '.') + 1, false, text) != NULL)
			fail_msg("%s is watched", strchr(name, '.') + 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_list),
		cmocka_unit_test(every_rule),
	};

	/* cmocka 1.1's skip() reads "not ok" in TAP. */
	if (access(LIST, R_OK) != 0) {
		puts("1..0 # SKIP there is no " LIST);
		return 0;
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
