/* Answers that the command line cannot make: malformed and oversized ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "senderwatch/answer.h"
#include "senderwatch/spf.h"
#include "senderwatch/txt.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct sw_name name = {
	.subject = "\7example\2jp",
	.subject_length = 12,
	.suffix = "jp",
};

static struct sw_verdict
judge_one(enum sw_mechanism mechanism, const void *rdata, size_t length)
{
	const uint8_t *list[1];
	size_t lengths[1] = { length };
	struct sw_answer answer = { .records = { 1, list, lengths } };
	struct sw_verdict verdict;
	uint8_t *exact = malloc(length == 0 ? 1 : length);

	/* Of the exact size, for the address sanitizer. */
	assert_non_null(exact);
	memcpy(exact, rdata, length);
	list[0] = exact;
	name.mechanism = mechanism;
	sw_answer_judge(&name, &answer, &verdict);
	free(exact);
	return verdict;
}

static void
test_malformed(void **state)
{
	static const struct {
		enum sw_mechanism mechanism;
		const char *rdata;
		size_t length;
	} cases[] = {
		{ SW_MECHANISM_SPF, "", 0 },
		{ SW_MECHANISM_SPF, "\0", 1 },
		{ SW_MECHANISM_SPF, "\0\0", 2 },
		{ SW_MECHANISM_SPF, "\0\7\6v=spf1", 8 },	/* RDLENGTH low */
		{ SW_MECHANISM_SPF, "\0\6\6v=spf1", 9 },	/* not the length */
		{ SW_MECHANISM_SPF, "\0\10\6v=spf1", 9 },
		{ SW_MECHANISM_SPF, "\0\7\7v=spf1", 9 },	/* string too long */
		{ SW_MECHANISM_SPF, "\0\10\6v=spf1\1", 10 },	/* second one */
		{ SW_MECHANISM_MX, "", 0 },
		{ SW_MECHANISM_MX, "\0\2\0\12", 4 },		/* no name */
		{ SW_MECHANISM_MX, "\0\4\0\12\300\14", 6 },	/* compressed */
		{ SW_MECHANISM_MX, "\0\4\0\12\2a", 6 },		/* cut label */
		{ SW_MECHANISM_MX, "\0\4\0\12\1a", 6 },		/* no root */
		{ SW_MECHANISM_MX, "\0\4\0\12\0\0", 6 },	/* octet after it */
		{ SW_MECHANISM_MX, "\0\5\0\12\0", 5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sw_verdict verdict = judge_one(cases[i].mechanism,
		    cases[i].rdata, cases[i].length);

		if (verdict.outcome != SW_OUTCOME_UNKNOWN)
			print_error("# case %zu\n", i);
		assert_int_equal(verdict.outcome, SW_OUTCOME_UNKNOWN);
		assert_int_equal(verdict.selected, 0);
		assert_true(verdict.features == 0);
	}
}

/* One malformed record spoils the RRset: what it hides is not known. */
static void
test_malformed_beside_another(void **state)
{
	const uint8_t *list[2] = { (const uint8_t *)"\0\7\6v=spf1",
	    (const uint8_t *)"\0\1\1" };
	size_t lengths[2] = { 9, 3 };
	struct sw_answer answer = { .records = { 2, list, lengths } };
	struct sw_verdict verdict;

	(void)state;
	name.mechanism = SW_MECHANISM_SPF;
	sw_answer_judge(&name, &answer, &verdict);
	assert_int_equal(verdict.outcome, SW_OUTCOME_UNKNOWN);
	answer.records.count = 1;
	sw_answer_judge(&name, &answer, &verdict);
	assert_int_equal(verdict.outcome, SW_OUTCOME_PRESENT);
	assert_int_equal(verdict.selected, 1);
	assert_int_equal(verdict.first, 0);
}

/* "v=spf1", spaces and "-all" of total octets, in strings of 255. */
static size_t
long_record(uint8_t *rdata, size_t total)
{
	size_t length = 2;

	for (size_t i = 0; i < total; i++) {
		if (i % 255 == 0)
			rdata[length++] =
			    (uint8_t)(total - i < 255 ? total - i : 255);
		rdata[length++] = i < 6 ? (uint8_t)"v=spf1"[i] :
		    i >= total - 4 ? (uint8_t)"-all"[i + 4 - total] : ' ';
	}
	rdata[0] = (uint8_t)((length - 2) >> 8);
	rdata[1] = (uint8_t)(length - 2);
	return length;
}

static void
test_long_records(void **state)
{
	static uint8_t rdata[70000];
	struct sw_verdict verdict;

	(void)state;
	verdict = judge_one(SW_MECHANISM_SPF, rdata,
	    long_record(rdata, SW_TXT_MAX));
	assert_int_equal(verdict.outcome, SW_OUTCOME_PRESENT);
	assert_int_equal(sw_features_get(verdict.features, SW_SPF_FINAL),
	    SW_SPF_FINAL_FAIL);
	verdict = judge_one(SW_MECHANISM_SPF, rdata,
	    long_record(rdata, SW_TXT_MAX + 1));
	assert_int_equal(verdict.outcome, SW_OUTCOME_UNKNOWN);
	verdict = judge_one(SW_MECHANISM_SPF, rdata,
	    long_record(rdata, 65000));
	assert_int_equal(verdict.outcome, SW_OUTCOME_UNKNOWN);
}

static void
test_many_records(void **state)
{
	static const uint8_t *list[SW_RRSET_MAX + 1];
	static size_t lengths[SW_RRSET_MAX + 1];
	struct sw_answer answer = { .records = { 0, list, lengths } };
	struct sw_verdict verdict;

	(void)state;
	for (size_t i = 0; i <= SW_RRSET_MAX; i++) {
		list[i] = (const uint8_t *)"\0\3\2hi";
		lengths[i] = 5;
	}
	list[SW_RRSET_MAX - 1] = (const uint8_t *)"\0\7\6v=spf1";
	lengths[SW_RRSET_MAX - 1] = 9;
	name.mechanism = SW_MECHANISM_SPF;
	answer.records.count = SW_RRSET_MAX;
	sw_answer_judge(&name, &answer, &verdict);
	assert_int_equal(verdict.outcome, SW_OUTCOME_PRESENT);
	assert_int_equal(verdict.first, SW_RRSET_MAX - 1);
	answer.records.count = SW_RRSET_MAX + 1;
	sw_answer_judge(&name, &answer, &verdict);
	assert_int_equal(verdict.outcome, SW_OUTCOME_UNKNOWN);
}

/* Of several records the same is first, in whatever order they come. */
static void
test_order(void **state)
{
	static const uint8_t *const a = (const uint8_t *)"\0\10\7v=spf1 ";
	static const uint8_t *const b = (const uint8_t *)"\0\11\10v=spf1 a";
	const uint8_t *list[2] = { a, b };
	size_t lengths[2] = { 10, 11 };
	struct sw_answer answer = { .records = { 2, list, lengths } };
	struct sw_verdict verdict;

	(void)state;
	name.mechanism = SW_MECHANISM_SPF;
	sw_answer_judge(&name, &answer, &verdict);
	assert_int_equal(verdict.outcome, SW_OUTCOME_INVALID);
	assert_int_equal(verdict.selected, 2);
	assert_ptr_equal(list[verdict.first], a);
	list[0] = b;
	list[1] = a;
	lengths[0] = 11;
	lengths[1] = 10;
	sw_answer_judge(&name, &answer, &verdict);
	assert_int_equal(verdict.selected, 2);
	assert_ptr_equal(list[verdict.first], a);
}

static void
test_unwatched(void **state)
{
	struct sw_verdict verdict;

	(void)state;
	verdict = judge_one(SW_MECHANISM_NONE, "\0\1\0", 3);
	assert_int_equal(verdict.outcome, SW_OUTCOME_UNKNOWN);
	verdict = judge_one((enum sw_mechanism)200, "\0\1\0", 3);
	assert_int_equal(verdict.outcome, SW_OUTCOME_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_malformed_beside_another),
		cmocka_unit_test(test_long_records),
		cmocka_unit_test(test_many_records),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_unwatched),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
