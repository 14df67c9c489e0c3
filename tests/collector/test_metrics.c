/*
 * What the daemon says of itself, scraped from the running program: metrics
 * over HTTP, and the status file.
 */
#include "senderwatch-config.h"
#include "tls_support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

static const struct tls_sender resolver_1 = { .certificate = "resolver-1" };
static const struct tls_sender foreign = { .certificate = "foreign" };

struct fixture {
	struct tls_daemon daemon;
	struct scenario scenario;
	unsigned port;		/* of the metrics */
	char status[300];
};

static void
begin(struct fixture *fixture, void **state)
{
	char metrics[32], file[320];
	const char *const options[] = { metrics, file, NULL };

	present_scenario(&fixture->scenario, 7, 16, 10, 10);
	fixture->port = free_port();
	snprintf(metrics, sizeof(metrics), "metrics=%u", fixture->port);
	snprintf(fixture->status, sizeof(fixture->status), "%s",
	    path_in(state, "status"));
	snprintf(file, sizeof(file), "status-file=%s", fixture->status);
	start_tls_daemon(&fixture->daemon, *state, options);
}

static void
end(struct fixture *fixture)
{
	stop_daemon(&fixture->daemon.daemon);
	scenario_fini(&fixture->scenario);
}

static void
expect(const struct fixture *fixture, const char *name, double value)
{
	double got = metric(fixture->port, name);

	if (got != value)
		fail_msg("%s is %g, not %g", name, got, value);
}

/* Two batches over TLS, one of them twice, one by the unix socket. */
static void
deliver_some(struct fixture *fixture)
{
	struct sw_batch *batches = fixture->scenario.batches;
	uint32_t today = (uint32_t)(time(NULL) / 86400);

	for (size_t i = 0; i < 3; i++) {
		batches[i].instance[0] = (uint8_t)i;
		batches[i].sequence = 1;
		batches[i].sent_day = today;
		batches[i].counters = (struct sw_counters){ .seen = 100,
			.dropped_full = 3 + i, .dropped_stop = 5 };
	}
	batches[1].sent_day = today - 2;
	batches[2].sent_day = today + 400;
	batches[2].resolver = "local";
	assert_true(deliver_tls(&fixture->daemon, &resolver_1, batches, 1));
	assert_true(deliver_tls(&fixture->daemon, &resolver_1, batches, 2));
	assert_true(deliver(&fixture->daemon.daemon, batches + 2, 1));
	assert_false(deliver_tls(&fixture->daemon, &foreign, batches, 1));
	await_metric(fixture->port, "senderwatch_connections_refused_total"
	    "{listener=\"tls\",reason=\"certificate_foreign\"}", 1);
}

#define R1 "{resolver=\"resolver-1.example.net\""

static void
counts_what_resolvers_do(void **state)
{
	struct fixture fixture;
	double now = (double)time(NULL);

	begin(&fixture, state);
	deliver_some(&fixture);
	expect(&fixture, "senderwatch_resolver_batches_total" R1 "}", 2);
	expect(&fixture, "senderwatch_resolver_duplicate_batches_total" R1 "}",
	    1);
	assert_true(metric(fixture.port,
	    "senderwatch_resolver_observations_total" R1 "}") > 0);
	assert_in_range(metric(fixture.port,
	    "senderwatch_resolver_last_seen_timestamp_seconds" R1 "}"), now - 1,
	    now + 30);
	expect(&fixture, "senderwatch_resolver_clock_skew_seconds" R1 "}",
	    -2 * 86400);
	expect(&fixture, "senderwatch_resolver_dropped_total" R1
	    ",reason=\"full\"}", 7);
	expect(&fixture, "senderwatch_resolver_dropped_total" R1
	    ",reason=\"stop\"}", 10);
	expect(&fixture, "senderwatch_resolver_reported_total" R1
	    ",counter=\"seen\"}", 200);
	assert_true(metric(fixture.port, "senderwatch_resolver_certificate_"
	    "expiry_timestamp_seconds" R1 "}") > now + 86400);
	/* A clock a year off: taken, but nothing of its observations. */
	expect(&fixture, "senderwatch_resolver_clock_skew_seconds"
	    "{resolver=\"local\"}", 400 * 86400);
	expect(&fixture, "senderwatch_resolver_observations_total"
	    "{resolver=\"local\"}", 0);
	expect(&fixture, "senderwatch_resolver_refused_observations_total"
	    "{resolver=\"local\"}", 10);
	end(&fixture);
}

