/* Recognising names: mechanism, subject, public suffix and registry type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/names.h"
#include "tests/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct sw_suffixes suffixes;
static struct sw_suffix_index *index_under_test;
static const char *const tlds[] = { "jp", "kr", "uk" };
static const struct sw_registry *registries[COUNT(tlds)];

static int
set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(tlds); i++) {
		registries[i] = builtin_registry(tlds[i]);
		if (registries[i] == NULL)
			return -1;
	}
	suffixes.psl = psl_load_file(LIST);
	suffixes.registries = registries;
	suffixes.registry_count = COUNT(tlds);
	if (suffixes.psl == NULL)
		return -1;
	suffixes.index = index_under_test = list_index(&suffixes);
	return suffixes.index == NULL;
}

static int
tear_down(void **state)
{
	struct sw_registry *registry;

	(void)state;
	sw_suffix_index_free(&index_under_test);
	for (size_t i = 0; i < COUNT(tlds); i++) {
		registry = (struct sw_registry *)(uintptr_t)registries[i];
		sw_registry_free(&registry);
	}
	psl_free((psl_ctx_t *)(uintptr_t)suffixes.psl);
	return 0;
}

/* What a name is expected to be; subject NULL: not watched. */
struct expected {
	const char *name;
	const char *subject;
	const char *suffix;
	const char *type;	/* NULL: none */
};

static enum sw_mechanism
match(const char *text, uint16_t type, struct sw_name *name)
{
	uint8_t wire[SW_NAME_WIRE_MAX + 64];

	memset(name, 0xa5, sizeof(*name));
	return match_both(&suffixes, wire, to_wire(text, wire), type, name);
}

static void
expect_none(const char *text, uint16_t type)
{
	struct sw_name name;

	if (match(text, type, &name) != SW_MECHANISM_NONE)
		fail_msg("%s is watched", text);
	assert_int_equal(name.mechanism, SW_MECHANISM_NONE);
}

static const struct sw_registry *
registry_of(const char *suffix)
{
	const char *dot = strrchr(suffix, '.');

	for (size_t i = 0; i < COUNT(tlds); i++) {
		if (strcmp(tlds[i], dot != NULL ? dot + 1 : suffix) == 0)
			return registries[i];
	}
	return NULL;
}

static void
expect(const char *text, uint16_t type, enum sw_mechanism mechanism,
    const struct expected *expected, unsigned depth)
{
	uint8_t subject[SW_NAME_WIRE_MAX + 64];
	size_t length = to_wire(expected->subject, subject);
	struct sw_name name;

	if (match(text, type, &name) != mechanism)
		fail_msg("%s: mechanism %d, not %d", text, name.mechanism,
		    mechanism);
	assert_int_equal(name.mechanism, mechanism);
	if (name.subject_length != length ||
	    memcmp(name.subject, subject, length) != 0)
		fail_msg("%s: the subject is not %s", text, expected->subject);
	if (strcmp(name.suffix, expected->suffix) != 0)
		fail_msg("%s: suffix %s, not %s", text, name.suffix,
		    expected->suffix);
	assert_int_equal(name.depth, depth);
	if (expected->type == NULL) {
		if (name.type != NULL)
			fail_msg("%s: type %s", text, name.type->name);
		return;
	}
	if (name.type == NULL || strcmp(name.type->name, expected->type) != 0)
		fail_msg("%s: type %s, not %s", text, name.type == NULL ?
		    "none" : name.type->name, expected->type);
	assert_non_null(name.registry);
	assert_ptr_equal(name.registry, registry_of(expected->suffix));
}

