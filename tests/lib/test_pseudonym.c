/*
 * Pseudonyms, digests and key ids. The expected values come from Python's
 * hmac and hashlib, the first from "openssl mac" as well, and digests from a
 * SipHash-2-4 in Python that gives the vector of the SipHash paper.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "senderwatch/pseudonym.h"
#include "tests/lib/names.h"
#include "tests/random.h"

static uint8_t key[SW_KEY_SIZE];

static int
set_up(void **state)
{
	struct sw_pseudonymiser *pseudonymiser;

	for (unsigned i = 0; i < SW_KEY_SIZE; i++)
		key[i] = (uint8_t)i;
	if (sw_pseudonymiser_new(&pseudonymiser, key) != SW_OK)
		return -1;
	*state = pseudonymiser;
	return 0;
}

static int
tear_down(void **state)
{
	struct sw_pseudonymiser *pseudonymiser = *state;

	sw_pseudonymiser_free(&pseudonymiser);
	assert_null(pseudonymiser);
	sw_pseudonymiser_free(&pseudonymiser);
	return 0;
}

static void
assert_hex(const uint8_t *bytes, size_t length, const char *hex)
{
	char text[65];

	for (size_t i = 0; i < length; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	assert_string_equal(text, hex);
}

static void
known_values(void **state)
{
	uint8_t wire[SW_NAME_WIRE_MAX + 64], out[SW_PSEUDONYM_SIZE];
	uint8_t id[SW_KEY_ID_SIZE];
	size_t length = to_wire("example.co.jp", wire);

	/* Again and again: nothing of one stays for the next. */
	for (unsigned i = 0; i < 3; i++) {
		sw_pseudonym(*state, wire, length, out, NULL);
		assert_hex(out, sizeof(out), "49f92b0b619949a092931c43507dca73");
	}
	length = to_wire("xn--wgv71a119e.jp", wire);
	sw_pseudonym(*state, wire, length, out, NULL);
	assert_hex(out, sizeof(out), "d1405ab7652001edda0167541f259df2");
	assert_int_equal(sw_key_id(key, id), SW_OK);
	assert_hex(id, sizeof(id), "7830a80898beaabe");
	/* One bit of the key makes it another. */
	key[31] ^= 1;
	assert_int_equal(sw_key_id(key, id), SW_OK);
	key[31] ^= 1;
	assert_int_not_equal(id[0], 0x78);
}

/* Records of one mechanism, and their digest. */
struct rrset {
	uint8_t bytes[8][300];
	const uint8_t *rdata[8];
	size_t length[8];
	struct sw_rrset set;
};

static void
add_record(struct rrset *rrset, const void *data, size_t length)
{
	size_t i = rrset->set.count++;

	rrset->bytes[i][0] = (uint8_t)(length >> 8);
	rrset->bytes[i][1] = (uint8_t)length;
	memcpy(rrset->bytes[i] + 2, data, length);
	rrset->rdata[i] = rrset->bytes[i];
	rrset->length[i] = length + 2;
	rrset->set.rdata = rrset->rdata;
	rrset->set.length = rrset->length;
}

static void
add_mx(struct rrset *rrset, unsigned preference, const char *exchange)
{
	uint8_t data[2 + SW_NAME_WIRE_MAX + 64];

	data[0] = (uint8_t)(preference >> 8);
	data[1] = (uint8_t)preference;
	add_record(rrset, data, 2 + to_wire(exchange, data + 2));
}

static void
add_txt(struct rrset *rrset, const char *text)
{
	uint8_t data[256];

	data[0] = (uint8_t)strlen(text);
	memcpy(data + 1, text, strlen(text));
	add_record(rrset, data, 1 + strlen(text));
}

