/* Other programs as filters, and what is taken over of their SVG. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../../report/filter.h"
#include "../../report/svg.h"

static char *output;
static size_t length;

static enum sw_result
run(const char *script, const char *input, unsigned ms, size_t output_max)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
	const struct sw_filter filter = {
		.program = "sh", .argv = argv, .ms = ms,
		.output_max = output_max
	};

	return sw_filter_run(&filter, input, strlen(input), &output, &length);
}

static void
test_text(void **state)
{
	(void)state;
	assert_int_equal(run("tr a-z A-Z", "some text\n", 10000, 100), SW_OK);
	assert_string_equal(output, "SOME TEXT\n");
	assert_int_equal(length, 10);
	free(output);
	/* More than a pipe holds, and than one read takes. */
	assert_int_equal(run("head -c 300000 /dev/zero", "", 10000, 300000),
	    SW_OK);
	assert_int_equal(length, 300000);
	free(output);
	/* Whoever does not read its input is not our loss. */
	assert_int_equal(run("echo yes", "input", 10000, 100), SW_OK);
	assert_string_equal(output, "yes\n");
	free(output);
}

static void
test_environment(void **state)
{
	(void)state;
	assert_int_equal(setenv("SENDERWATCH_TEST", "leak", 1), 0);
	assert_int_equal(run("env", "", 10000, 4000), SW_OK);
	assert_null(strstr(output, "leak"));
	assert_non_null(strstr(output, "LC_ALL=C.UTF-8\n"));
	assert_non_null(strstr(output, "PATH="));
	free(output);
}

static void
test_failures(void **state)
{
	char *argv[] = { (char *)"none", NULL };
	const struct sw_filter none = {
		.program = "./none", .argv = argv, .ms = 1000, .output_max = 10
	};
	char *input = calloc(1, SW_FILTER_INPUT_MAX + 2);

	(void)state;
	assert_int_equal(run("exit 3", "", 10000, 100), SW_ERR_SYSTEM);
	assert_int_equal(errno, 0);
	assert_null(output);
	assert_int_equal(run("kill -9 $$", "", 10000, 100), SW_ERR_SYSTEM);
	assert_int_equal(errno, 0);
	assert_int_equal(run("echo too much", "", 10000, 4), SW_ERR_INVALID);
	assert_null(output);
	assert_int_equal(sw_filter_run(&none, "", 0, &output, &length),
	    SW_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_non_null(input);
	memset(input, 'x', SW_FILTER_INPUT_MAX + 1);
	assert_int_equal(run("cat", input, 10000, 1000000), SW_ERR_INVALID);
	input[SW_FILTER_INPUT_MAX] = '\0';
	assert_int_equal(run("cat", input, 10000, 1000000), SW_OK);
	assert_string_equal(output, input);
	free(output);
	free(input);
}

/* Whoever hangs is killed, with all that it started. */
static void
test_time(void **state)
{
	static const char *const scripts[] = {
		"sleep 60", "exec >&-; sleep 60", "sleep 60 & wait",
		"yes | head -c 100; sleep 60",
	};
	struct timespec begin, end;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		clock_gettime(CLOCK_MONOTONIC, &begin);
		assert_int_equal(run(scripts[i], "", 200, 1000),
		    SW_ERR_TIMEOUT);
		clock_gettime(CLOCK_MONOTONIC, &end);
		assert_true(end.tv_sec - begin.tv_sec < 20);
		assert_null(output);
	}
}

#define PROLOG "<?xml version=\"1.0\"?>\n"

static void
test_svg(void **state)
{
	char *element;

	(void)state;
	assert_int_equal(sw_svg_inline(PROLOG
	    "<svg \n viewBox=\"0 0 5 6\"\n xmlns=\"x\"\n>\n<title>t</title>"
	    "<desc>d</desc><g id=\"gnuplot_canvas\"><defs><path/></defs>"
	    "<g id=\"ja_plot_1\"><title>u</title><text>汎 用</text></g></g>"
	    "</svg>\n", "A \"label\"", &element), SW_OK);
	assert_string_equal(element,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 5 6\" "
	    "role=\"img\" aria-label=\"A &quot;label&quot;\">\n"
	    "<g><g id=\"ja_plot_1\"><text>汎 用</text></g></g></svg>\n");
	free(element);
}

static void
test_svg_refused(void **state)
{
	static const char *const wrong[] = {
		"", "gnuplot: error", "<svg viewBox=\"0 0 1 1\">",
		"<svg viewBox=\"0 0 1 1", "<svg></svg>",
		"<svg viewBox=\"0 0 1 1\"><script></script></svg>",
		"<svg viewBox=\"0 0 1 1\"><defs></svg>",
		"<svg><g viewBox=\"0 0 1 1\"/></svg>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *element;

		if (sw_svg_inline(wrong[i], "l", &element) != SW_ERR_INVALID)
			fail_msg("not refused: %s", wrong[i]);
		assert_null(element);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_svg),
		cmocka_unit_test(test_svg_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
