/* From look-ups to entries: what is kept, what is counted, what stays inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/observer.h"
#include "senderwatch/dkim.h"
#include "senderwatch/pseudonym.h"
#include "tests/module/answers.h"
#include "tests/random.h"

#define BATCH 64
#define DAY 20000
#define NOON ((time_t)DAY * 86400 + 43200)

static char key_path[40];
static struct sw_options options;
static struct sw_observer *observer;
static unsigned log_lines;

static void log_line(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
log_line(enum sw_log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
	log_lines++;
}

static int
set_up(void **state)
{
	static char resolver[] = "test";
	int fd;

	(void)state;
	strcpy(key_path, "/tmp/sw-test-XXXXXX");
	fd = mkstemp(key_path);
	if (fd < 0 || write(fd, "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f\n", 65) != 65 || close(fd) != 0)
		return -1;
	options = (struct sw_options){ .key_file = key_path,
	    .resolver = resolver, .capacity = 1 };
	log_lines = 0;
	return sw_observer_new(&observer, &options, log_line) != SW_OK;
}

static int
set_up_plain(void **state)
{
	if (set_up(state) != 0)
		return -1;
	sw_observer_free(&observer);
	options.key_file = NULL;
	options.plain_names = true;
	return sw_observer_new(&observer, &options, log_line) != SW_OK;
}

static int
tear_down(void **state)
{
	(void)state;
	sw_observer_free(&observer);
	free(options.private_zones);
	return unlink(key_path);
}

static void
see_text(const char *name, const char *text, time_t now)
{
	struct answer answer;

	ask(&answer, name, SW_TYPE_TXT);
	if (text != NULL)
		add_text(&answer, text);
	sw_observer_see(observer, &answer.lookup, now);
}

static struct sw_counters
counters(void)
{
	struct sw_counters now;

	sw_observer_counters(observer, &now);
	return now;
}

/* Whatever happens to a look-up, it is counted once. */
static void
check_sums(void)
{
	struct sw_counters c = counters();

	assert_int_equal(c.watched, c.observed + c.unknown_servfail +
	    c.unknown_bogus + c.unknown_rewritten + c.unknown_subnet +
	    c.unknown_private + c.unknown_malformed + c.unknown_nonexistent +
	    c.unproven + c.dropped_full + c.dropped_memory);
	assert_in_range(c.watched, 0, c.seen);
	assert_in_range(c.repeated + c.evicted + c.superseded, 0, c.observed);
}

/* All that waits, which is settled; names are freed. */
static size_t
take_all(struct sw_observation *observations, char names[][100])
{
	char *texts[BATCH];
	size_t count = sw_table_take(sw_observer_table(observer), 0,
	    observations, texts, BATCH);

	sw_table_settle(sw_observer_table(observer), 0, count);
	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], 100, "%s", texts[i] == NULL ? "" : texts[i]);
		free(texts[i]);
	}
	assert_int_equal(sw_table_pending(sw_observer_table(observer)), 0);
	return count;
}

static void
pseudonym_leaves(void **state)
{
	struct sw_observation o[BATCH];
	char names[BATCH][100];
	struct answer answer;
	uint8_t id[SW_KEY_ID_SIZE], key[SW_KEY_SIZE];

	(void)state;
	ask(&answer, "_dMARC.Example.co.JP", SW_TYPE_TXT);
	add_text(&answer, "v=DMARC1; p=reject");
	answer.lookup.dnssec = SW_DNSSEC_SECURE;
	sw_observer_see(observer, &answer.lookup, NOON);
	assert_int_equal(take_all(o, names), 1);
	/* HMAC-SHA-256 by Python, as in tests/lib/test_pseudonym.c */
	assert_memory_equal(o[0].subject, "\x49\xf9\x2b\x0b\x61\x99\x49\xa0"
	    "\x92\x93\x1c\x43\x50\x7d\xca\x73", 16);
	assert_int_equal(o[0].mechanism, SW_MECHANISM_DMARC);
	assert_int_equal(o[0].outcome, SW_OUTCOME_PRESENT);
	assert_int_equal(o[0].dnssec, SW_DNSSEC_SECURE);
	assert_int_equal(o[0].day, DAY);
	assert_int_equal(o[0].earlier, 0);
	assert_string_equal(names[0], "");
	assert_string_equal(sw_groups_get(sw_observer_groups(observer),
	    o[0].group).type, "CO");
	for (unsigned i = 0; i < SW_KEY_SIZE; i++)
		key[i] = (uint8_t)i;
	sw_key_id(key, id);
	assert_memory_equal(sw_keys_id(sw_observer_keys(observer),
	    SW_KEY_CURRENT), id, sizeof(id));
	check_sums();
}

