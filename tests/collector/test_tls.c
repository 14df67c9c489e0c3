/*
 * Senders over TLS: those that may come in are called what their certificates
 * say, the others cost their own connections only, and files are exchanged
 * under way.
 */
#include "tls_support.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct tls_sender resolver_1 = { .certificate = "resolver-1" };
static const struct tls_sender resolver_2 = { .certificate = "resolver-2" };

static void
stop_and_expect(struct tls_daemon *daemon, const char *const *lines)
{
	char *log;

	stop_daemon(&daemon->daemon);
	log = read_log(&daemon->daemon);
	for (; lines != NULL && *lines != NULL; lines++) {
		if (strstr(log, *lines) == NULL)
			fail_msg("not in the log: %s", *lines);
	}
	free(log);
}

static void
is_called_what_it_proves(void **state)
{
	static const struct tls_sender two = { .certificate = "two-names" };
	struct scenario scenario;
	struct tls_daemon daemon;

	present_scenario(&scenario, 5, 8, 10, 10);
	start_tls_daemon(&daemon, *state, NULL);
	scenario.batches[0].resolver = "liar";
	assert_true(deliver_tls(&daemon, &resolver_1, scenario.batches, 3));
	assert_true(deliver_tls(&daemon, &two, scenario.batches + 3, 1));
	/* The unix socket beside it takes the batch's word. */
	scenario.batches[4].resolver = "local";
	assert_true(deliver(&daemon.daemon, scenario.batches + 4, 1));
	assert_int_equal(query_number(daemon.daemon.database,
	    "SELECT count(*) FROM resolver WHERE name IN "
	    "('resolver-1.example.net', 'first.example.org', 'local')"), 3);
	assert_int_equal(query_number(daemon.daemon.database,
	    "SELECT count(*) FROM resolver"), 3);
	assert_int_equal(query_number(daemon.daemon.database,
	    "SELECT sum(batches) FROM sender"), 5);
	stop_and_expect(&daemon, NULL);
	scenario_fini(&scenario);
}

static void
lets_in_only_who_is_allowed(void **state)
{
	static const char *const allowed[] = { "allow-resolver=*.example.NET",
		"allow-resolver=other.example.org", NULL };
	static const char *const few[] = { "allow-resolver=resolver-2.example.net",
		NULL };
	static const char *const lines[] = {
		"no DNS name that is allowed", NULL };
	static const struct tls_sender two = { .certificate = "two-names" };
	struct scenario scenario;
	struct tls_daemon daemon;

	present_scenario(&scenario, 5, 8, 10, 10);
	start_tls_daemon(&daemon, *state, allowed);
	/* The first of its names that is. */
	assert_true(deliver_tls(&daemon, &two, scenario.batches, 1));
	assert_int_equal(query_number(daemon.daemon.database,
	    "SELECT count(*) FROM resolver WHERE name = "
	    "'second.example.net'"), 1);
	stop_daemon(&daemon.daemon);
	start_tls_daemon(&daemon, *state, few);
	assert_false(deliver_tls(&daemon, &resolver_1, scenario.batches, 1));
	assert_true(deliver_tls(&daemon, &resolver_2, scenario.batches + 1,
	    1));
	assert_int_equal(query_number(daemon.daemon.database,
	    "SELECT sum(batches) FROM sender"), 2);
	stop_and_expect(&daemon, lines);
	scenario_fini(&scenario);
}

/* --- Who may not come in -------------------------------------------------- */

struct doorman {
	struct tls_daemon daemon;
	struct scenario scenario;
	size_t delivered;
};

/* It is the only one that something came of. */
static void
serves_others(struct doorman *doorman)
{
	assert_true(deliver_tls(&doorman->daemon, &resolver_1,
	    &doorman->scenario.batches[doorman->delivered++], 1));
	assert_int_equal(query_number(doorman->daemon.daemon.database,
	    "SELECT sum(batches) FROM sender"), doorman->delivered);
}

static void
expect_refusal(struct doorman *doorman, const char *certificate,
    const char *why)
{
	const struct tls_sender sender = { .certificate = certificate };

	assert_false(deliver_tls(&doorman->daemon, &sender,
	    &doorman->scenario.batches[40], 1));
	await_log(&doorman->daemon.daemon, why, 1);
	serves_others(doorman);
}

