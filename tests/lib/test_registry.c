/* Registry tables: what is taken, what is refused and on which line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/names.h"
#include "tests/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum sw_result
parse(const char *text, size_t length, struct sw_registry **registry,
    unsigned *line, const char **reason)
{
	/* On the heap and without NUL, so that sanitizers see what is read. */
	char *copy = malloc(length + (length == 0));
	enum sw_result result;

	memcpy(copy, text, length);
	*registry = (struct sw_registry *)(uintptr_t)1;
	*line = 12345;
	*reason = NULL;
	result = sw_registry_parse(registry, copy, length, line, reason);
	free(copy);
	assert_non_null(*reason);
	return result;
}

static struct sw_registry *
parse_good(const char *text)
{
	struct sw_registry *registry;
	const char *reason;
	unsigned line;

	if (parse(text, strlen(text), &registry, &line, &reason) != SW_OK)
		fail_msg("line %u: %s", line, reason);
	assert_non_null(registry);
	return registry;
}

#define START "registry xx\ntype A\ntype B GROUP\n"	/* lines 1 to 3 */

static void
bad_lines(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *reason;	/* a part of it */
	} cases[] = {
		{ "", 0, "empty" },
		{ "\n\n# nothing\n", 3, "empty" },
		{ "type A\n", 1, "registry TLD" },
		{ "# a comment\n\nregister xx\n", 3, "registry TLD" },
		{ "registry\n", 1, "registry TLD" },
		{ "registry xx yy\n", 1, "registry TLD" },
		{ "registry co.xx\n", 1, "registry TLD" },
		{ "registry XX\n", 1, "registry TLD" },
		{ "registry -\xff\n", 1, "registry TLD" },
		{ "registry 0123456789012345678901234567890123456789"
		    "012345678901234567890123\n", 1, "registry TLD" },
		{ "registry xx\nregistry xx\n", 2, "unknown word" },
		{ START "type\n", 4, "missing" },
		{ START "type a\n", 4, "capitals" },
		{ START "type A-B. \n", 4, "capitals" },
		{ START "type C group\n", 4, "capitals" },
		{ START "type C D E\n", 4, "capitals" },
		{ START "type C D E F\n", 4, "too many" },
		{ START "type ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456\n", 4,
		    "capitals" },
		{ START "type A\n", 4, "there already" },
		{ START "type B\n", 4, "there already" },
		{ START "label\n", 4, "missing" },
		{ START "label A\n", 4, "wanted" },
		{ START "label A en\n", 4, "wanted" },
		{ START "label A en \xff\n", 4, "UTF-8" },
		{ START "label A en a\x01z\n", 4, "UTF-8" },
		{ START "label A en \xc0\xaf\n", 4, "UTF-8" },
		{ START "label A en \xed\xa0\x80\n", 4, "UTF-8" },
		{ START "label A en \xf4\x90\x80\x80\n", 4, "UTF-8" },
		{ START "label A en \xe3\x81\n", 4, "UTF-8" },
		{ START "label A en \xc2\x85\n", 4, "UTF-8" },
		{ START "label A \xff x\n", 4, "UTF-8" },
		{ START "suffix co.xx\n", 4, "wanted" },
		{ START "suffix co.xx A B\n", 4, "wanted" },
		{ START "suffix co.xx C\n", 4, "no such type" },
		{ START "suffix co.xx a\n", 4, "no such type" },
		{ START "suffix co.xx. A\n", 4, "domain" },
		{ START "suffix .co.xx A\n", 4, "domain" },
		{ START "suffix co..xx A\n", 4, "domain" },
		{ START "suffix Co.xx A\n", 4, "domain" },
		{ START "suffix c_o.xx A\n", 4, "domain" },
		{ START "suffix *.xx A\n", 4, "domain" },
		{ START "suffix co.yy A\n", 4, "another registry" },
		{ START "suffix xxx A\n", 4, "another registry" },
		{ START "under x.yy A\n", 4, "another registry" },
		{ START "name x.xx.yy A\n", 4, "another registry" },
		{ START "under tokyo.xx\n", 4, "wanted" },
		{ START "under tokyo.xx C\n", 4, "no such type" },
		{ START "name a.tokyo.xx C\n", 4, "no such type" },
		{ START "suffix co.xx A\n\nsuffix co.xx B\n", 6, "already" },
		{ START "suffix co.xx A\nsuffix co.xx A\n", 5, "already" },
		{ START "under z.xx A\nunder a.xx A\nunder z.xx B\n"
		    "under a.xx B\n", 6, "already" },
		{ START "deeper\n", 4, "missing" },
		{ START "deeper city\n", 4, "wanted" },
		{ START "deeper city lg.xx x\n", 4, "wanted" },
		{ START "deeper ci.ty lg.xx\n", 4, "wanted" },
		{ START "deeper City lg.xx\n", 4, "wanted" },
		{ START "deeper city Lg.xx\n", 4, "wanted" },
		{ START "deeper city lg.yy\n", 4, "another registry" },
		{ START "default\n", 4, "missing" },
		{ START "default C\n", 4, "stands above" },
		{ START "default A B\n", 4, "stands above" },
		{ START "default A\ndefault B\n", 5, "already" },
		{ START "default-idn C\n", 4, "stands above" },
		{ START "default-idn A\ndefault-idn A\n", 5, "already" },
		{ START "Suffix co.xx A\n", 4, "unknown word" },
		{ START "suffixes co.xx A\n", 4, "unknown word" },
		{ START "x y\n", 4, "unknown word" },
		{ START "x\n", 4, "missing" },
		{ START "suffix a.xx A A A\n", 4, "too many" },
		/* the last line without its end */
		{ START "\n\n\nsuffix", 7, "missing" },
		{ "\xef\xbb\xbfregistry xx\n", 1, "registry TLD" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sw_registry *registry;
		const char *reason;
		unsigned line;

		if (parse(cases[i].text, strlen(cases[i].text), &registry,
		    &line, &reason) != SW_ERR_INVALID)
			fail_msg("taken: %s", cases[i].text);
		assert_null(registry);
		if (line != cases[i].line ||
		    strstr(reason, cases[i].reason) == NULL)
			fail_msg("line %u: %s: %s", line, reason,
			    cases[i].text);
	}
}

