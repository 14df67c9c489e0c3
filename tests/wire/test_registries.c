/* Loading registry tables: carried ones, an operator's, and bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/registries.h"

static char folder[40];
static char complaints[2000];

static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	size_t used = strlen(complaints);
	const char *slash = strrchr(path, '/');

	assert_ptr_equal(argument, complaints);
	snprintf(complaints + used, sizeof(complaints) - used, "%s:%u: %s;",
	    slash == NULL ? path : slash + 1, line, text);
}

static int
set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/sw-test-XXXXXX");
	complaints[0] = '\0';
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static void
in_folder(const char *name, char path[100])
{
	snprintf(path, 100, "%s/%s", folder, name);
}

static void
write_file(const char *name, const char *text)
{
	char path[100];
	FILE *file;

	in_folder(name, path);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "a.registry", "b.registry",
	    "c.registry", ".d.registry", "registry", "e.registry.bak",
	    "f.registryx" };
	char path[100];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		in_folder(names[i], path);
		remove(path);
	}
	return rmdir(folder);
}

static enum sw_result
load(struct sw_registries *registries, bool with_folder)
{
	return sw_registries_load(registries, with_folder ? folder : NULL,
	    complain, complaints);
}

static const struct sw_registry *
find(const struct sw_registries *registries, const char *tld)
{
	for (size_t i = 0; i < registries->count; i++) {
		if (strcmp(sw_registry_tld(registries->list[i]), tld) == 0)
			return registries->list[i];
	}
	return NULL;
}

static void
carried_ones(void **state)
{
	struct sw_registries registries;

	(void)state;
	for (unsigned empty_folder = 0; empty_folder < 2; empty_folder++) {
		assert_int_equal(load(&registries, empty_folder), SW_OK);
		assert_int_equal(registries.count, 3);
		assert_non_null(sw_registry_find_type(
		    find(&registries, "jp"), "GEOGRAPHIC"));
		sw_registries_fini(&registries);
		assert_int_equal(registries.count, 0);
		assert_null(registries.list);
	}
	sw_registries_fini(&registries);
	assert_string_equal(complaints, "");
}

static void
an_operators(void **state)
{
	struct sw_registries registries;

	(void)state;
	write_file("a.registry", "registry xx\ntype AC\nsuffix ac.xx AC\n");
	write_file("b.registry", "registry jp\ntype MINE\ndefault MINE\n");
	/* A later file of the same registry replaces the earlier one. */
	write_file("c.registry", "registry xx\ntype OTHER\n");
	/* What is not called *.registry is none. */
	write_file(".d.registry", "bad\n");
	write_file("registry", "bad\n");
	write_file("e.registry.bak", "bad\n");
	write_file("f.registryx", "bad\n");
	assert_int_equal(load(&registries, true), SW_OK);
	assert_string_equal(complaints, "");
	assert_int_equal(registries.count, 4);
	assert_non_null(sw_registry_find_type(find(&registries, "jp"),
	    "MINE"));
	assert_null(sw_registry_find_type(find(&registries, "jp"), "CO"));
	assert_non_null(sw_registry_find_type(find(&registries, "xx"),
	    "OTHER"));
	sw_registries_fini(&registries);
}

static void
bad_ones(void **state)
{
	struct sw_registries registries;
	char path[100];

	(void)state;
	write_file("a.registry", "registry uk\ntypo AC\n");
	write_file("b.registry", "");
	in_folder("c.registry", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_not_equal(load(&registries, true), SW_OK);
	assert_int_equal(registries.count, 0);
	assert_null(registries.list);
	/* All of them are told, not only the first. */
	assert_string_equal(complaints, "a.registry:2: unknown word at the "
	    "start of the line;b.registry:0: the table is empty;"
	    "c.registry:0: Is a directory;");
}

static void
too_large(void **state)
{
	struct sw_registries registries;
	char path[100];

	(void)state;
	write_file("a.registry", "registry uk\n");
	in_folder("a.registry", path);
	assert_int_equal(truncate(path, 64 * 1024 * 1024), 0);
	assert_int_not_equal(load(&registries, true), SW_OK);
	assert_string_equal(complaints, "a.registry:0: File too large;");
}

static void
no_folder(void **state)
{
	struct sw_registries registries;

	(void)state;
	assert_int_equal(sw_registries_load(&registries, "/nonexistent",
	    complain, complaints), SW_ERR_SYSTEM);
	assert_int_equal(registries.count, 0);
	assert_string_equal(complaints,
	    "nonexistent:0: No such file or directory;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(carried_ones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_operators, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_ones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_large, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_folder, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
