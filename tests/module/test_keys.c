/*
 * While a key is replaced: all under both, each delivered by itself, and after
 * the last day nothing under the old one, which is gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/observer.h"
#include "senderwatch/key_file.h"
#include "tests/lib/names.h"

#define LAST_DAY 20818		/* 2026-12-31 */
#define NOW 5000	/* milliseconds */
#define BATCH 64
#define NEW "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
#define OLD "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\n"

static char folder[] = "/tmp/sw-test-XXXXXX", key_path[40], old_path[48];
static struct sw_options options;
static struct sw_observer *observer;
static char last_line[512];

static void log_line(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
log_line(enum sw_log_level level, const char *format, ...)
{
	va_list arguments;

	(void)level;
	va_start(arguments, format);
	vsnprintf(last_line, sizeof(last_line), format, arguments);
	va_end(arguments);
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static int
set_up(void **state)
{
	static char resolver[] = "test";

	(void)state;
	strcpy(folder, "/tmp/sw-test-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(key_path, sizeof(key_path), "%s/key", folder);
	snprintf(old_path, sizeof(old_path), "%s.old", key_path);
	umask(077);
	write_file(key_path, NEW);
	write_file(old_path, OLD "until 2026-12-31\n");
	options = (struct sw_options){ .key_file = key_path,
	    .resolver = resolver, .capacity = 1 };
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sw_observer_free(&observer);
	unlink(key_path);
	unlink(old_path);
	return rmdir(folder);
}

static void
start(void)
{
	assert_int_equal(sw_observer_new(&observer, &options, log_line), SW_OK);
}

/* An answer to a TXT look-up, with one record. */
static void
see(const char *name, const char *text, uint32_t day)
{
	uint8_t wire[SW_NAME_WIRE_MAX + 64], rdata[300];
	const uint8_t *rdatas[] = { rdata };
	size_t lengths[] = { 3 + strlen(text) };
	struct sw_lookup lookup = {
		.name = wire, .name_length = to_wire(name, wire),
		.type = SW_TYPE_TXT, .answer.records = { 1, rdatas, lengths },
	};

	rdata[0] = 0;
	rdata[1] = (uint8_t)(1 + strlen(text));
	rdata[2] = (uint8_t)strlen(text);
	memcpy(rdata + 3, text, strlen(text));
	sw_observer_see(observer, &lookup, (time_t)day * 86400 + 3600);
}

/* What waits of a key. */
static size_t
take(unsigned key, struct sw_observation *observations)
{
	char *names[BATCH];
	size_t count = sw_table_take(sw_observer_table(observer), key,
	    observations, names, BATCH);

	sw_table_settle(sw_observer_table(observer), key, count);
	return count;
}

static void
expect_pseudonym(const struct sw_observation *o, const char *digits,
    const char *name)
{
	uint8_t key[SW_KEY_SIZE], wire[SW_NAME_WIRE_MAX + 64];
	uint8_t subject[SW_PSEUDONYM_SIZE];
	size_t length = to_wire(name, wire);
	struct sw_pseudonymiser *pseudonymiser;

	for (unsigned i = 0; i < SW_KEY_SIZE; i++) {
		unsigned octet;

		assert_int_equal(sscanf(digits + 2 * i, "%2x", &octet), 1);
		key[i] = (uint8_t)octet;
	}
	assert_int_equal(sw_pseudonymiser_new(&pseudonymiser, key), SW_OK);
	sw_pseudonym(pseudonymiser, wire, length, subject, NULL);
	assert_memory_equal(o->subject, subject, sizeof(subject));
	sw_pseudonymiser_free(&pseudonymiser);
}

static struct sw_counters
counters(void)
{
	struct sw_counters now;

	sw_observer_counters(observer, &now);
	return now;
}

static void
both_until_the_last_day(void **state)
{
	struct sw_observation o[BATCH], p[BATCH];

	(void)state;
	start();
	see("example.co.jp", "v=spf1 -all", LAST_DAY - 1);
	see("example.co.jp", "v=spf1 -all", LAST_DAY - 1);
	assert_int_equal(take(SW_KEY_CURRENT, o), 1);
	expect_pseudonym(&o[0], NEW, "example.co.jp");
	/* One is delivered, the other waits, and has both days then. */
	see("example.co.jp", "v=spf1 -all", LAST_DAY);
	assert_int_equal(take(SW_KEY_OLD, p), 1);
	expect_pseudonym(&p[0], OLD, "example.co.jp");
	assert_int_equal(p[0].day, LAST_DAY);
	assert_int_equal(p[0].earlier, 1);
	assert_int_equal(p[0].outcome, o[0].outcome);
	assert_int_equal(p[0].features, o[0].features);
	assert_memory_not_equal(p[0].digest, o[0].digest, SW_DIGEST_SIZE);
	assert_int_equal(take(SW_KEY_CURRENT, o), 1);
	assert_int_equal(o[0].day, LAST_DAY);
	assert_int_equal(o[0].earlier, 0);
	/* A look-up counts once. */
	assert_int_equal(counters().observed, 3);
	assert_int_equal(counters().repeated, 1);
	/* And the day after, only under the new key, also a change. */
	see("example.co.jp", "v=spf1 -all", LAST_DAY + 1);
	see("example.com", "v=spf1 ~all", LAST_DAY + 1);
	assert_int_equal(take(SW_KEY_CURRENT, o), 2);
	assert_int_equal(take(SW_KEY_OLD, o), 0);
	assert_int_equal(counters().observed, 5);
}

/* Selectors that take turns are seen once a day under each key. */
static void
dkim_selectors_take_turns(void **state)
{
	static const char ed[] = "v=DKIM1; k=ed25519; "
	    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
	struct sw_observation o[BATCH];

	(void)state;
	start();
	for (unsigned turn = 0; turn < 3; turn++) {
		see("a._domainkey.example.jp", ed, LAST_DAY);
		see("b._domainkey.example.jp", "v=DKIM1; k=ed25519; t=y; "
		    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		    LAST_DAY);
		see("c._domainkey.example.jp", "v=DKIM1; p=", LAST_DAY);
	}
	assert_int_equal(take(SW_KEY_CURRENT, o), 1);
	assert_int_equal(take(SW_KEY_OLD, o), 1);
	assert_int_equal(counters().observed, 6);
	assert_int_equal(counters().repeated, 4);
	assert_int_equal(counters().unproven, 3);
	see("a._domainkey.example.jp", ed, LAST_DAY + 1);
	assert_int_equal(take(SW_KEY_CURRENT, o), 1);
	assert_int_equal(take(SW_KEY_OLD, o), 0);
}

static void
the_end(void **state)
{
	struct sw_observation o[BATCH];
	struct sw_keys *keys;

	(void)state;
	start();
	keys = sw_observer_keys(observer);
	see("example.co.jp", "v=spf1 -all", LAST_DAY);
	assert_false(sw_keys_end_old(keys, LAST_DAY, 1, log_line));
	assert_true(sw_keys_has_old(keys));
	/* What was left on the last day is judged for a while yet. */
	assert_false(sw_keys_end_old(keys, LAST_DAY + 1, NOW, log_line));
	see("example.jp", "v=spf1 -all", LAST_DAY);
	assert_int_equal(take(SW_KEY_OLD, o), 2);
	see("example.co.jp", "v=spf1 ~all", LAST_DAY);
	assert_false(sw_keys_end_old(keys, LAST_DAY + 1,
	    NOW + SW_OLD_KEY_LINGERS_MS - 1, log_line));
	assert_true(sw_keys_has_old(keys));
	assert_int_equal(access(old_path, F_OK), 0);
	assert_true(sw_keys_end_old(keys, LAST_DAY + 1,
	    NOW + SW_OLD_KEY_LINGERS_MS, log_line));
	assert_false(sw_keys_has_old(keys));
	assert_int_equal(access(old_path, F_OK), -1);
	assert_non_null(strstr(last_line, "is destroyed"));
	assert_null(strstr(last_line, "ffff"));
	assert_false(sw_keys_end_old(keys, LAST_DAY + 1,
	    NOW + 2 * SW_OLD_KEY_LINGERS_MS, log_line));
	/* A thread whose clock is behind does no harm. */
	see("example.com", "v=spf1 -all", LAST_DAY);
	/* What waits is delivered all the same. */
	assert_int_equal(take(SW_KEY_OLD, o), 1);
	expect_pseudonym(&o[0], OLD, "example.co.jp");
	assert_int_equal(take(SW_KEY_CURRENT, o), 3);
}

static void
the_end_where_files_cant_be_changed(void **state)
{
	struct sw_keys *keys;

	(void)state;
	start();
	unlink(old_path);
	assert_int_equal(mkdir(old_path, 0700), 0);
	keys = sw_observer_keys(observer);
	assert_false(sw_keys_end_old(keys, LAST_DAY + 1, NOW, log_line));
	assert_true(sw_keys_end_old(keys, LAST_DAY + 1,
	    NOW + SW_OLD_KEY_LINGERS_MS, log_line));
	assert_non_null(strstr(last_line, "can't be destroyed"));
	assert_non_null(strstr(last_line, old_path));
	assert_int_equal(rmdir(old_path), 0);
}

static void
bad_old_files(void **state)
{
	(void)state;
	write_file(old_path, OLD);
	assert_int_equal(sw_observer_new(&observer, &options, log_line),
	    SW_ERR_INVALID);
	assert_non_null(strstr(last_line, old_path));
	assert_null(strstr(last_line, "ffff"));
	write_file(old_path, OLD "until 2026-12-31\n");
	assert_int_equal(chmod(old_path, 0604), 0);
	assert_int_equal(sw_observer_new(&observer, &options, log_line),
	    SW_ERR_INVALID);
	assert_int_equal(chmod(old_path, 0600), 0);
	/* A rotation that was cut short: one key only. */
	write_file(old_path, NEW "until 2026-12-31\n");
	start();
	assert_non_null(strstr(last_line, "the same key"));
	assert_false(sw_keys_has_old(sw_observer_keys(observer)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_until_the_last_day,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(dkim_selectors_take_turns,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_end_where_files_cant_be_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_old_files, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