/* As certificates.sh made them: for 30, 60 and 30 days. */
static void
expect_ends(const struct fixture *fixture)
{
	static const struct {
		const char *name;
		double days;
	} ends[] = {
		{ "senderwatch_certificate_expiry_timestamp_seconds", 30 },
		{ "senderwatch_authority_expiry_timestamp_seconds", 60 },
		{ "senderwatch_revocation_list_expiry_timestamp_seconds", 30 },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		double left = metric(fixture->port, ends[i].name) -
		    (double)time(NULL);

		if (left > ends[i].days * 86400 ||
		    left < (ends[i].days - 1) * 86400)
			fail_msg("%s in %g s", ends[i].name, left);
	}
}

static void
counts_what_the_collector_does(void **state)
{
	struct fixture fixture;
	struct bytes opening = { .length = 0 };
	int reading, handshake;

	begin(&fixture, state);
	deliver_some(&fixture);
	expect(&fixture,
	    "senderwatch_build_info{version=\"" PACKAGE_VERSION "\"}", 1);
	expect(&fixture, "senderwatch_merging", 1);
	expect(&fixture, "senderwatch_queue_batches", 0);
	expect(&fixture, "senderwatch_commit_duration_seconds_count", 3);
	expect(&fixture, "senderwatch_commit_duration_seconds_bucket"
	    "{le=\"+Inf\"}", 3);
	assert_true(metric(fixture.port,
	    "senderwatch_commit_duration_seconds_sum") > 0);
	assert_true(metric(fixture.port, "senderwatch_database_bytes") > 0);
	assert_true(metric(fixture.port, "senderwatch_database_wal_bytes") > 0);
	assert_true(metric(fixture.port, "senderwatch_database_free_bytes") >
	    0);
	expect_ends(&fixture);
	/* Counted after the sender has heard of it. */
	await_metric(fixture.port, "senderwatch_streams_acknowledged_total"
	    "{listener=\"tls\"}", 2);
	await_metric(fixture.port, "senderwatch_streams_acknowledged_total"
	    "{listener=\"unix\"}", 1);
	/* Those that are there now. */
	put_opening(&opening);
	reading = connect_to(&fixture.daemon.daemon);
	send_bytes(reading, opening.data, opening.length);
	handshake = connect_tcp(fixture.daemon.port, NULL);
	await_metric(fixture.port, "senderwatch_connections"
	    "{listener=\"unix\",state=\"reading\"}", 1);
	await_metric(fixture.port, "senderwatch_connections"
	    "{listener=\"tls\",state=\"handshake\"}", 1);
	close(handshake);
	shutdown(reading, SHUT_WR);
	await_end(reading, FINISH);
	await_metric(fixture.port, "senderwatch_connections"
	    "{listener=\"tls\",state=\"handshake\"}", 0);
	end(&fixture);
}

static void
remembers_across_a_restart(void **state)
{
	struct fixture fixture;
	double day = (double)(time(NULL) / 86400 * 86400);

	begin(&fixture, state);
	deliver_some(&fixture);
	end(&fixture);
	begin(&fixture, state);
	expect(&fixture, "senderwatch_resolver_batches_total" R1 "}", 2);
	expect(&fixture, "senderwatch_resolver_dropped_total" R1
	    ",reason=\"full\"}", 7);
	expect(&fixture, "senderwatch_resolver_clock_skew_seconds"
	    "{resolver=\"local\"}", 400 * 86400);
	assert_true(metric(fixture.port, "senderwatch_resolver_last_seen_"
	    "timestamp_seconds" R1 "}") >= day);
	end(&fixture);
}