/* Everything that may be asked of a registrable domain. */
static void
expect_all(const struct expected *expected)
{
	static const struct {
		const char *prefix;
		enum sw_mechanism mechanism;
	} prefixes[] = {
		{ "", SW_MECHANISM_SPF },
		{ "_dmarc.", SW_MECHANISM_DMARC },
		{ "_mta-sts.", SW_MECHANISM_MTA_STS },
		{ "_smtp._tls.", SW_MECHANISM_TLS_RPT },
		{ "default._bimi.", SW_MECHANISM_BIMI },
		{ "s1._domainkey.", SW_MECHANISM_DKIM },
		{ "_DMARC.", SW_MECHANISM_DMARC },
		{ "_Smtp._TLS.", SW_MECHANISM_TLS_RPT },
		{ "a.b.c._DomainKey.", SW_MECHANISM_DKIM },
	};
	char text[512];

	for (size_t i = 0; i < COUNT(prefixes); i++) {
		snprintf(text, sizeof(text), "%s%s", prefixes[i].prefix,
		    expected->name);
		expect(text, SW_TYPE_TXT, prefixes[i].mechanism, expected, 0);
	}
	expect(expected->name, SW_TYPE_MX, SW_MECHANISM_MX, expected, 0);
	/* Below it only DKIM keys are looked for. */
	snprintf(text, sizeof(text), "x.y.%s", expected->name);
	expect_none(text, SW_TYPE_TXT);
	expect_none(text, SW_TYPE_MX);
	snprintf(text, sizeof(text), "_dmarc.x.y.%s", expected->name);
	expect_none(text, SW_TYPE_TXT);
	snprintf(text, sizeof(text), "s._domainkey.x.y.%s", expected->name);
	expect(text, SW_TYPE_TXT, SW_MECHANISM_DKIM, expected, 2);
}

/* Nothing that is asked of a name which is not under registration. */
static void
expect_nothing(const char *text)
{
	static const char *const prefixes[] = {
		"", "_dmarc.", "_mta-sts.", "_smtp._tls.", "default._bimi.",
		"s1._domainkey.", "_domainkey.", "a.b._domainkey."
	};
	char name[512];

	for (size_t i = 0; i < COUNT(prefixes); i++) {
		snprintf(name, sizeof(name), "%s%s", prefixes[i], text);
		expect_none(name, SW_TYPE_TXT);
		expect_none(name, SW_TYPE_MX);
	}
}