static void
lengths_and_nul(void **state)
{
	struct sw_registry *registry;
	const char *reason;
	char text[3000], domain[300];
	unsigned line;
	int used;

	(void)state;
	used = snprintf(text, sizeof(text), "registry xx\n");
	memcpy(text + used, "#\0\n", 3);
	assert_int_equal(parse(text, (size_t)used + 3, &registry, &line,
	    &reason), SW_ERR_INVALID);
	assert_int_equal(line, 2);
	assert_non_null(strstr(reason, "NUL"));
	/* A line of 1000 bytes is taken, one of 1001 is not. */
	memset(text + used, '#', 1001);
	text[used + 1000] = '\n';
	assert_int_equal(parse(text, (size_t)used + 1001, &registry, &line,
	    &reason), SW_OK);
	sw_registry_free(&registry);
	text[used + 1000] = '#';
	text[used + 1001] = '\n';
	assert_int_equal(parse(text, (size_t)used + 1002, &registry, &line,
	    &reason), SW_ERR_INVALID);
	assert_int_equal(line, 2);
	assert_non_null(strstr(reason, "too long"));
	/* Domains of 253 characters are taken, of 254 not. */
	for (int length = 253; length <= 254; length++) {
		memset(domain, 'a', sizeof(domain));
		for (int i = 60; i < length - 3; i += 61)
			domain[i] = '.';
		memcpy(domain + length - 3, ".xx", 4);
		snprintf(text, sizeof(text), START "suffix %s A\n", domain);
		assert_int_equal(parse(text, strlen(text), &registry, &line,
		    &reason), length == 253 ? SW_OK : SW_ERR_INVALID);
		sw_registry_free(&registry);
	}
}

static const char *
classify(const struct sw_registry *registry, const char *name,
    const char *suffix)
{
	const char *region;
	const struct sw_registry_type *type =
	    sw_registry_classify(registry, name, suffix, &region);

	return type == NULL ? "" : type->name;
}

