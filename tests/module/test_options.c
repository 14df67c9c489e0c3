/* The module's settings: each value, each refusal, and what must be there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/options.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char path[] = "/tmp/sw-test-XXXXXX";
static char lines[8000];	/* what was logged */

static void log_line(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
log_line(enum sw_log_level level, const char *format, ...)
{
	size_t used = strlen(lines);
	va_list arguments;

	assert_int_equal(level, SW_LOG_ERROR);
	va_start(arguments, format);
	vsnprintf(lines + used, sizeof(lines) - used, format, arguments);
	va_end(arguments);
	strncat(lines, "\n", sizeof(lines) - strlen(lines) - 1);
}

static int
set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

static enum sw_result
read_text(struct sw_options *options, const char *text)
{
	FILE *file = fopen(path, "we");

	fputs(text, file);
	fclose(file);
	lines[0] = '\0';
	return sw_options_read(options, path, log_line);
}

#define NEEDED "socket = /run/sw\nkey-file = /etc/sw.key\n"

static void
defaults(void **state)
{
	struct sw_options options;
	char host[256] = "";

	(void)state;
	assert_int_equal(read_text(&options, NEEDED), SW_OK);
	assert_string_equal(lines, "");
	gethostname(host, sizeof(host) - 1);
	assert_memory_equal(options.resolver, host,
	    strnlen(options.resolver, 63));
	assert_string_equal(options.socket, "/run/sw");
	assert_string_equal(options.key_file, "/etc/sw.key");
	assert_null(options.tcp);
	assert_null(options.tls);
	assert_null(options.registries);
	assert_null(options.spool);
	assert_false(options.plain_names);
	assert_false(options.unlisted_tlds);
	assert_int_equal(options.capacity, 1048576);
	assert_int_equal(options.flush_interval_ms, 10000);
	assert_int_equal(options.flush_deadline_ms, 2000);
	assert_int_equal(options.timeout_ms, 10000);
	assert_int_equal(options.spool_limit, 64 * 1024 * 1024);
	assert_int_equal(options.utc_offset, 0);
	sw_options_fini(&options);
	assert_null(options.socket);
	sw_options_fini(&options);
}

static void
all_settings(void **state)
{
	struct sw_options options;

	(void)state;
	assert_int_equal(read_text(&options, NEEDED "registries = /r\n"
	    "spool = /s\nspool-limit = 2\nprivate-zone = corp.example.\n"
	    "private-zone = 10.in-addr.arpa\nnames = plain\n"
	    "resolver = Res-1.example.net\ncapacity = 1024\n"
	    "unlisted-tlds = yes\nutc-offset = +09:00\n"
	    "flush-interval = 10\nflush-deadline = 0\ntimeout = 600000\n"),
	    SW_OK);
	assert_string_equal(options.registries, "/r");
	assert_string_equal(options.spool, "/s");
	assert_int_equal(options.spool_limit, 2 * 1024 * 1024);
	assert_int_equal(options.private_zone_count, 2);
	assert_int_equal(options.private_zones[0].length, 14);
	assert_memory_equal(options.private_zones[0].name,
	    "\4corp\7example", 14);
	assert_true(options.plain_names);
	assert_string_equal(options.resolver, "Res-1.example.net");
	assert_int_equal(options.capacity, 1024);
	assert_true(options.unlisted_tlds);
	assert_int_equal(options.utc_offset, 9 * 3600);
	assert_int_equal(options.flush_interval_ms, 10);
	assert_int_equal(options.flush_deadline_ms, 0);
	assert_int_equal(options.timeout_ms, 600000);
	sw_options_fini(&options);
}

static void
offsets(void **state)
{
	static const struct {
		const char *text;
		int32_t seconds;
	} good[] = {
		{ "+00:00", 0 }, { "-00:00", 0 }, { "+05:45", 20700 },
		{ "-09:30", -34200 }, { "+14:00", 50400 }, { "-12:00", -43200 }
	};
	struct sw_options options;
	char text[200];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		snprintf(text, sizeof(text), NEEDED "utc-offset = %s\n",
		    good[i].text);
		assert_int_equal(read_text(&options, text), SW_OK);
		assert_int_equal(options.utc_offset, good[i].seconds);
		sw_options_fini(&options);
	}
}