static const struct expected jp_names[] = {
	/* attribute types */
	{ "example.ac.jp", "example.ac.jp", "ac.jp", "AC" },
	{ "example.ad.jp", "example.ad.jp", "ad.jp", "AD" },
	{ "example.co.jp", "example.co.jp", "co.jp", "CO" },
	{ "example.ed.jp", "example.ed.jp", "ed.jp", "ED" },
	{ "example.go.jp", "example.go.jp", "go.jp", "GO" },
	{ "example.gr.jp", "example.gr.jp", "gr.jp", "GR" },
	{ "example.ne.jp", "example.ne.jp", "ne.jp", "NE" },
	{ "example.or.jp", "example.or.jp", "or.jp", "OR" },
	{ "xn--wgv71a119e.co.jp", "xn--wgv71a119e.co.jp", "co.jp", "CO" },
	/* local governments, at four labels; and what is odd there */
	{ "metro.tokyo.lg.jp", "metro.tokyo.lg.jp", "lg.jp", "LG" },
	{ "pref.aichi.lg.jp", "pref.aichi.lg.jp", "lg.jp", "LG" },
	{ "city.kawasaki.lg.jp", "city.kawasaki.lg.jp", "lg.jp", "LG" },
	{ "town.x-y.lg.jp", "town.x-y.lg.jp", "lg.jp", "LG" },
	{ "vill.a.lg.jp", "vill.a.lg.jp", "lg.jp", "LG" },
	{ "union.x.lg.jp", "union.x.lg.jp", "lg.jp", "LG" },
	{ "City.X.LG.JP", "city.x.lg.jp", "lg.jp", "LG" },
	{ "association.lg.jp", "association.lg.jp", "lg.jp", "LG" },
	{ "city.lg.jp", "city.lg.jp", "lg.jp", "LG" },
	{ "city.city.lg.jp", "city.city.lg.jp", "lg.jp", "LG" },
	/* designated cities */
	{ "city.kawasaki.jp", "city.kawasaki.jp", "kawasaki.jp", "GEOGRAPHIC" },
	{ "city.kitakyushu.jp", "city.kitakyushu.jp", "kitakyushu.jp",
	    "GEOGRAPHIC" },
	{ "city.kobe.jp", "city.kobe.jp", "kobe.jp", "GEOGRAPHIC" },
	{ "city.nagoya.jp", "city.nagoya.jp", "nagoya.jp", "GEOGRAPHIC" },
	{ "city.sapporo.jp", "city.sapporo.jp", "sapporo.jp", "GEOGRAPHIC" },
	{ "city.sendai.jp", "city.sendai.jp", "sendai.jp", "GEOGRAPHIC" },
	{ "city.yokohama.jp", "city.yokohama.jp", "yokohama.jp", "GEOGRAPHIC" },
	{ "shop.aoba.yokohama.jp", "shop.aoba.yokohama.jp", "yokohama.jp",
	    "GEOGRAPHIC" },
	{ "city.any.kobe.jp", "city.any.kobe.jp", "kobe.jp", "GEOGRAPHIC" },
	/* municipalities, and the governments of prefectures */
	{ "shop.aisai.aichi.jp", "shop.aisai.aichi.jp", "aichi.jp",
	    "GEOGRAPHIC" },
	{ "city.chiyoda.tokyo.jp", "city.chiyoda.tokyo.jp", "tokyo.jp",
	    "GEOGRAPHIC" },
	{ "metro.tokyo.jp", "metro.tokyo.jp", "tokyo.jp", "GEOGRAPHIC" },
	{ "pref.aichi.jp", "pref.aichi.jp", "aichi.jp", "GEOGRAPHIC" },
	{ "city.fukushima.jp", "city.fukushima.jp", "fukushima.jp",
	    "GEOGRAPHIC" },
	/* prefecture types */
	{ "example.aichi.jp", "example.aichi.jp", "aichi.jp", "PREFECTURE" },
	{ "town.aichi.jp", "town.aichi.jp", "aichi.jp", "PREFECTURE" },
	{ "xn--wgv71a119e.hokkaido.jp", "xn--wgv71a119e.hokkaido.jp",
	    "hokkaido.jp", "PREFECTURE" },
	{ "example.xn--1lqs71d.jp", "example.xn--1lqs71d.jp",
	    "xn--1lqs71d.jp", "PREFECTURE" },
	{ "pref.xn--1lqs71d.jp", "pref.xn--1lqs71d.jp", "xn--1lqs71d.jp",
	    "PREFECTURE" },
	{ "xn--wgv71a119e.xn--d5qv7z876c.jp",
	    "xn--wgv71a119e.xn--d5qv7z876c.jp", "xn--d5qv7z876c.jp",
	    "PREFECTURE" },
	/* general use */
	{ "example.jp", "example.jp", "jp", "GENERAL" },
	{ "EXAMPLE.JP", "example.jp", "jp", "GENERAL" },
	{ "xn--wgv71a119e.jp", "xn--wgv71a119e.jp", "jp", "GENERAL_IDN" },
	{ "XN--WGV71A119E.jp", "xn--wgv71a119e.jp", "jp", "GENERAL_IDN" },
	{ "co-jp.jp", "co-jp.jp", "jp", "GENERAL" },
	{ "com.jp", "com.jp", "jp", "GENERAL" },
	{ "1.jp", "1.jp", "jp", "GENERAL" },
};

static const struct expected table_names[] = {
	{ "example.co.uk", "example.co.uk", "co.uk", "CO" },
	{ "example.plc.uk", "example.plc.uk", "plc.uk", "PLC" },
	{ "example.police.uk", "example.police.uk", "police.uk", "POLICE" },
	{ "school.kent.sch.uk", "school.kent.sch.uk", "sch.uk", "SCH" },
	{ "example.uk", "example.uk", "uk", "DIRECT" },
	{ "nic.uk", "nic.uk", "uk", "DIRECT" },
	{ "blogspot.co.uk", "blogspot.co.uk", "co.uk", "CO" },
	{ "example.co.kr", "example.co.kr", "co.kr", "CO" },
	{ "example.hs.kr", "example.hs.kr", "hs.kr", "HS" },
	{ "example.seoul.kr", "example.seoul.kr", "seoul.kr", "REGION" },
	{ "example.kr", "example.kr", "kr", "GENERAL" },
	{ "xn--3e0b707e.kr", "xn--3e0b707e.kr", "kr", "GENERAL" },
};