static void
forms_of_lines(void **state)
{
	struct sw_registry *registry = parse_good(
	    "  # comment\r\n\t registry\txx \r\n type A # why\r\n"
	    "type B GROUP\r\n\n"
	    "label B ja  \xe5\x9c\xb0 \xe5\x9f\x9f \t\r\n"
	    "label GROUP en A group, of  names\n"
	    "label A en once\nlabel A en twice\n"
	    "suffix co.xx A\nunder co.xx B\nname co.xx B\n"
	    "deeper city lg.xx\nname xx A");

	(void)state;
	assert_string_equal(sw_registry_tld(registry), "xx");
	assert_string_equal(sw_registry_type(registry, 0)->name, "A");
	assert_string_equal(sw_registry_type(registry, 0)->group, "A");
	assert_string_equal(sw_registry_type(registry, 1)->name, "B");
	assert_string_equal(sw_registry_type(registry, 1)->group, "GROUP");
	assert_null(sw_registry_type(registry, 2));
	assert_null(sw_registry_type(registry, SIZE_MAX));
	assert_ptr_equal(sw_registry_find_type(registry, "B"),
	    sw_registry_type(registry, 1));
	assert_null(sw_registry_find_type(registry, "GROUP"));
	assert_string_equal(sw_registry_label(registry, "B", "ja"),
	    "\xe5\x9c\xb0 \xe5\x9f\x9f");
	assert_string_equal(sw_registry_label(registry, "GROUP", "en"),
	    "A group, of  names");
	assert_string_equal(sw_registry_label(registry, "GROUP", "ja"),
	    "GROUP");
	assert_string_equal(sw_registry_label(registry, "A", "en"), "once");
	assert_string_equal(classify(registry, "x.co.xx", "co.xx"), "A");
	assert_string_equal(classify(registry, "co.xx", "xx"), "B");
	assert_string_equal(classify(registry, "y.x.co.xx", "x.co.xx"), "B");
	assert_string_equal(classify(registry, "z.y.x.co.xx", "y.x.co.xx"),
	    "B");
	/* No default: none. */
	assert_string_equal(classify(registry, "x.net.xx", "net.xx"), "");
	assert_string_equal(classify(registry, "xn--x.xx", "xx"), "");
	assert_true(sw_registry_is_deeper(registry, "city.", 4, "lg.xx"));
	assert_false(sw_registry_is_deeper(registry, "city", 3, "lg.xx"));
	assert_false(sw_registry_is_deeper(registry, "city\0y", 6, "lg.xx"));
	assert_false(sw_registry_is_deeper(registry, "", 0, "lg.xx"));
	assert_false(sw_registry_is_deeper(registry, "city", 4, "co.xx"));
	sw_registry_free(&registry);
	assert_null(registry);
	sw_registry_free(&registry);
}

static void
builtin_table(void **state)
{
	static const char *const prefectures[] = {
		"hokkaido", "aomori", "iwate", "miyagi", "akita", "yamagata",
		"fukushima", "ibaraki", "tochigi", "gunma", "saitama", "chiba",
		"tokyo", "kanagawa", "niigata", "toyama", "ishikawa", "fukui",
		"yamanashi", "nagano", "gifu", "shizuoka", "aichi", "mie",
		"shiga", "kyoto", "osaka", "hyogo", "nara", "wakayama",
		"tottori", "shimane", "okayama", "hiroshima", "yamaguchi",
		"tokushima", "kagawa", "ehime", "kochi", "fukuoka", "saga",
		"nagasaki", "kumamoto", "oita", "miyazaki", "kagoshima",
		"okinawa"
	};
	static const char *const cities[] = {
		"kawasaki", "kitakyushu", "kobe", "nagoya", "sapporo",
		"sendai", "yokohama"
	};
	static const char *const types[] = {
		"AD", "AC", "CO", "ED", "GO", "GR", "LG", "NE", "OR",
		"GEOGRAPHIC", "PREFECTURE", "GENERAL", "GENERAL_IDN"
	};
	struct sw_registry *registry = builtin_registry("jp");
	char name[100];

	(void)state;
	assert_non_null(registry);
	assert_int_equal(COUNT(prefectures), 47);
	for (size_t i = 0; i < COUNT(types); i++)
		assert_string_equal(sw_registry_type(registry, i)->name,
		    types[i]);
	assert_null(sw_registry_type(registry, COUNT(types)));
	for (size_t i = 0; i < COUNT(prefectures); i++) {
		const char *suffix = name + 5;

		snprintf(name, sizeof(name), "pref.%s.jp", prefectures[i]);
		assert_string_equal(classify(registry, name, suffix),
		    "GEOGRAPHIC");
		memcpy(name, "shop", 4);
		assert_string_equal(classify(registry, name, suffix),
		    "PREFECTURE");
		/* As the suffix of a municipality's names. */
		assert_string_equal(classify(registry, "x.town.y.jp", name),
		    "GEOGRAPHIC");
	}
	for (size_t i = 0; i < COUNT(cities); i++) {
		snprintf(name, sizeof(name), "city.%s.jp", cities[i]);
		assert_string_equal(classify(registry, name, "jp"),
		    "GEOGRAPHIC");
		memcpy(name, "ward", 4);
		assert_string_equal(classify(registry, "x", name),
		    "GEOGRAPHIC");
	}
	assert_string_equal(sw_registry_label(registry, "REGIONAL", "ja"),
	    "地域型・都道府県型");
	sw_registry_free(&registry);
}