static void
digest(void *pseudonymiser, enum sw_mechanism mechanism, const char *subject,
    const struct rrset *rrset, size_t selected, size_t first,
    uint8_t out[SW_DIGEST_SIZE])
{
	struct sw_verdict verdict = { .selected = selected, .first = first };
	uint8_t wire[SW_NAME_WIRE_MAX + 64], pseudonym[SW_PSEUDONYM_SIZE];
	uint8_t digest_key[SW_DIGEST_KEY_SIZE];

	sw_pseudonym(pseudonymiser, wire, to_wire(subject, wire), pseudonym,
	    digest_key);
	memset(out, 0xa5, SW_DIGEST_SIZE);
	assert_int_equal(sw_digest(digest_key, mechanism, &rrset->set,
	    &verdict, out), SW_OK);
}

static void
known_digests(void **state)
{
	uint8_t out[SW_DIGEST_SIZE];
	struct rrset txt = { 0 }, mx = { 0 };

	add_txt(&txt, "unrelated");
	add_txt(&txt, "v=spf1 -all");
	digest(*state, SW_MECHANISM_SPF, "example.co.jp", &txt, 1, 1, out);
	assert_hex(out, sizeof(out), "0df1ecec5b175160");
	add_mx(&mx, 10, "mx1.example.co.jp");
	digest(*state, SW_MECHANISM_MX, "example.co.jp", &mx, 1, 0, out);
	assert_hex(out, sizeof(out), "3ed68c38e820d07a");
	add_mx(&mx, 0x4141, "mx2.example.net");
	digest(*state, SW_MECHANISM_MX, "example.co.jp", &mx, 2, 0, out);
	assert_hex(out, sizeof(out), "811691a8063c368a");
}

static void
no_digest(void **state)
{
	static const uint8_t zero[SW_DIGEST_SIZE];
	uint8_t out[SW_DIGEST_SIZE];
	struct rrset txt = { 0 }, none = { 0 };

	add_txt(&txt, "v=spf1 -all");
	add_txt(&txt, "v=spf1 ~all");
	digest(*state, SW_MECHANISM_SPF, "example.jp", &txt, 0, 0, out);
	assert_memory_equal(out, zero, sizeof(out));
	/* Several records are an error, whichever they are. */
	digest(*state, SW_MECHANISM_SPF, "example.jp", &txt, 2, 0, out);
	assert_memory_equal(out, zero, sizeof(out));
	digest(*state, SW_MECHANISM_DKIM, "example.jp", &txt, 1, 0, out);
	assert_memory_equal(out, zero, sizeof(out));
	digest(*state, SW_MECHANISM_MX, "example.jp", &none, 0, 0, out);
	assert_memory_equal(out, zero, sizeof(out));
}

static void
order_means_nothing(void **state)
{
	static const char *const hosts[] = {
		"a.example.jp", "b.example.jp", "c.example.net", "d.example.org"
	};
	uint8_t expected[SW_DIGEST_SIZE], out[SW_DIGEST_SIZE];
	struct rrset sorted = { 0 };
	uint64_t seed = 7;

	for (unsigned i = 0; i < 4; i++)
		add_mx(&sorted, 10 * i, hosts[i]);
	digest(*state, SW_MECHANISM_MX, "example.jp", &sorted, 4, 0, expected);
	for (unsigned n = 0; n < 100; n++) {
		unsigned order[4] = { 0, 1, 2, 3 };
		struct rrset mixed = { 0 };

		for (unsigned i = 3; i > 0; i--) {
			unsigned with = random_below(&seed, i + 1);
			unsigned kept = order[i];

			order[i] = order[with];
			order[with] = kept;
		}
		for (unsigned i = 0; i < 4; i++)
			add_mx(&mixed, 10 * order[i], hosts[order[i]]);
		digest(*state, SW_MECHANISM_MX, "example.jp", &mixed, 4, 0,
		    out);
		assert_memory_equal(out, expected, sizeof(out));
	}
}