static void
serves_nothing_else(void **state)
{
	static const struct {
		const char *request;
		const char *answer;
	} cases[] = {
		{ "GET / HTTP/1.1", "HTTP/1.1 404 " },
		{ "GET /metrics/../etc/passwd HTTP/1.1", "HTTP/1.1 404 " },
		{ "POST /metrics HTTP/1.1", "HTTP/1.1 405 " },
		{ "DELETE /metrics HTTP/1.1", "HTTP/1.1 405 " },
		{ "nonsense", "" },
		{ "HEAD /metrics HTTP/1.1", "HTTP/1.1 200 " },
	};
	struct fixture fixture;
	int idle[40];
	char *answer;

	begin(&fixture, state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		answer = http(fixture.port, cases[i].request);
		if (strncmp(answer, cases[i].answer,
		    strlen(cases[i].answer)) != 0)
			fail_msg("%s: %s", cases[i].request, answer);
		assert_null(strstr(answer, "senderwatch_"));
		free(answer);
	}
	/* Many that say nothing hinder the others no longer than they last. */
	for (size_t i = 0; i < 40; i++)
		idle[i] = connect_tcp(fixture.port, NULL);
	assert_true(deliver(&fixture.daemon.daemon, fixture.scenario.batches,
	    1));
	for (size_t i = 0; i < 40; i++)
		close(idle[i]);
	await_metric(fixture.port, "senderwatch_merging", 1);
	end(&fixture);
}

/* promtool, of Prometheus itself, has no complaint. */
static void
is_what_prometheus_reads(void **state)
{
	struct fixture fixture;
	char *answer, *body;
	FILE *tool;

	if (system("command -v promtool >/dev/null") != 0) {
		print_message("promtool is not installed\n");
		skip();
	}
	begin(&fixture, state);
	deliver_some(&fixture);
	answer = http(fixture.port, "GET /metrics HTTP/1.0");
	assert_non_null(strstr(answer, "text/plain; version=0.0.4"));
	body = strstr(answer, "\r\n\r\n");
	assert_non_null(body);
	tool = popen("promtool check metrics >&2", "w");
	assert_non_null(tool);
	fputs(body + 4, tool);
	assert_int_equal(pclose(tool), 0);
	free(answer);
	end(&fixture);
}

/* --- The status file ------------------------------------------------------ */

static json_int_t
number_at(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		fail_msg("no number: %s", key);
	return json_integer_value(value);
}

static void
writes_a_status_file(void **state)
{
	struct fixture fixture;
	json_t *status, *resolver;

	begin(&fixture, state);
	deliver_some(&fixture);
	/* It is there from the start, and written once more at the end. */
	assert_int_equal(access(fixture.status, R_OK), 0);
	end(&fixture);
	status = json_load_file(fixture.status, 0, NULL);
	assert_non_null(status);
	assert_string_equal(json_string_value(json_object_get(status,
	    "program")), "senderwatchd");
	assert_true(json_is_true(json_object_get(status, "merging")));
	assert_true(number_at(status, "database_bytes") > 0);
	assert_int_equal(number_at(json_object_get(status, "commits"),
	    "count"), 3);
	assert_int_equal(number_at(json_object_get(json_object_get(status,
	    "connections"), "refused"), "certificate_foreign"), 1);
	assert_int_equal(json_array_size(json_object_get(status,
	    "resolvers")), 2);
	resolver = json_array_get(json_object_get(status, "resolvers"), 1);
	assert_string_equal(json_string_value(json_object_get(resolver,
	    "name")), "resolver-1.example.net");
	assert_int_equal(number_at(resolver, "batches"), 2);
	assert_int_equal(number_at(resolver, "duplicates"), 1);
	assert_int_equal(number_at(resolver, "clock_skew_days"), -2);
	assert_int_equal(number_at(json_object_get(resolver, "reported"),
	    "dropped_full"), 7);
	json_decref(status);
}