static void
plain_name_leaves(void **state)
{
	static const uint8_t zero[SW_KEY_ID_SIZE];
	struct sw_observation o[BATCH];
	char names[BATCH][100];

	(void)state;
	assert_memory_equal(sw_keys_id(sw_observer_keys(observer),
	    SW_KEY_CURRENT), zero, sizeof(zero));
	/* Not the selector, nor what stands between it and the domain. */
	see_text("Secret-Selector._domainkey.mail.EXAMPLE.co.jp",
	    "v=DKIM1; k=ed25519; "
	    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", NOON);
	assert_int_equal(take_all(o, names), 1);
	assert_int_equal(o[0].mechanism, SW_MECHANISM_DKIM);
	assert_string_equal(names[0], "example.co.jp");
	check_sums();
}

static void
once_a_day(void **state)
{
	struct sw_observation o[BATCH];
	char names[BATCH][100];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		see_text("example.jp", "v=spf1 -all", NOON + i);
	assert_int_equal(take_all(o, names), 1);
	see_text("EXAMPLE.jp", "v=spf1 -all", NOON);
	assert_int_equal(take_all(o, names), 0);
	/* another day */
	see_text("example.jp", "v=spf1 -all", NOON + 86400);
	assert_int_equal(take_all(o, names), 1);
	assert_int_equal(o[0].day, DAY + 1);
	/* a change on the same day, and what it was before */
	see_text("example.jp", "v=spf1 ~all", NOON + 86400);
	assert_int_equal(take_all(o, names), 1);
	see_text("example.jp", "v=spf1 -all", NOON + 86400);
	see_text("example.jp", "v=spf1 -all", NOON + 2 * 86400);
	assert_int_equal(take_all(o, names), 1);
	assert_int_equal(o[0].day, DAY + 2);
	assert_int_equal(o[0].earlier, 1);
	assert_int_equal(counters().observed, 10);
	assert_int_equal(counters().repeated, 5);
	check_sums();
}

/* Records in another order, or an exchange in other letters, are no change. */
static void
no_change(void **state)
{
	struct sw_observation o[BATCH];
	char names[BATCH][100];
	struct answer answer;

	(void)state;
	ask(&answer, "example.jp", SW_TYPE_MX);
	add_mx(&answer, 10, "mx1.example.jp");
	add_mx(&answer, 20, "mx2.example.jp");
	sw_observer_see(observer, &answer.lookup, NOON);
	ask(&answer, "example.jp", SW_TYPE_MX);
	add_mx(&answer, 20, "MX2.eXaMPLe.jp");
	add_mx(&answer, 10, "mx1.example.JP");
	sw_observer_see(observer, &answer.lookup, NOON);
	assert_int_equal(take_all(o, names), 1);
	assert_int_equal(counters().repeated, 1);
	ask(&answer, "example.jp", SW_TYPE_MX);
	add_mx(&answer, 10, "mx1.example.jp");
	sw_observer_see(observer, &answer.lookup, NOON);
	assert_int_equal(take_all(o, names), 1);
	/* other records of the domain's that are not SPF */
	see_text("example.jp", "v=spf1 -all", NOON);
	ask(&answer, "example.jp", SW_TYPE_TXT);
	add_text(&answer, "site-verification=1");
	add_text(&answer, "v=spf1 -all");
	sw_observer_see(observer, &answer.lookup, NOON);
	assert_int_equal(take_all(o, names), 1);
	assert_int_equal(counters().repeated, 2);
	check_sums();
}

/* Each of these is one: a record more, less or another, or its status. */
static void
changes(void **state)
{
	static const struct {
		const char *first, *second;
		enum sw_dnssec dnssec;
	} steps[] = {
		{ "a.example.jp", "b.example.jp", SW_DNSSEC_INSECURE },
		{ "c.example.jp", "b.example.jp", SW_DNSSEC_INSECURE },
		{ "c.example.jp", "d.example.jp", SW_DNSSEC_INSECURE },
		{ "c.example.jp", NULL, SW_DNSSEC_INSECURE },
		{ "c.example.jp", NULL, SW_DNSSEC_SECURE },
		{ "c.example.jp", NULL, SW_DNSSEC_UNKNOWN },
		{ NULL, NULL, SW_DNSSEC_UNKNOWN },
	};
	struct sw_observation o[BATCH];
	char names[BATCH][100];

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct answer answer;

		ask(&answer, "example.jp", SW_TYPE_MX);
		if (steps[i].first != NULL)
			add_mx(&answer, 10, steps[i].first);
		if (steps[i].second != NULL)
			add_mx(&answer, 20, steps[i].second);
		answer.lookup.dnssec = steps[i].dnssec;
		sw_observer_see(observer, &answer.lookup, NOON);
		sw_observer_see(observer, &answer.lookup, NOON);
		assert_int_equal(take_all(o, names), 1);
		assert_int_equal(o[0].dnssec, steps[i].dnssec);
	}
	assert_int_equal(counters().repeated, 7);
	check_sums();
}