/* Everything that should make a digest another does. */
static void
digests_differ(void **state)
{
	uint8_t one[SW_DIGEST_SIZE], other[SW_DIGEST_SIZE];
	struct rrset a = { 0 }, b = { 0 }, upper = { 0 }, preference = { 0 };
	struct rrset host = { 0 };

	/* equal records of two subjects can't be linked */
	add_txt(&a, "v=spf1 -all");
	digest(*state, SW_MECHANISM_SPF, "example.jp", &a, 1, 0, one);
	digest(*state, SW_MECHANISM_SPF, "example.com", &a, 1, 0, other);
	assert_memory_not_equal(one, other, sizeof(one));
	/* nor those of two mechanisms */
	digest(*state, SW_MECHANISM_DMARC, "example.jp", &a, 1, 0, other);
	assert_memory_not_equal(one, other, sizeof(one));
	add_txt(&b, "v=spf1 ~all");
	digest(*state, SW_MECHANISM_SPF, "example.jp", &b, 1, 0, other);
	assert_memory_not_equal(one, other, sizeof(one));
	/* The case of an exchange is no difference, a letter of a text is. */
	add_txt(&upper, "v=spf1 -ALL");
	digest(*state, SW_MECHANISM_SPF, "example.jp", &upper, 1, 0, other);
	assert_memory_not_equal(one, other, sizeof(one));
	/* Bytes of a preference that look like letters: 0x4141 and 0x6161. */
	add_mx(&preference, 0x4141, "mx.example.jp");
	add_mx(&host, 0x6161, "mx.example.jp");
	digest(*state, SW_MECHANISM_MX, "example.jp", &preference, 1, 0, one);
	digest(*state, SW_MECHANISM_MX, "example.jp", &host, 1, 0, other);
	assert_memory_not_equal(one, other, sizeof(one));
}

static void
letter_case_of_an_exchange(void **state)
{
	uint8_t one[SW_DIGEST_SIZE], other[SW_DIGEST_SIZE];
	struct rrset lower = { 0 }, mixed = { 0 }, long_name = { 0 };
	char name[254];

	add_mx(&lower, 10, "mx-1.example.co.jp");
	add_mx(&mixed, 10, "Mx-1.eXAMPLE.Co.JP");
	digest(*state, SW_MECHANISM_MX, "example.jp", &lower, 1, 0, one);
	digest(*state, SW_MECHANISM_MX, "example.jp", &mixed, 1, 0, other);
	assert_memory_equal(one, other, sizeof(one));
	/* The last letter of the longest name counts. */
	memset(name, 'a', sizeof(name));
	name[63] = name[127] = name[191] = '.';
	name[253] = '\0';
	add_mx(&long_name, 10, name);
	digest(*state, SW_MECHANISM_MX, "example.jp", &long_name, 1, 0, one);
	name[252] = 'b';
	long_name.set.count = 0;
	add_mx(&long_name, 10, name);
	digest(*state, SW_MECHANISM_MX, "example.jp", &long_name, 1, 0, other);
	assert_memory_not_equal(one, other, sizeof(one));
}

static void
impossible_verdicts(void **state)
{
	static const uint8_t digest_key[SW_DIGEST_KEY_SIZE];
	struct sw_verdict verdict = { .selected = 1, .first = 1 };
	uint8_t out[SW_DIGEST_SIZE];
	struct rrset txt = { 0 };

	(void)state;
	add_txt(&txt, "v=spf1 -all");
	assert_int_equal(sw_digest(digest_key, SW_MECHANISM_SPF, &txt.set,
	    &verdict, out), SW_ERR_INVALID);
	txt.set.count = SW_RRSET_MAX + 1;
	assert_int_equal(sw_digest(digest_key, SW_MECHANISM_MX, &txt.set,
	    &verdict, out), SW_ERR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_values),
		cmocka_unit_test(known_digests),
		cmocka_unit_test(no_digest),
		cmocka_unit_test(order_means_nothing),
		cmocka_unit_test(digests_differ),
		cmocka_unit_test(letter_case_of_an_exchange),
		cmocka_unit_test(impossible_verdicts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
