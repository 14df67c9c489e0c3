/* The running program's build id, against readelf's reading of the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/build_id.h"

static void
read_by_readelf(char id[SW_BUILD_ID_TEXT_MAX])
{
	char self[PATH_MAX] = "", command[PATH_MAX + 100], line[300];
	FILE *pipe;

	strcpy(id, "none");
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	snprintf(command, sizeof(command), "LC_ALL=C readelf -n '%s'", self);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	while (fgets(line, sizeof(line), pipe) != NULL)
		sscanf(line, " Build ID: %128[0-9a-f]", id);
	assert_int_equal(pclose(pipe), 0);
}

static void
own_build_id(void **state)
{
	char expected[SW_BUILD_ID_TEXT_MAX], found[SW_BUILD_ID_TEXT_MAX];

	(void)state;
	memset(found, 'x', sizeof(found));
	sw_build_id_running(found);
	read_by_readelf(expected);
	assert_string_equal(found, expected);
	/* Compilers have the linker make one; without, this tests little. */
	if (strcmp(found, "none") != 0)
		assert_int_equal(strlen(found) % 2, 0);
	assert_string_not_equal(found, sw_build_id_wanted());
}

static void
what_it_was_built_for(void **state)
{
	(void)state;
	assert_int_equal(strspn(sw_build_id_wanted(), "0123456789abcdef"),
	    strlen(sw_build_id_wanted()));
	assert_in_range(strlen(sw_build_id_wanted()), 8, 128);
	assert_in_range(sw_build_unbound_version()[0], '1', '9');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_build_id),
		cmocka_unit_test(what_it_was_built_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