/*
 * Answers without a record are as like each other as can be: what the response
 * code and the SOA tell is not lost on who has seen one of them.
 */
static void
denials_are_told_apart(void **state)
{
	static const struct {
		uint16_t rcode;
		const char *soa;
		uint8_t outcome;
	} steps[] = {
		{ SW_RCODE_NOERROR, "jp", SW_OUTCOME_ABSENT },
		{ SW_RCODE_NXDOMAIN, "jp", SW_OUTCOME_NONEXISTENT },
		{ SW_RCODE_NXDOMAIN, "example.jp", SW_OUTCOME_ABSENT },
		{ SW_RCODE_NXDOMAIN, "jp", SW_OUTCOME_NONEXISTENT },
	};
	struct sw_observation o[BATCH];
	char names[BATCH][100];

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct answer answer;

		ask(&answer, "example.jp", SW_TYPE_TXT);
		deny(&answer, steps[i].soa);
		answer.lookup.answer.rcode = steps[i].rcode;
		sw_observer_see(observer, &answer.lookup, NOON);
		assert_int_equal(take_all(o, names), 1);
		assert_int_equal(o[0].outcome, steps[i].outcome);
	}
	check_sums();
}

#define WEAK "selector1._domainkey.example.jp", "v=DKIM1; t=y; k=ed25519; " \
	"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define STRONG "selector2._domainkey.example.jp", "v=DKIM1; k=ed25519; " \
	"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

/* Of keys that take turns, each day tells anew which were seen on it. */
static void
dkim_keys_of_a_day(void **state)
{
	struct sw_observation o[BATCH];
	char names[BATCH][100];

	(void)state;
	see_text(WEAK, NOON);
	see_text(STRONG, NOON);
	assert_int_equal(take_all(o, names), 1);
	assert_int_equal(sw_features_get(o[0].features, SW_DKIM_TESTING), 2);
	for (unsigned i = 0; i < 3; i++) {
		see_text(WEAK, NOON);
		see_text(STRONG, NOON);
	}
	assert_int_equal(take_all(o, names), 0);
	see_text(STRONG, NOON + 86400);
	assert_int_equal(take_all(o, names), 1);
	assert_int_equal(o[0].day, DAY + 1);
	assert_int_equal(sw_features_get(o[0].features, SW_DKIM_TESTING), 1);
	check_sums();
}

static void
what_can_not_be_used(void **state)
{
	static const enum sw_usable kinds[] = { SW_UNUSABLE_SERVFAIL,
	    SW_UNUSABLE_BOGUS, SW_UNUSABLE_REWRITTEN, SW_UNUSABLE_SUBNET,
	    SW_UNUSABLE_MALFORMED };
	struct answer answer;
	struct sw_counters c;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		for (unsigned n = 0; n <= i; n++) {
			ask(&answer, "example.jp", SW_TYPE_TXT);
			add_text(&answer, "v=spf1 -all");
			answer.lookup.usable = kinds[i];
			/* Not looked at: it may be anything. */
			answer.lookup.answer.records.rdata = NULL;
			sw_observer_see(observer, &answer.lookup, NOON);
			/* Not watched, hence not counted either. */
			answer.name[1] = '_';
			sw_observer_see(observer, &answer.lookup, NOON);
		}
	}
	c = counters();
	assert_int_equal(c.seen, 30);
	assert_int_equal(c.watched, 15);
	assert_int_equal(c.unknown_servfail, 1);
	assert_int_equal(c.unknown_bogus, 2);
	assert_int_equal(c.unknown_rewritten, 3);
	assert_int_equal(c.unknown_subnet, 4);
	assert_int_equal(c.unknown_malformed, 5);
	assert_int_equal(sw_table_pending(sw_observer_table(observer)), 0);
	check_sums();
}