static const struct expected other_names[] = {
	{ "example.com", "example.com", "com", NULL },
	{ "example.co.nz", "example.co.nz", "co.nz", NULL },
	/* the list's private section is no registry's */
	{ "github.io", "github.io", "io", NULL },
	{ "blogspot.com", "blogspot.com", "com", NULL },
	{ "amazonaws.com", "amazonaws.com", "com", NULL },
	/* wildcards and exceptions */
	{ "www.ck", "www.ck", "ck", NULL },
	{ "example.gov.ck", "example.gov.ck", "gov.ck", NULL },
	{ "example.anything.ck", "example.anything.ck", "anything.ck", NULL },
	{ "example.pvt.k12.ma.us", "example.pvt.k12.ma.us", "pvt.k12.ma.us",
	    NULL },
	{ "xn--p1ai.xn--p1ai", "xn--p1ai.xn--p1ai", "xn--p1ai", NULL },
	/* a type is nothing without the registry's own top-level domain */
	{ "example.jp.com", NULL, NULL, NULL },
};

static void
jp_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(jp_names); i++)
		expect_all(&jp_names[i]);
}

static void
other_domains(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table_names); i++)
		expect_all(&table_names[i]);
	for (size_t i = 0; i < COUNT(other_names); i++) {
		if (other_names[i].subject != NULL)
			expect_all(&other_names[i]);
		else
			expect_none(other_names[i].name, SW_TYPE_TXT);
	}
	expect_none("user.github.io", SW_TYPE_TXT);
	expect_none("_dmarc.user.github.io", SW_TYPE_TXT);
}