/* senderwatch status with this; what it printed, which the caller frees. */
static char *
run_status(const char *arguments, const char *path, int wanted)
{
	const char *builddir = getenv("builddir");
	size_t size = 65536;
	char command[1024], *text = calloc(1, size);
	FILE *pipe;
	int status;

	assert_non_null(text);
	snprintf(command, sizeof(command), "'%s/senderwatch' status %s '%s' "
	    "2>&1", builddir != NULL ? builddir : ".", arguments, path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_true(fread(text, 1, size - 1, pipe) < size - 1);
	status = pclose(pipe);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted)
		fail_msg("status %d: %s", status, text);
	return text;
}

static void
is_shown_by_senderwatch_status(void **state)
{
	static const char *const expected[] = { "merging", " yes\n",
		"transactions                   3, 0 failed\n",
		"certificate_foreign 1", "\n  resolver ", "\n  local ",
		"\n  resolver-1.example.net ", "certificate ends", "authorities end",
		"revocation lists end", " MB free\n" };
	struct fixture fixture;
	char *text, *resolver;
	json_t *array, *status;

	begin(&fixture, state);
	deliver_some(&fixture);
	end(&fixture);
	text = run_status("", fixture.status, 0);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		if (strstr(text, expected[i]) == NULL)
			fail_msg("%s lacks %s", text, expected[i]);
	}
	/* Dropped and skew stand at the end of its line. */
	resolver = strstr(text, "\n  resolver-1.example.net ");
	assert_non_null(strstr(resolver, "        17    -2\n"));
	free(text);
	text = run_status("--json", fixture.status, 0);
	array = json_loads(text, 0, NULL);
	assert_int_equal(json_array_size(array), 1);
	status = json_array_get(array, 0);
	assert_true(json_is_true(json_object_get(status, "well")));
	assert_string_equal(json_string_value(json_object_get(status, "file")),
	    fixture.status);
	assert_int_equal(json_array_size(json_object_get(status,
	    "resolvers")), 2);
	json_decref(array);
	free(text);
	free(run_status("", "/dev/null", 1));
	free(run_status("", "/no/such/file", 1));
	/* Half a file. */
	assert_int_equal(truncate(fixture.status, 300), 0);
	free(run_status("", fixture.status, 1));
}

/* The other kind of status file, a module's, in the same verb. */
static void
shows_modules_as_well(void **state)
{
	const char *path = path_in(state, "module.status");
	FILE *file = fopen(path, "w");
	json_t *array, *status;
	char *text;

	assert_non_null(file);
	fprintf(file, "written = %lld\nresolver = r1\nkey = 0123456789012345\n"
	    "delivering = yes\ndelivered = 0\ndropped_full = 9\n",
	    (long long)time(NULL));
	fclose(file);
	text = run_status("", path, 0);
	assert_non_null(strstr(text, "dropped: no room               9\n"));
	assert_non_null(strstr(text, "last delivery                  never\n"));
	free(text);
	text = run_status("--json", path, 0);
	array = json_loads(text, 0, NULL);
	status = json_array_get(array, 0);
	assert_string_equal(json_string_value(json_object_get(status,
	    "program")), "senderwatch.so");
	assert_string_equal(json_string_value(json_object_get(status, "key")),
	    "0123456789012345");
	assert_int_equal(number_at(status, "dropped_full"), 9);
	json_decref(array);
	free(text);
	/* One that does not deliver. */
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "written = %lld\ndelivering = no\n",
	    (long long)time(NULL));
	fclose(file);
	free(run_status("", path, 1));
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(counts_what_resolvers_do),
		TEST(counts_what_the_collector_does),
		TEST(remembers_across_a_restart),
		TEST(serves_nothing_else),
		TEST(is_what_prometheus_reads),
		TEST(writes_a_status_file),
		TEST(is_shown_by_senderwatch_status),
		TEST(shows_modules_as_well),
	};

	await_calm();
	return cmocka_run_group_tests_name("metrics", tests,
	    make_certificates, remove_certificates);
}