static void
too_many_records(void **state)
{
	static const uint8_t record[] = "\0\14\13v=spf1 -all";
	const uint8_t *rdata[SW_RRSET_MAX + 1];
	size_t length[SW_RRSET_MAX + 1];
	struct answer answer;

	(void)state;
	for (unsigned i = 0; i <= SW_RRSET_MAX; i++) {
		rdata[i] = record;
		length[i] = sizeof(record) - 1;
	}
	ask(&answer, "example.jp", SW_TYPE_TXT);
	answer.lookup.answer.records = (struct sw_rrset){ SW_RRSET_MAX + 1,
	    rdata, length };
	sw_observer_see(observer, &answer.lookup, NOON);
	assert_int_equal(counters().unknown_malformed, 1);
	answer.lookup.answer.records.count--;
	sw_observer_see(observer, &answer.lookup, NOON);
	assert_int_equal(counters().observed, 1);
	check_sums();
}

static void
private_zones(void **state)
{
	(void)state;
	options.private_zones = calloc(1, sizeof(*options.private_zones));
	options.private_zones[0].length = (uint8_t)sw_name_from_text(
	    "corp.example.jp", options.private_zones[0].name,
	    SW_NAME_WIRE_MAX);
	options.private_zone_count = 1;
	see_text("s._domainkey.CORP.example.jp", "v=DKIM1; p=", NOON);
	see_text("s._domainkey.x.corp.example.jp", "v=DKIM1; p=", NOON);
	assert_int_equal(counters().unknown_private, 2);
	see_text("example.jp", "v=spf1 -all", NOON);
	see_text("s._domainkey.xcorp.example.jp", "v=DKIM1; p=", NOON);
	assert_int_equal(counters().unknown_private, 2);
	assert_int_equal(counters().observed, 1);
	check_sums();
}

/* Domains that are denied: kept only if they were seen to exist. */
static void
made_up_domains(void **state)
{
	struct sw_observation o[BATCH];
	char names[BATCH][100];
	struct answer answer;
	size_t memory = sw_observer_memory(observer);

	(void)state;
	for (unsigned i = 0; i < 50000; i++) {
		char name[60];

		/* Each of a public suffix of its own. */
		snprintf(name, sizeof(name), "_dmarc.a.x%u.ck", i);
		ask(&answer, name, SW_TYPE_TXT);
		deny(&answer, "ck");
		sw_observer_see(observer, &answer.lookup, NOON);
	}
	assert_int_equal(counters().unknown_nonexistent, 50000);
	assert_int_equal(sw_table_pending(sw_observer_table(observer)), 0);
	assert_int_equal(sw_observer_memory(observer), memory);
	/* There is still room for a group, and for what goes away. */
	see_text("_dmarc.example.jp", "v=DMARC1; p=none", NOON);
	assert_int_equal(take_all(o, names), 1);
	ask(&answer, "_dmarc.example.jp", SW_TYPE_TXT);
	deny(&answer, "jp");
	sw_observer_see(observer, &answer.lookup, NOON);
	assert_int_equal(take_all(o, names), 1);
	assert_int_equal(o[0].outcome, SW_OUTCOME_NONEXISTENT);
	check_sums();
}

static void
days_begin_where_they_are_told(void **state)
{
	(void)state;
	assert_int_equal(sw_observer_day(observer, 0), 0);
	assert_int_equal(sw_observer_day(observer, 86399), 0);
	assert_int_equal(sw_observer_day(observer, 86400), 1);
	assert_int_equal(sw_observer_day(observer, -1), 0);
	assert_int_equal(sw_observer_day(observer, -86401), 0);
	options.utc_offset = 9 * 3600;
	assert_int_equal(sw_observer_day(observer, 54000 - 1), 0);
	assert_int_equal(sw_observer_day(observer, 54000), 1);
	options.utc_offset = -9 * 3600;
	assert_int_equal(sw_observer_day(observer, 86400 + 32400 - 1), 0);
	assert_int_equal(sw_observer_day(observer, 86400 + 32400), 1);
	assert_int_equal(sw_observer_day(observer, 0), 0);
}

