/* Words for results and enumerations: lib/text.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "senderwatch/observation.h"
#include "senderwatch/result.h"

static const char *
mechanism(unsigned value)
{
	return sw_mechanism_text((enum sw_mechanism)value);
}

static const char *
outcome(unsigned value)
{
	return sw_outcome_text((enum sw_outcome)value);
}

static const char *
dnssec(unsigned value)
{
	return sw_dnssec_text((enum sw_dnssec)value);
}

static const char *
result(unsigned value)
{
	return sw_result_text((enum sw_result)value);
}

/* count words from first on, all different; before and after it otherwise. */
static void
check_words(const char *(*text)(unsigned value), unsigned first,
    unsigned count, const char *otherwise)
{
	static const unsigned beyond[] = { 50, 255, 256, 0x7fffffff,
	    0x80000000, 0xffffffff };

	for (unsigned i = first; i < first + count; i++) {
		assert_non_null(text(i));
		assert_string_not_equal(text(i), "");
		assert_string_not_equal(text(i), otherwise);
		for (unsigned k = first; k < i; k++)
			assert_string_not_equal(text(i), text(k));
	}
	for (unsigned i = 0; i < first; i++)
		assert_string_equal(text(i), otherwise);
	assert_string_equal(text(first + count), otherwise);
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		assert_string_equal(text(beyond[i]), otherwise);
}

static void
words(void **state)
{
	(void)state;
	check_words(mechanism, SW_MECHANISM_MX, SW_MECHANISM_COUNT - 1,
	    "UNKNOWN");
	check_words(outcome, SW_OUTCOME_PRESENT, 4, "UNKNOWN");
	check_words(dnssec, SW_DNSSEC_INSECURE, 2, "UNKNOWN");
	check_words(result, SW_OK, SW_ERR_UNSUPPORTED + 1, "unknown error");
	assert_string_equal(mechanism(SW_MECHANISM_MTA_STS), "MTA_STS");
	assert_string_equal(outcome(SW_OUTCOME_NONEXISTENT), "NONEXISTENT");
}

static void
feature_slots(void **state)
{
	uint64_t features = UINT64_MAX;

	(void)state;
	for (unsigned slot = 0; slot < SW_FEATURE_SLOTS; slot++)
		features = sw_features_set(features, slot, (uint8_t)(slot + 1));
	assert_true(features == UINT64_C(0x0807060504030201));
	features = sw_features_set(features, 7, 0xff);
	assert_int_equal(sw_features_get(features, 7), 0xff);
	assert_int_equal(sw_features_get(features, 6), 7);
	assert_int_equal(sw_features_get(features, 0), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(feature_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