static void
refuses_bad_certificates(void **state)
{
	static const struct tls_sender misled = {
		.certificate = "resolver-2", .collector = "other.example.net" };
	struct doorman doorman = { .delivered = 0 };

	present_scenario(&doorman.scenario, 5, 48, 10, 10);
	start_tls_daemon(&doorman.daemon, *state, NULL);
	expect_refusal(&doorman, "foreign", "none of our authorities'");
	expect_refusal(&doorman, "expired", "has expired, or is not valid yet");
	expect_refusal(&doorman, "future", "has expired, or is not valid yet");
	expect_refusal(&doorman, "revoked", "its certificate is revoked");
	expect_refusal(&doorman, "nameless", "no DNS name that is allowed");
	expect_refusal(&doorman, "odd-name", "no DNS name that is allowed");
	run_s_client(&doorman.daemon, "");
	await_log(&doorman.daemon.daemon, "it showed no certificate", 1);
	serves_others(&doorman);
	/* A sender that finds another collector than it looked for. */
	assert_false(deliver_tls(&doorman.daemon, &misled,
	    &doorman.scenario.batches[40], 1));
	await_log(&doorman.daemon.daemon, "did not accept this collector's", 1);
	serves_others(&doorman);
	stop_and_expect(&doorman.daemon, NULL);
	scenario_fini(&doorman.scenario);
}

static void
refuses_what_is_not_tls_1_3(void **state)
{
	struct doorman doorman = { .delivered = 0 };
	struct bytes bytes = { .length = 0 };
	int fd;

	present_scenario(&doorman.scenario, 5, 8, 10, 10);
	start_tls_daemon(&doorman.daemon, *state, NULL);
	run_s_client(&doorman.daemon,
	    "-tls1_2 -cert resolver-2.pem -key resolver-2.key");
	await_log(&doorman.daemon.daemon, "it does not speak TLS 1.3", 1);
	serves_others(&doorman);
	/* What a unix socket would take. */
	put_opening(&bytes);
	put_control(&bytes, STOP, NULL);
	fd = connect_tcp(doorman.daemon.port, NULL);
	send_bytes(fd, bytes.data, bytes.length);
	/* All that comes is an alert. */
	shutdown(fd, SHUT_WR);
	while (recv(fd, bytes.data, sizeof(bytes.data), 0) > 0)
		;
	close(fd);
	await_log(&doorman.daemon.daemon, "it does not speak TLS 1.3", 2);
	serves_others(&doorman);
	stop_and_expect(&doorman.daemon, NULL);
	scenario_fini(&doorman.scenario);
}

/* Has the collector closed it? */
static bool
is_closed(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&pollfd, 1, 0) == 1 && recv(fd, &byte, 1,
	    MSG_DONTWAIT) <= 0;
}

static void
bounds_unfinished_handshakes(void **state)
{
	static const char *const strict[] = { "max-handshakes=3",
		"handshake-timeout=2", NULL };
	static const struct tls_sender elsewhere = {
		.certificate = "resolver-1", .from = "127.0.0.2" };
	struct doorman doorman = { .delivered = 0 };
	uint64_t end = now_ms() + DEADLINE_MS;
	int fds[4];

	present_scenario(&doorman.scenario, 5, 8, 10, 10);
	start_tls_daemon(&doorman.daemon, *state, strict);
	for (size_t i = 0; i < 4; i++)
		fds[i] = connect_tcp(doorman.daemon.port, NULL);
	/* The fourth is closed at once, the others when their time is up. */
	while (!is_closed(fds[3]))
		assert_true(now_ms() < end);
	assert_false(is_closed(fds[0]));
	/* Who comes from elsewhere meets no trouble meanwhile. */
	assert_true(deliver_tls(&doorman.daemon, &elsewhere,
	    doorman.scenario.batches, 1));
	for (size_t i = 0; i < 4; i++) {
		while (!is_closed(fds[i])) {
			assert_true(now_ms() < end);
			poll(NULL, 0, 5);
		}
		close(fds[i]);
	}
	await_log(&doorman.daemon.daemon, "max-handshakes of its address", 1);
	await_log(&doorman.daemon.daemon, "too slow", 3);
	doorman.delivered = 1;
	serves_others(&doorman);
	stop_and_expect(&doorman.daemon, NULL);
	scenario_fini(&doorman.scenario);
}

static void
stores_nothing_of_a_torn_stream(void **state)
{
	struct doorman doorman = { .delivered = 0 };
	struct fstrm_writer *writer;
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;

	present_scenario(&doorman.scenario, 5, 8, 10, 10);
	start_tls_daemon(&doorman.daemon, *state, NULL);
	open_tls(&doorman.daemon, &resolver_2, &rdwr, &stream);
	writer = open_writer(&rdwr);
	assert_non_null(writer);
	assert_true(write_batches(writer, doorman.scenario.batches + 4, 2));
	sw_stream_abort(stream);
	fstrm_writer_destroy(&writer);
	await_log(&doorman.daemon.daemon, "stream failed "
	    "resolver=resolver-2.example.net address=127.0.0.1", 1);
	serves_others(&doorman);
	stop_and_expect(&doorman.daemon, NULL);
	scenario_fini(&doorman.scenario);
}