/* Each alone is refused on its line. */
static void
bad_values(void **state)
{
	static const char *const bad[] = {
		"socket = relative", "key-file = key", "registries = .",
		"spool = spool", "spool-limit = 0", "spool-limit = 1048577",
		"names = both", "names = PLAIN", "unlisted-tlds = 1",
		"resolver = a b", "resolver = \xe4\xba\xac", "resolver = a/b",
		"resolver = 0123456789012345678901234567890123456789"
		    "012345678901234567890123",
		"capacity = 1023", "capacity = 268435457", "capacity = 1k",
		"capacity = -1", "flush-interval = 9", "flush-interval = ",
		"flush-interval = 3600001", "flush-deadline = 600001",
		"timeout = 9", "timeout = 600001", "timeout = 1s",
		"utc-offset = 9", "utc-offset = 09:00", "utc-offset = +9:00",
		"utc-offset = +09:60", "utc-offset = +15:00",
		"utc-offset = +0900", "utc-offset = +09:0", "utc-offset = UTC",
		"utc-offset = +09:000", "utc-offset = + 9:00",
		"utc-offset = +09:+1", "utc-offset = +-9:00",
		"utc-offset = +09:5x", "private-zone = a..b",
		"private-zone = .", "private-zone = \\300", "tcp = 127.0.0.1",
		"tcp = 192.0.2.1@53", "tcp = localhost@53",
		"tcp = 127.0.0.1@0", "tcp = 127.0.0.1@65536", "tls = @1",
		"tls = host.example@1", "tls = 192.0.2.1", "tls = 192.0.2@1",
		"tls-key = key", "Socket = /s", "unknown = 1", "socket",
		"[server]"
	};
	struct sw_options options;
	char text[300], line[100];

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		snprintf(text, sizeof(text), NEEDED "%s\ntimeout = 100\n",
		    bad[i]);
		if (read_text(&options, text) != SW_ERR_INVALID)
			fail_msg("taken: %s", bad[i]);
		snprintf(line, sizeof(line), "%s:3: ", path);
		if (strncmp(lines, line, strlen(line)) != 0 ||
		    strchr(lines, '\n')[1] != '\0')
			fail_msg("%s: %s", bad[i], lines);
		/* The lines after it are read all the same. */
		assert_int_equal(options.timeout_ms, 100);
		sw_options_fini(&options);
	}
}

static void
too_many_private_zones(void **state)
{
	char text[3000] = NEEDED;
	struct sw_options options;

	(void)state;
	for (unsigned i = 0; i < SW_PRIVATE_ZONES_MAX; i++)
		snprintf(text + strlen(text), 40, "private-zone = z%u.example\n",
		    i);
	assert_int_equal(read_text(&options, text), SW_OK);
	assert_int_equal(options.private_zone_count, SW_PRIVATE_ZONES_MAX);
	sw_options_fini(&options);
	strcat(text, "private-zone = one.more\n");
	assert_int_equal(read_text(&options, text), SW_ERR_INVALID);
	assert_non_null(strstr(lines, ":67: more than 64 private zones"));
	sw_options_fini(&options);
}

/* What must be there, and what excludes one another. */
static void
combinations(void **state)
{
#define TLS_FILES "tls-authorities = /a\ntls-certificate = /c\n"
	static const struct {
		const char *text;
		const char *missing;	/* NULL: good */
	} cases[] = {
		{ "socket = /s\nnames = plain\n", NULL },
		{ "tcp = 127.0.0.1@5300\nnames = plain\n", NULL },
		{ "tcp = ::1@5300\nnames = plain\n", NULL },
		{ "tls = 2001:db8::1@1\n" TLS_FILES "tls-key = /k\n"
		    "tls-name = c.example\nnames = plain\n", NULL },
		{ "socket = /s\n", "key-file is missing" },
		{ "socket = /s\nnames = pseudonym\n", "key-file is missing" },
		{ "names = plain\n", "exactly one" },
		{ "", "exactly one" },
		{ "", "key-file is missing" },
		{ "socket = /s\ntcp = 127.0.0.1@1\nnames = plain\n",
		    "exactly one" },
		{ "tls = 192.0.2.1@1\ntcp = 127.0.0.1@1\nnames = plain\n",
		    "exactly one" },
		{ "tls = 192.0.2.1@1\n" TLS_FILES "tls-key = /k\n"
		    "names = plain\n", "tls-name" },
		{ "tls = 192.0.2.1@1\n" TLS_FILES "tls-name = c.example\n"
		    "names = plain\n", "tls-key" },
	};
	struct sw_options options;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum sw_result result = read_text(&options, cases[i].text);

		if ((result == SW_OK) != (cases[i].missing == NULL) ||
		    (cases[i].missing != NULL &&
		    strstr(lines, cases[i].missing) == NULL))
			fail_msg("case %zu: %s", i, lines);
		sw_options_fini(&options);
	}
}

static void
no_file(void **state)
{
	struct sw_options options;

	(void)state;
	lines[0] = '\0';
	assert_int_equal(sw_options_read(&options, "/nonexistent/conf",
	    log_line), SW_ERR_SYSTEM);
	assert_string_equal(lines,
	    "/nonexistent/conf: No such file or directory\n");
	sw_options_fini(&options);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(all_settings),
		cmocka_unit_test(offsets),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(too_many_private_zones),
		cmocka_unit_test(combinations),
		cmocka_unit_test(no_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
