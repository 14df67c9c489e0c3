/* Loading the Public Suffix List: what is read, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/suffix_list.h"

#define LIST "/usr/share/publicsuffix/public_suffix_list.dat"
#define ICANN "// ===BEGIN ICANN DOMAINS===\n"

static char path[] = "/tmp/test_suffix_list.XXXXXX";
static char said[512];
static unsigned complaints;

static void
complain(void *argument, const char *file, unsigned line, const char *text)
{
	(void)argument;
	complaints++;
	snprintf(said, sizeof(said), "%s:%u: %s", file, line, text);
}

static void
write_file(const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static enum sw_result
load(struct sw_suffix_list *list, const char *text)
{
	if (text != NULL)
		write_file(text);
	complaints = 0;
	return sw_suffix_list_load(list, path, NULL, false, complain, NULL);
}

static const char *
suffix_of(const struct sw_suffix_list *list, const char *text)
{
	static struct sw_name name;
	uint8_t wire[SW_NAME_WIRE_MAX];
	size_t length = sw_name_from_text(text, wire, sizeof(wire));

	return sw_name_match(&list->suffixes, wire, length, SW_TYPE_MX,
	    &name) == SW_MECHANISM_MX ? name.suffix : "";
}

static void
reads_what_is_installed(void **state)
{
	struct sw_suffix_list list;

	(void)state;
	if (access(LIST, R_OK) != 0)
		return;
	complaints = 0;
	assert_int_equal(sw_suffix_list_load(&list, NULL, NULL, false,
	    complain, NULL), SW_OK);
	assert_int_equal(complaints, 0);
	assert_non_null(list.index);
	assert_int_equal(list.registries.count, 3);
	assert_string_equal(suffix_of(&list, "example.co.jp"), "co.jp");
	sw_suffix_list_fini(&list);
}

/* Rules in every form, a wildcard, an exception, UTF-8, blanks, CR. */
static void
reads_rules(void **state)
{
	struct sw_suffix_list list;

	(void)state;
	assert_int_equal(load(&list, ICANN "// a comment\n\nxx\r\nco.xx \n"
	    "*.wild.xx\n!free.wild.xx\n\xe5\x80\x8b\xe4\xba\xba.xx\n"
	    "// ===END ICANN DOMAINS===\n"
	    "// ===BEGIN PRIVATE DOMAINS===\nhosted.xx\n*.cloud.xx"), SW_OK);
	assert_non_null(list.index);
	assert_string_equal(suffix_of(&list, "a.xx"), "xx");
	assert_string_equal(suffix_of(&list, "a.co.xx"), "co.xx");
	assert_string_equal(suffix_of(&list, "a.b.wild.xx"), "b.wild.xx");
	assert_string_equal(suffix_of(&list, "free.wild.xx"), "wild.xx");
	assert_string_equal(suffix_of(&list, "a.xn--gmqw5a.xx"),
	    "xn--gmqw5a.xx");
	/* The private section is no registry's. */
	assert_string_equal(suffix_of(&list, "hosted.xx"), "xx");
	assert_string_equal(suffix_of(&list, "a.hosted.xx"), "");
	assert_string_equal(suffix_of(&list, "a.b.cloud.xx"), "");
	assert_string_equal(suffix_of(&list, "cloud.xx"), "xx");
	assert_string_equal(suffix_of(&list, "a.yy"), "");
	assert_int_equal(complaints, 0);
	sw_suffix_list_fini(&list);
}

static void
refuses_what_is_no_list(void **state)
{
	char label[600], text[700];
	struct sw_suffix_list list;

	(void)state;
	assert_int_equal(load(&list, ""), SW_ERR_INVALID);
	assert_non_null(strstr(said, "is no Public Suffix List"));
	assert_int_equal(load(&list, ICANN), SW_ERR_INVALID);
	memset(label, 'a', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	snprintf(text, sizeof(text), ICANN "xx\n%s.xx\n", label);
	assert_int_equal(load(&list, text), SW_ERR_INVALID);
	assert_non_null(strstr(said, "makes no sense"));
	assert_int_equal(load(&list, ICANN "xx\na..xx\n"), SW_ERR_INVALID);
	assert_null(list.index);
	assert_null(list.psl);
	assert_int_equal(sw_suffix_list_load(&list, "/nonexistent", NULL,
	    false, complain, NULL), SW_ERR_SYSTEM);
	assert_int_equal(sw_suffix_list_load(&list, "/", NULL, false, complain,
	    NULL), SW_ERR_SYSTEM);
}

/* psl-make-dafsa's output is read too, by libpsl alone. */
static void
reads_compiled_lists(void **state)
{
	static const char compiled[] =
	    "/usr/share/publicsuffix/public_suffix_list.dafsa";
	struct sw_suffix_list list;

	(void)state;
	if (access(compiled, R_OK) != 0)
		return;
	complaints = 0;
	assert_int_equal(sw_suffix_list_load(&list, compiled, NULL, false,
	    complain, NULL), SW_OK);
	assert_int_equal(complaints, 1);
	assert_null(list.index);
	assert_string_equal(suffix_of(&list, "example.co.jp"), "co.jp");
	sw_suffix_list_fini(&list);
}

static int
set_up(void **state)
{
	int file = mkstemp(path);

	(void)state;
	return file < 0 ? -1 : close(file);
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_installed),
		cmocka_unit_test(reads_rules),
		cmocka_unit_test(refuses_what_is_no_list),
		cmocka_unit_test(reads_compiled_lists),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