/* --- New files ------------------------------------------------------------ */

static void
reload(struct tls_daemon *daemon)
{
	kill(daemon->daemon.pid, SIGHUP);
}

static void
renews_its_certificate(void **state)
{
	static const struct tls_sender renewed = {
		.certificate = "resolver-2", .collector = "renewed.example.net" };
	struct scenario scenario;
	struct tls_daemon daemon;
	struct fstrm_writer *writer;
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;
	char key[300];

	present_scenario(&scenario, 5, 8, 10, 10);
	start_tls_daemon(&daemon, *state, NULL);
	assert_false(deliver_tls(&daemon, &renewed, scenario.batches, 1));
	/* One that is under way all the time. */
	open_tls(&daemon, &resolver_1, &rdwr, &stream);
	writer = open_writer(&rdwr);
	assert_non_null(writer);
	assert_true(write_batches(writer, scenario.batches, 1));
	/* A key that does not fit, and a certificate that is over. */
	snprintf(key, sizeof(key), "%s/live.key", (char *)*state);
	copy_file("resolver-1.key", key);
	reload(&daemon);
	await_log(&daemon.daemon, "TLS files not taken", 1);
	assert_true(deliver_tls(&daemon, &resolver_2, scenario.batches + 1,
	    1));
	copy_certificate("collector-expired", *state);
	reload(&daemon);
	await_log(&daemon.daemon, "TLS files not taken, those before stay in "
	    "use: the certificate has expired", 1);
	assert_true(deliver_tls(&daemon, &resolver_2, scenario.batches + 2,
	    1));
	copy_certificate("collector-renewed", *state);
	reload(&daemon);
	await_log(&daemon.daemon, "TLS files read connections-ended=0", 1);
	assert_true(deliver_tls(&daemon, &renewed, scenario.batches + 3, 1));
	/* It lost nothing. */
	assert_true(write_batches(writer, scenario.batches + 4, 1));
	assert_int_equal(fstrm_writer_close(writer), fstrm_res_success);
	fstrm_writer_destroy(&writer);
	assert_int_equal(query_number(daemon.daemon.database,
	    "SELECT sum(batches) FROM sender"), 5);
	stop_and_expect(&daemon, NULL);
	scenario_fini(&scenario);
}

static void
ends_whom_it_would_not_let_in_any_more(void **state)
{
	struct scenario scenario;
	struct tls_daemon daemon;
	struct fstrm_writer *stays, *goes;
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;
	char list[300];

	present_scenario(&scenario, 5, 8, 10, 10);
	start_tls_daemon(&daemon, *state, NULL);
	open_tls(&daemon, &resolver_1, &rdwr, &stream);
	stays = open_writer(&rdwr);
	open_tls(&daemon, &resolver_2, &rdwr, &stream);
	goes = open_writer(&rdwr);
	assert_true(stays != NULL && goes != NULL);
	assert_true(write_batches(stays, scenario.batches, 1));
	assert_true(write_batches(goes, scenario.batches + 1, 1));
	snprintf(list, sizeof(list), "%s/live-crl.pem", (char *)*state);
	copy_file("crl-2.pem", list);
	reload(&daemon);
	await_log(&daemon.daemon, "TLS files read connections-ended=1", 1);
	await_log(&daemon.daemon, "its certificate is revoked", 1);
	assert_int_not_equal(fstrm_writer_close(goes), fstrm_res_success);
	fstrm_writer_destroy(&goes);
	assert_int_equal(fstrm_writer_close(stays), fstrm_res_success);
	fstrm_writer_destroy(&stays);
	assert_false(deliver_tls(&daemon, &resolver_2, scenario.batches + 1,
	    1));
	/* A list that is out of date is not taken. */
	copy_file("crl-old.pem", list);
	reload(&daemon);
	await_log(&daemon.daemon, "a revocation list has expired", 1);
	assert_true(deliver_tls(&daemon, &resolver_1, scenario.batches + 2,
	    1));
	assert_int_equal(query_number(daemon.daemon.database,
	    "SELECT sum(batches) FROM sender"), 2);
	stop_and_expect(&daemon, NULL);
	scenario_fini(&scenario);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(is_called_what_it_proves),
		TEST(lets_in_only_who_is_allowed),
		TEST(refuses_bad_certificates),
		TEST(refuses_what_is_not_tls_1_3),
		TEST(bounds_unfinished_handshakes),
		TEST(stores_nothing_of_a_torn_stream),
		TEST(renews_its_certificate),
		TEST(ends_whom_it_would_not_let_in_any_more),
	};

	return cmocka_run_group_tests_name("tls", tests, make_certificates,
	    remove_certificates);
}
