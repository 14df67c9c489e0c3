/* Names as text and back, and names within names. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/names.h"
#include "tests/random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Any octets in any labels, up to the longest name. */
static size_t
make_name(uint64_t *seed, uint8_t *wire, unsigned maximum)
{
	size_t used = 0;
	unsigned labels = random_below(seed, 6);

	while (labels-- > 0) {
		unsigned length = 1 + random_below(seed, 63);

		if (used + 1 + length + 1 > maximum)
			break;
		wire[used++] = (uint8_t)length;
		random_bytes(seed, wire + used, length);
		used += length;
	}
	wire[used++] = 0;
	return used;
}

static void
round_trip(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (unsigned n = 0; n < 20000; n++) {
		uint8_t wire[SW_NAME_WIRE_MAX], back[SW_NAME_WIRE_MAX];
		char text[SW_NAME_TEXT_MAX], dotted[SW_NAME_TEXT_MAX + 1];
		size_t length = make_name(&seed, wire, SW_NAME_WIRE_MAX);
		size_t written = sw_name_to_text(wire, length, text,
		    sizeof(text));

		assert_int_equal(written, strlen(text));
		assert_in_range(written, 1, SW_NAME_TEXT_MAX - 1);
		for (size_t i = 0; i < written; i++)
			assert_in_range((unsigned char)text[i], 0x21, 0x7e);
		memset(back, 0xa5, sizeof(back));
		assert_int_equal(sw_name_from_text(text, back, sizeof(back)),
		    length);
		assert_memory_equal(back, wire, length);
		/* With the final dot, and into as much room as it takes. */
		snprintf(dotted, sizeof(dotted), "%s%s", text,
		    length == 1 ? "" : ".");
		assert_int_equal(sw_name_from_text(dotted, back, length),
		    length);
		assert_memory_equal(back, wire, length);
		assert_int_equal(sw_name_from_text(text, back, length - 1), 0);
	}
}

/* A buffer that is too small is refused, never passed. */
static void
small_buffers(void **state)
{
	uint8_t wire[SW_NAME_WIRE_MAX + 64];
	size_t length = to_wire("a.\xffxample.c;o.jp", wire);
	char whole[SW_NAME_TEXT_MAX];
	size_t written = sw_name_to_text(wire, length, whole, sizeof(whole));

	(void)state;
	assert_string_equal(whole, "a.\\255xample.c\\;o.jp");
	for (size_t size = 0; size <= sizeof(whole); size++) {
		char *text = malloc(size + 1);
		size_t got = sw_name_to_text(wire, length, text, size);

		if (size <= written)
			assert_int_equal(got, 0);
		else
			assert_int_equal(got, written);
		free(text);
	}
}

static void
longest(void **state)
{
	uint8_t wire[SW_NAME_WIRE_MAX], back[SW_NAME_WIRE_MAX];
	char text[SW_NAME_TEXT_MAX];

	(void)state;
	/* Three full labels and one of 61: each octet takes an escape. */
	memset(wire, 0, sizeof(wire));
	wire[0] = wire[64] = wire[128] = 63;
	wire[192] = 61;
	assert_int_equal(sw_name_to_text(wire, sizeof(wire), text,
	    sizeof(text)), 4 * 250 + 3);
	assert_int_equal(sw_name_from_text(text, back, sizeof(back)), 255);
	assert_memory_equal(back, wire, sizeof(wire));
	/* 127 labels */
	for (unsigned i = 0; i < 127; i++)
		memcpy(wire + 2 * i, "\1x", 2);
	wire[254] = 0;
	assert_int_equal(sw_name_to_text(wire, sizeof(wire), text,
	    sizeof(text)), 253);
	assert_int_equal(sw_name_from_text(text, back, sizeof(back)), 255);
	strcat(text, ".x");
	assert_int_equal(sw_name_from_text(text, back, sizeof(back)), 0);
}

