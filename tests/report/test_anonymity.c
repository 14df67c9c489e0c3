/* How many subjects share a tuple. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../report/anonymity.h"

static struct sw_store_subject
subject_of(const char *suffix, uint8_t outcome, uint64_t features)
{
	struct sw_store_subject subject = {
		.group = { .suffix = suffix, .registry = "jp", .type = "CO" }
	};

	subject.states[SW_MECHANISM_SPF] = (struct sw_store_state){
		.known = true, .outcome = outcome, .features = features };
	return subject;
}

static void
visit(struct sw_anonymity *anonymity, const char *suffix, uint8_t outcome,
    uint64_t features, unsigned times)
{
	struct sw_store_subject subject = subject_of(suffix, outcome, features);

	while (times-- > 0)
		assert_int_equal(sw_anonymity_visit(anonymity, &subject),
		    SW_OK);
}

static char *
written(const struct sw_anonymity *anonymity, bool tuples)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	if (tuples)
		assert_int_equal(sw_anonymity_write_tuples(anonymity, file),
		    SW_OK);
	else
		sw_anonymity_write(anonymity, file);
	fclose(file);
	return text;
}

/* Ten are enough, nine are not; suffix, outcome and features tell apart. */
static void
test_small_tuples(void **state)
{
	struct sw_anonymity *anonymity;
	char *text;

	(void)state;
	assert_int_equal(sw_anonymity_new(&anonymity), SW_OK);
	visit(anonymity, "co.jp", SW_OUTCOME_PRESENT, 1, 10);
	visit(anonymity, "ne.jp", SW_OUTCOME_PRESENT, 1, 9);
	visit(anonymity, "co.jp", SW_OUTCOME_INVALID, 1, 1);
	visit(anonymity, "co.jp", SW_OUTCOME_PRESENT, UINT64_MAX, 20);
	text = written(anonymity, false);
	assert_non_null(strstr(text,
	    "SPF                  40        4           10    25.0%"));
	assert_non_null(strstr(text,
	    "together             40        4           10    25.0%"));
	assert_non_null(strstr(text,
	    "DMARC                 0        0            0        -"));
	free(text);
	sw_anonymity_free(&anonymity);
	assert_null(anonymity);
}

/* What is together unique may be common in each part. */
static void
test_together(void **state)
{
	struct sw_anonymity *anonymity;
	char *text;

	(void)state;
	assert_int_equal(sw_anonymity_new(&anonymity), SW_OK);
	for (unsigned i = 0; i < 100; i++) {
		struct sw_store_subject subject = subject_of("jp",
		    SW_OUTCOME_PRESENT, i / 10);

		subject.states[SW_MECHANISM_DMARC] = (struct sw_store_state){
			.known = true, .outcome = SW_OUTCOME_PRESENT,
			.features = i % 10 };
		assert_int_equal(sw_anonymity_visit(anonymity, &subject),
		    SW_OK);
	}
	text = written(anonymity, false);
	assert_non_null(strstr(text,
	    "SPF                 100       10            0     0.0%"));
	assert_non_null(strstr(text,
	    "together            100      100          100   100.0%"));
	free(text);
	sw_anonymity_free(&anonymity);
}

/* The rarest first; values that we do not know stand as numbers. */
static void
test_list(void **state)
{
	struct sw_anonymity *anonymity;
	char *text;

	(void)state;
	assert_int_equal(sw_anonymity_new(&anonymity), SW_OK);
	visit(anonymity, "co.jp", SW_OUTCOME_PRESENT, 0xfa, 2);
	visit(anonymity, "co.jp", SW_OUTCOME_PRESENT, 1, 1);
	text = written(anonymity, true);
	assert_string_equal(text, "1\tco.jp\tSPF\tPRESENT\tfinal=fail\n"
	    "2\tco.jp\tSPF\tPRESENT\tfinal=250\n");
	free(text);
	sw_anonymity_free(&anonymity);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_tuples),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_list),
	};

	return cmocka_run_group_tests_name("anonymity", tests, NULL, NULL);
}