/* Lines of a kind in the table that programs carry, by their first word. */
static unsigned
count_lines(const struct sw_registry_builtin *builtin, const char *start)
{
	unsigned count = 0;

	for (const char *p = builtin->text; *p != '\0';) {
		count += strncmp(p, start, strlen(start)) == 0;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return count;
}

static void
builtin_counts(void **state)
{
	const struct sw_registry_builtin *jp = &sw_registry_builtins[0];

	(void)state;
	assert_int_equal(sw_registry_builtin_count, 3);
	assert_string_equal(jp->tld, "jp");
	assert_string_equal(jp[1].tld, "kr");
	assert_string_equal(jp[2].tld, "uk");
	for (size_t i = 0; i < sw_registry_builtin_count; i++) {
		struct sw_registry *registry = builtin_registry(jp[i].tld);

		assert_non_null(registry);
		assert_string_equal(sw_registry_tld(registry), jp[i].tld);
		sw_registry_free(&registry);
	}
	assert_int_equal(count_lines(&jp[1], "suffix "), 13 + 16);
	assert_int_equal(count_lines(&jp[2], "suffix "), 10);
	assert_int_equal(jp->length, strlen(jp->text));
	assert_int_equal(jp->text[jp->length - 1], '\n');
	/* Nine by organisation, prefectures in romaji and in kanji. */
	assert_int_equal(count_lines(jp, "suffix "), 9 + 2 * 47);
	assert_int_equal(count_lines(jp, "suffix xn--"), 47);
	assert_int_equal(count_lines(jp, "under "), 47 + 7);
	assert_int_equal(count_lines(jp, "name "), 3 * 47 + 7);
	assert_int_equal(count_lines(jp, "deeper "), 6);
}

/* Damage done to a good table is refused or harmless, never worse. */
static void
random_damage(void **state)
{
	const struct sw_registry_builtin *jp = &sw_registry_builtins[0];
	uint64_t seed = 6;
	unsigned refused = 0;

	(void)state;
	for (unsigned n = 0; n < 3000; n++) {
		size_t from = random_below(&seed, (uint32_t)jp->length);
		size_t length = random_below(&seed, 2000);
		char text[2100] = "registry jp\n";
		size_t head = strlen(text);
		struct sw_registry *registry;
		const char *reason;
		unsigned line;

		if (length > jp->length - from)
			length = jp->length - from;
		memcpy(text + head, jp->text + from, length);
		length += head;
		for (unsigned i = random_below(&seed, 4); i > 0; i--)
			text[random_below(&seed, (uint32_t)length)] =
			    (char)random_next(&seed);
		if (parse(text, length, &registry, &line, &reason) == SW_OK) {
			sw_registry_free(&registry);
			continue;
		}
		refused++;
		assert_null(registry);
	}
	assert_in_range(refused, 1000, 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(lengths_and_nul),
		cmocka_unit_test(forms_of_lines),
		cmocka_unit_test(builtin_table),
		cmocka_unit_test(builtin_counts),
		cmocka_unit_test(random_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