static void
texts(void **state)
{
	static const struct {
		const char *text;
		const char *wire;	/* NULL: malformed */
		size_t length;
	} cases[] = {
		{ ".", "\0", 1 },
		{ "jp", "\2jp\0", 4 },
		{ "jp.", "\2jp\0", 4 },
		{ "a.b", "\1a\1b\0", 5 },
		{ "\\a\\.b", "\3a.b\0", 5 },
		{ "\\000\\255", "\2\0\xff\0", 4 },
		{ "\\\\.\\\"", "\1\\\1\"\0", 5 },
		{ "", NULL, 0 },
		{ "..", NULL, 0 },
		{ ".a", NULL, 0 },
		{ "a..b", NULL, 0 },
		{ "a..", NULL, 0 },
		{ "\\", NULL, 0 },
		{ "a\\", NULL, 0 },
		{ "\\1", NULL, 0 },
		{ "\\12", NULL, 0 },
		{ "\\12x", NULL, 0 },
		{ "\\256", NULL, 0 },
		{ "\\999.jp", NULL, 0 },
		{ "0123456789012345678901234567890123456789"
		    "012345678901234567890123", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t wire[SW_NAME_WIRE_MAX];
		size_t length = sw_name_from_text(cases[i].text, wire,
		    sizeof(wire));

		if (length != cases[i].length)
			fail_msg("%s: length %zu", cases[i].text, length);
		if (length > 0)
			assert_memory_equal(wire, cases[i].wire, length);
	}
}

static void
malformed_names_have_no_text(void **state)
{
	static const struct {
		const char *wire;
		size_t length;
	} names[] = {
		{ "", 0 }, { "\1", 1 }, { "\1a", 2 }, { "\2a\0", 3 },
		{ "\xc0\0", 2 }, { "\1a\x40\0", 4 }
	};
	char text[SW_NAME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_int_equal(sw_name_to_text(
		    (const uint8_t *)names[i].wire, names[i].length, text,
		    sizeof(text)), 0);
}

/* Whatever the text, what is accepted is a name that can be written again. */
static void
random_texts(void **state)
{
	static const char letters[] = "a0.\\.\\12;\"\xff";
	uint64_t seed = 4;
	unsigned accepted = 0;

	(void)state;
	for (unsigned n = 0; n < 100000; n++) {
		char text[80], again[SW_NAME_TEXT_MAX];
		uint8_t wire[SW_NAME_WIRE_MAX], back[SW_NAME_WIRE_MAX];
		unsigned count = random_below(&seed, sizeof(text));
		size_t length;

		for (unsigned i = 0; i < count; i++)
			text[i] = letters[random_below(&seed,
			    sizeof(letters) - 1)];
		text[count] = '\0';
		length = sw_name_from_text(text, wire, sizeof(wire));
		if (length == 0)
			continue;
		accepted++;
		assert_int_not_equal(sw_name_to_text(wire, length, again,
		    sizeof(again)), 0);
		assert_int_equal(sw_name_from_text(again, back, sizeof(back)),
		    length);
		assert_memory_equal(back, wire, length);
	}
	assert_in_range(accepted, 1000, 99000);
}

static bool
within(const char *name, const char *parent)
{
	uint8_t a[SW_NAME_WIRE_MAX + 64], b[SW_NAME_WIRE_MAX + 64];
	size_t length = to_wire(name, a), parent_length = to_wire(parent, b);

	return sw_name_is_within(a, length, b, parent_length);
}

static void
names_within_names(void **state)
{
	(void)state;
	assert_true(within("example.jp", "example.jp"));
	assert_true(within("EXAMPLE.jp", "example.JP"));
	assert_true(within("a.b.example.jp", "example.jp"));
	assert_true(within("example.jp", "jp"));
	assert_true(within("jp", ""));
	assert_true(within("", ""));
	assert_false(within("", "jp"));
	assert_false(within("jp", "example.jp"));
	assert_false(within("example.jp", "xample.jp"));
	assert_false(within("xample.jp", "example.jp"));
	assert_false(within("aexample.jp", "example.jp"));
	assert_false(within("example.com", "jp"));
	assert_false(within("example.jp.com", "example.jp"));
	/* The same octets, cut into other labels. */
	assert_false(sw_name_is_within((const uint8_t *)"\3a\1b", 5,
	    (const uint8_t *)"\1b", 3));
	assert_false(sw_name_is_within((const uint8_t *)"\2jp", 3,
	    (const uint8_t *)"\2jp", 4));
	assert_false(sw_name_is_within((const uint8_t *)"\2jp", 4,
	    (const uint8_t *)"\2jp", 3));
}

/* Against comparing label by label from the right, in text. */
static bool
plain_within(const uint8_t *name, size_t length, const uint8_t *parent,
    size_t parent_length)
{
	size_t at = 0;

	while (length - at > parent_length)
		at += 1u + name[at];
	if (length - at != parent_length)
		return false;
	for (size_t i = 0; i < parent_length; i++) {
		if (tolower(name[at + i]) != tolower(parent[i]))
			return false;
	}
	return true;
}

static void
random_names_within(void **state)
{
	uint64_t seed = 5;
	unsigned yes = 0;

	(void)state;
	for (unsigned n = 0; n < 50000; n++) {
		uint8_t name[SW_NAME_WIRE_MAX], parent[SW_NAME_WIRE_MAX];
		size_t length = make_name(&seed, name, 200), parent_length;
		bool expected;

		if (n % 2 == 0) {	/* its own end, in other case */
			size_t at = 0;

			for (unsigned i = random_below(&seed, 4); i > 0 &&
			    name[at] != 0; i--)
				at += 1u + name[at];
			parent_length = length - at;
			for (size_t i = 0; i < parent_length; i++)
				parent[i] = (uint8_t)toupper(name[at + i]);
		} else {
			parent_length = make_name(&seed, parent, 200);
		}
		expected = plain_within(name, length, parent, parent_length);
		yes += expected;
		assert_int_equal(sw_name_is_within(name, length, parent,
		    parent_length), expected);
	}
	assert_in_range(yes, 20000, 49000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(small_buffers),
		cmocka_unit_test(longest),
		cmocka_unit_test(texts),
		cmocka_unit_test(malformed_names_have_no_text),
		cmocka_unit_test(random_texts),
		cmocka_unit_test(names_within_names),
		cmocka_unit_test(random_names_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