static void
bad_key_files(void **state)
{
	struct sw_observer *other;

	(void)state;
	chmod(key_path, 0644);
	assert_int_equal(sw_observer_new(&other, &options, log_line),
	    SW_ERR_INVALID);
	assert_null(other);
	assert_int_equal(log_lines, 1);
	chmod(key_path, 0600);
	assert_int_equal(truncate(key_path, 10), 0);
	assert_int_equal(sw_observer_new(&other, &options, log_line),
	    SW_ERR_INVALID);
	options.key_file = NULL;
	options.plain_names = true;
	assert_int_equal(sw_observer_new(&other, &options, log_line), SW_OK);
	sw_observer_free(&other);
	options.registries = key_path;	/* not a folder */
	assert_int_not_equal(sw_observer_new(&other, &options, log_line),
	    SW_OK);
	assert_null(other);
	assert_int_equal(log_lines, 3);
}

/* Look-ups of all kinds, with records of any bytes. */
static void
see_at_random(uint64_t *seed)
{
	static const char *const names[] = {
		"example.jp", "_dmarc.example.jp", "s._domainkey.example.jp",
		"_mta-sts.a.co.jp", "_smtp._tls.a.co.jp", "example.com",
		"default._bimi.example.com", "www.example.com", "jp",
		"_dmarc.b.city.kawasaki.jp", "x.lan"
	};
	static const char *const texts[] = {
		"v=spf1 -all", "v=DMARC1; p=none", "v=DKIM1; p=", "",
		"v=STSv1; id=1", "v=TLSRPTv1; rua=mailto:a@b.jp", "x"
	};
	struct answer answer;

	ask(&answer, names[random_below(seed, 11)], random_below(seed, 3) == 0 ?
	    SW_TYPE_MX : SW_TYPE_TXT);
	for (unsigned i = random_below(seed, 4); i > 0; i--) {
		uint8_t bytes[40];

		if (random_below(seed, 3) > 0) {
			add_text(&answer, texts[random_below(seed, 7)]);
			continue;
		}
		random_bytes(seed, bytes, sizeof(bytes));
		add_record(&answer, bytes, random_below(seed, sizeof(bytes)));
	}
	if (random_below(seed, 5) == 0)
		deny(&answer, random_below(seed, 2) ? "jp" : "example.jp");
	answer.lookup.answer.truncated = random_below(seed, 20) == 0;
	answer.lookup.answer.cname = random_below(seed, 20) == 0;
	answer.lookup.dnssec = (enum sw_dnssec)random_below(seed, 3);
	answer.lookup.usable = random_below(seed, 10) == 0 ?
	    (enum sw_usable)random_below(seed, 6) : SW_USABLE;
	sw_observer_see(observer, &answer.lookup, NOON +
	    (time_t)random_below(seed, 5) * 86400);
}

static void *
see_many(void *argument)
{
	for (unsigned i = 0; i < 10000; i++)
		see_at_random(argument);
	return NULL;
}

static void
threads(void **state)
{
	struct sw_observation o[BATCH];
	char names[BATCH][100];
	pthread_t running[4];
	uint64_t seeds[4];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		seeds[i] = 50 + i;
		pthread_create(&running[i], NULL, see_many, &seeds[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		pthread_join(running[i], NULL);
	assert_int_equal(counters().seen, 40000);
	assert_in_range(counters().observed, 5000, 40000);
	assert_in_range(take_all(o, names), 5, 30);
	check_sums();
}

#define WITH(test, begin) cmocka_unit_test_setup_teardown(test, begin, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(pseudonym_leaves, set_up),
		WITH(plain_name_leaves, set_up_plain),
		WITH(once_a_day, set_up),
		WITH(no_change, set_up),
		WITH(changes, set_up),
		WITH(denials_are_told_apart, set_up),
		WITH(dkim_keys_of_a_day, set_up),
		WITH(what_can_not_be_used, set_up),
		WITH(too_many_records, set_up),
		WITH(private_zones, set_up),
		WITH(made_up_domains, set_up),
		WITH(days_begin_where_they_are_told, set_up),
		WITH(bad_key_files, set_up),
		WITH(threads, set_up_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