static void
public_suffixes_are_no_subjects(void **state)
{
	static const char *const names[] = {
		"jp", "co.jp", "CO.JP", "lg.jp", "aichi.jp", "aisai.aichi.jp",
		"xn--1lqs71d.jp", "kawasaki.jp", "aoba.kawasaki.jp",
		"com", "uk", "co.uk", "ck", "gov.ck", "sch.uk", "x.sch.uk",
		"pvt.k12.ma.us", "arpa", "in-addr.arpa", "xn--p1ai"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		expect_nothing(names[i]);
}

static void
unlisted_top_level_domains(void **state)
{
	static const struct expected lan = { "host.lan", "host.lan", "lan",
	    NULL };

	(void)state;
	expect_nothing("host.lan");
	expect_nothing("a.b.internal");
	suffixes.unlisted_tlds = true;
	expect_all(&lan);
	expect_nothing("lan");
	expect_all(&jp_names[0]);
	expect_nothing("co.jp");
	suffixes.unlisted_tlds = false;
	expect_nothing("host.lan");
}

static void
prefixes_that_are_none(void **state)
{
	static const char *const names[] = {
		"_domainkey.example.jp",	/* no selector */
		"s._domainkey.a._domainkey.example.jp",
		"other._bimi.example.jp",	/* not the default selector */
		"_bimi.example.jp", "default.default._bimi.example.jp",
		"_tls.example.jp", "_smtp.example.jp", "smtp._tls.example.jp",
		"_smtp._tls._tls.example.jp", "_smtp._tls.x.example.jp",
		"_dmarc._dmarc.example.jp", "_dmarc._domainkey.example.jp",
		"_mta-sts.x.example.jp", "mta-sts.example.jp",
		"dmarc.example.jp", "_dmarcx.example.jp", "_dmar.example.jp",
		"_spf.example.jp", "_acme-challenge.example.jp",
		"x_y.jp", "_x.jp", "x_y.co.jp",
		"s._domainkey.x_y.jp", "s._domainkey._x.example.jp",
		"a b.jp", "\x82\xa0.jp", "a\\b.jp", "*.jp", "a@b.jp",
		"[1.2.3.4].jp", "a/b.jp", "\x7f.jp",
		"_report._dmarc.example.jp", "example.com._report._dmarc.example.jp",
	};
	static const uint16_t types[] = { 0, 1, 2, 5, 6, 14, 17, 28, 99, 255,
	    256, 65535 };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		expect_none(names[i], SW_TYPE_TXT);
	/* An MX look-up has no prefix. */
	expect_none("_dmarc.example.jp", SW_TYPE_MX);
	expect_none("s._domainkey.example.jp", SW_TYPE_MX);
	expect_none("_dmarc.jp", SW_TYPE_MX);
	for (size_t i = 0; i < COUNT(types); i++)
		expect_none("example.co.jp", types[i]);
}

static void
dkim_selectors(void **state)
{
	static const struct expected co = { "example.co.jp", "example.co.jp",
	    "co.jp", "CO" };
	static const struct expected lg = { "city.x.lg.jp", "city.x.lg.jp",
	    "lg.jp", "LG" };
	static const struct expected odd = { "x.lg.jp", "x.lg.jp", "lg.jp",
	    "LG" };
	char text[256] = "", deep[512];
	uint8_t wire[SW_NAME_WIRE_MAX + 64];

	(void)state;
	/* A selector may hold any octets: it is never looked at. */
	expect("a_b._domainkey.example.co.jp", SW_TYPE_TXT, SW_MECHANISM_DKIM,
	    &co, 0);
	expect("\xff\x01 @._domainkey.mail.example.co.jp", SW_TYPE_TXT,
	    SW_MECHANISM_DKIM, &co, 1);
	expect("20230601._domainkey.a.b.c.d.e.f.g.example.co.jp", SW_TYPE_TXT,
	    SW_MECHANISM_DKIM, &co, 7);
	expect("s._domainkey.mail.city.x.lg.jp", SW_TYPE_TXT,
	    SW_MECHANISM_DKIM, &lg, 1);
	expect("s._domainkey.citys.x.lg.jp", SW_TYPE_TXT, SW_MECHANISM_DKIM,
	    &odd, 1);
	expect("s._domainkey.cit.x.lg.jp", SW_TYPE_TXT, SW_MECHANISM_DKIM,
	    &odd, 1);
	/* Labels of 63 octets: longer than any rule of the list. */
	memset(deep, 'x', sizeof(deep));
	memcpy(deep, "s._domainkey.", 13);
	deep[13 + 63] = deep[13 + 127] = deep[13 + 191] = '.';
	strcpy(deep + 13 + 192, "example.co.jp");
	expect(deep, SW_TYPE_TXT, SW_MECHANISM_DKIM, &co, 3);
	/* As long and as many labels as a name can have: 255 bytes. */
	for (unsigned i = 0; i < 113; i++)
		strcat(text, "a.");
	snprintf(deep, sizeof(deep), "%saa._domainkey.example.co.jp", text);
	assert_int_equal(to_wire(deep, wire), SW_NAME_WIRE_MAX);
	expect(deep, SW_TYPE_TXT, SW_MECHANISM_DKIM, &co, 0);
	snprintf(deep, sizeof(deep), "a._domainkey.%sexample.co.jp", text);
	expect(deep, SW_TYPE_TXT, SW_MECHANISM_DKIM, &co, 113);
	snprintf(deep, sizeof(deep), "%saaa._domainkey.example.co.jp", text);
	assert_int_equal(to_wire(deep, wire), SW_NAME_WIRE_MAX + 1);
	expect_none(deep, SW_TYPE_TXT);
}

static void
malformed(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} names[] = {
		{ "", 0 },
		{ "\0", 1 },				/* the root */
		{ "\2jp", 3 },				/* no root label */
		{ "\7example\2co\2jp", 14 },
		{ "\7example\2co\2jp\0", 8 },		/* cut */
		{ "\7example\2co\2jp\0", 10 },
		{ "\7example\2co\4jp\0", 15 },		/* label over the end */
		{ "\7example\xc0\0", 10 },		/* compression pointer */
		{ "\xc0\x0c", 2 },
		{ "\7example\2co\xc0\x0c\0", 14 },
		{ "\x40" "example\2jp\0", 12 },		/* extended label */
		{ "\x7f" "example\2jp\0", 12 },
		{ "\7exam\0le\2co\2jp\0", 15 },		/* NUL in a label */
		{ "\7exam.le\2co\2jp\0", 15 },		/* a dot in a label */
		{ "\12example.co\2jp\0", 15 },
		{ "\7example\5co.jp\0", 15 },
		{ "\7_dmarc\0\7example\2jp\0", 20 },
		{ "\6_dmar\0\7example\2jp\0", 19 },
		{ "\2co\2jp\0", 7 },
	};
	static const char whole[] = "\7example\2co\2jp";
	uint8_t wire[300];
	struct sw_name name;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		/* On the heap, so that sanitizers see reads past the end. */
		uint8_t *copy = malloc(names[i].length + 1);

		memcpy(copy + 1, names[i].bytes, names[i].length);
		if (sw_name_match(&suffixes, copy + 1, names[i].length,
		    SW_TYPE_TXT, &name) != SW_MECHANISM_NONE)
			fail_msg("malformed name %zu is watched", i);
		free(copy);
	}
	/* What follows the root label is not the name's. */
	memset(wire, 0xc0, sizeof(wire));
	memcpy(wire, whole, sizeof(whole));
	assert_int_equal(sw_name_match(&suffixes, wire, sizeof(wire),
	    SW_TYPE_TXT, &name), SW_MECHANISM_SPF);
	assert_int_equal(name.subject_length, sizeof(whole));
	/* Many labels, and the longest label. */
	memset(wire, 0, sizeof(wire));
	for (size_t i = 0; i < 254; i += 2)
		memcpy(wire + i, "\1a", 2);
	assert_int_equal(sw_name_match(&suffixes, wire, 255, SW_TYPE_TXT,
	    &name), SW_MECHANISM_NONE);
	memset(wire, 'x', sizeof(wire));
	wire[0] = 63;
	memcpy(wire + 64, "\2co\2jp", 7);
	assert_int_equal(sw_name_match(&suffixes, wire, 71, SW_TYPE_MX, &name),
	    SW_MECHANISM_MX);
	assert_int_equal(name.subject_length, 71);
	/* One octet more than a label can have. */
	memset(wire, 'x', sizeof(wire));
	wire[0] = 64;
	memcpy(wire + 65, "\2co\2jp", 7);
	assert_int_equal(sw_name_match(&suffixes, wire, 72, SW_TYPE_MX, &name),
	    SW_MECHANISM_NONE);
}

/* Whatever bytes come, what is said of them holds together. */
static void
check_sound(const uint8_t *wire, size_t length, const struct sw_name *name)
{
	size_t suffix = strlen(name->suffix);

	assert_in_range(name->subject_length, 4, length);
	assert_true(sw_name_is_within(wire, length, name->subject,
	    name->subject_length));
	assert_in_range(suffix, 2, name->subject_length - 3);
	assert_true(psl_is_public_suffix2(suffixes.psl, name->suffix,
	    PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE));
}

static void
random_names(void **state)
{
	static const char *const labels[] = {
		"\6_dmarc", "\10_mta-sts", "\5_smtp", "\4_tls", "\7default",
		"\5_bimi", "\12_domainkey", "\2s1", "\7example", "\2co",
		"\2jp", "\3com", "\2lg", "\4city", "\10kawasaki", "\5aichi",
		"\2ck", "\3www", "\1a", "\14xn--wgv71a119e"
	};
	uint64_t seed = 1;
	unsigned watched = 0;

	(void)state;
	for (unsigned n = 0; n < 200000; n++) {
		uint8_t wire[300];
		size_t length = 0;
		unsigned count = 1 + random_below(&seed, 7);
		struct sw_name name;
		uint8_t *copy;

		for (unsigned i = 0; i < count; i++) {
			const char *label =
			    labels[random_below(&seed, COUNT(labels))];

			memcpy(wire + length, label, strlen(label));
			length += strlen(label);
		}
		wire[length++] = 0;
		/* Every other one is damaged. */
		if (n % 2 == 1)
			wire[random_below(&seed, (uint32_t)length)] =
			    (uint8_t)random_next(&seed);
		if (n % 16 == 1)
			length = random_below(&seed, (uint32_t)length + 1);
		copy = malloc(length + 1);
		memcpy(copy, wire, length);
		if (match_both(&suffixes, copy, length, SW_TYPE_TXT,
		    &name) != SW_MECHANISM_NONE) {
			check_sound(copy, length, &name);
			watched++;
		}
		free(copy);
	}
	/* Or the loop proves nothing. */
	assert_in_range(watched, 2000, 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jp_kinds),
		cmocka_unit_test(other_domains),
		cmocka_unit_test(public_suffixes_are_no_subjects),
		cmocka_unit_test(unlisted_top_level_domains),
		cmocka_unit_test(prefixes_that_are_none),
		cmocka_unit_test(dkim_selectors),
		cmocka_unit_test(malformed),
		cmocka_unit_test(random_names),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
