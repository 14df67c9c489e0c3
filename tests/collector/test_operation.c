/*
 * senderwatchd as its operator and the service manager see it: settings that
 * are checked, who may use which socket, reload, watchdog and stop.
 */
#include "tls_support.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

/* --- Settings ------------------------------------------------------------- */

/* --check-config with these lines; the exit status, and what it said. */
static int
check(void **state, const char *lines, char **output)
{
	const char *arguments[] = { "--check-config", "--config",
		path_in(state, "conf"), NULL };
	struct daemon daemon;
	FILE *file = fopen(arguments[2], "w");
	int status;

	assert_non_null(file);
	fputs(lines, file);
	fclose(file);
	snprintf(daemon.log, sizeof(daemon.log), "%s", path_in(state, "out"));
	unlink(daemon.log);
	status = run_daemon(arguments, daemon.log);
	*output = read_log(&daemon);
	return status;
}

static void
expect_complaint(void **state, const char *lines, const char *complaint)
{
	char *output;

	assert_int_equal(check(state, lines, &output), 2);
	if (strstr(output, complaint) == NULL)
		fail_msg("wanted: %s, got: %s", complaint, output);
	assert_int_equal(count_words(output, "\n"), 1);
	free(output);
}

static void
expect_good(void **state, const char *lines)
{
	char *output;

	if (check(state, lines, &output) != 0)
		fail_msg("%s", output);
	assert_string_equal(output, "");
	free(output);
}

static void
checks_settings_of_listeners(void **state)
{
	expect_complaint(state, "listen-tcp = 192.0.2.1@5300\n",
	    "conf:1: must be a loopback address");
	expect_complaint(state, "listen-tls = localhost@5301\n",
	    "conf:1: must be a numeric address");
	expect_complaint(state, "listen-tls = 127.0.0.1@5301\n",
	    "with listen-tls, the settings tls-certificate, tls-key and "
	    "tls-authorities are needed");
	expect_complaint(state, "allow-user = no-such-user\n",
	    "conf:1: no such user");
	expect_complaint(state, "allow-group = no-such-group\n",
	    "conf:1: no such group");
	expect_complaint(state, "allow-resolver = a b\n",
	    "conf:1: must be a DNS name");
	/* No certificate would ever have these. */
	expect_complaint(state, "allow-resolver = resolver.example.net.\n",
	    "conf:1: must be a DNS name without a final dot");
	expect_complaint(state, "allow-resolver = *.\n",
	    "conf:1: must be a DNS name without a final dot");
	expect_complaint(state, "metrics = example.net@80\n",
	    "conf:1: must be a port");
	expect_complaint(state, "listen = /no/such/folder/sock\n"
	    "database = /tmp/x\n", "listen: folder /no/such/folder: No such");
	expect_complaint(state, "listen = /tmp/x.sock\n"
	    "database = /tmp\n", "database: /tmp: no regular file");
	expect_good(state, "listen = /tmp/x.sock\nlisten = /tmp/y.sock\n"
	    "listen-tcp = ::1@5300\nmetrics = 9100\nallow-user = 0\n"
	    "allow-group = root\nallow-resolver = *.example.net\n"
	    "database = /tmp/x.db\nstatus-file = /tmp/x.status\n");
}

/* The settings of TLS with these names of files. */
static const char *
tls_lines(const char *certificate, const char *key, const char *list)
{
	static char lines[2048];

	snprintf(lines, sizeof(lines), "listen-tls = 127.0.0.1@5301\n"
	    "database = /tmp/x.db\ntls-certificate = %s\ntls-key = %s\n",
	    certificate_file(certificate), certificate_file(key));
	snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
	    "tls-authorities = %s\ntls-revoked = %s\n",
	    certificate_file("ca.pem"), certificate_file(list));
	return lines;
}

static void
checks_files_of_tls(void **state)
{
	expect_good(state, tls_lines("collector.pem", "collector.key",
	    "crl.pem"));
	expect_complaint(state, tls_lines("none.pem", "collector.key",
	    "crl.pem"), "tls-certificate: ");
	expect_complaint(state, tls_lines("collector.pem", "none.key",
	    "crl.pem"), "tls-key: ");
	expect_complaint(state, tls_lines("collector.pem", "resolver-1.key",
	    "crl.pem"), "key values mismatch");
	expect_complaint(state, tls_lines("ca.conf", "collector.key",
	    "crl.pem"), "certificate ");
	expect_complaint(state, tls_lines("collector.pem", "collector.key",
	    "ca.conf"), "revocation list ");
	expect_complaint(state, tls_lines("collector-expired.pem",
	    "collector-expired.key", "crl.pem"), "certificate has expired");
	expect_complaint(state, tls_lines("collector.pem", "collector.key",
	    "crl-old.pem"), "a revocation list has expired");
	assert_int_equal(chmod(certificate_file("collector.key"), 0644), 0);
	expect_complaint(state, tls_lines("collector.pem", "collector.key",
	    "crl.pem"), "anybody can read or write it");
	assert_int_equal(chmod(certificate_file("collector.key"), 0600), 0);
}

/* --- Who may use which socket --------------------------------------------- */

static void
lets_only_these_users_in(void **state)
{
	char user[64], group[64];
	const char *const others[] = { "allow-user=65533", "allow-group=65533",
		NULL };
	const char *const us[] = { "allow-user=65533", user, NULL };
	const char *const our_group[] = { group, NULL };
	struct scenario scenario;
	struct daemon daemon;
	char *log;

	present_scenario(&scenario, 6, 8, 5, 5);
	snprintf(user, sizeof(user), "allow-user=%ld", (long)geteuid());
	snprintf(group, sizeof(group), "allow-group=%ld", (long)getegid());
	start_daemon(&daemon, *state, others);
	assert_false(deliver(&daemon, scenario.batches, 1));
	stop_daemon(&daemon);
	log = read_log(&daemon);
	assert_non_null(strstr(log, "neither its user nor a group is allowed"));
	free(log);
	start_daemon(&daemon, *state, us);
	assert_true(deliver(&daemon, scenario.batches, 1));
	stop_daemon(&daemon);
	start_daemon(&daemon, *state, our_group);
	assert_true(deliver(&daemon, scenario.batches + 1, 1));
	assert_int_equal(query_number(daemon.database,
	    "SELECT sum(batches) FROM sender"), 2);
	stop_daemon(&daemon);
	scenario_fini(&scenario);
}

static void
listens_in_several_places(void **state)
{
	struct sw_stream_options options = { .operation_ms = DEADLINE_MS };
	char second[300], tcp[64];
	const char *const places[] = { second, tcp, NULL };
	struct scenario scenario;
	struct daemon daemon, other;
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;
	unsigned port = free_port();

	present_scenario(&scenario, 6, 8, 5, 5);
	snprintf(second, sizeof(second), "listen=%s",
	    path_in(state, "sock-2"));
	snprintf(tcp, sizeof(tcp), "listen-tcp=127.0.0.1@%u", port);
	start_daemon(&daemon, *state, places);
	other = daemon;
	snprintf(other.socket, sizeof(other.socket), "%s",
	    path_in(state, "sock-2"));
	assert_true(deliver(&daemon, scenario.batches, 1));
	assert_true(deliver(&other, scenario.batches + 1, 1));
	assert_int_equal(sw_stream_new(connect_tcp(port, NULL), &options,
	    &rdwr, &stream), SW_OK);
	scenario.batches[2].resolver = "by-tcp";
	assert_true(deliver_over(&rdwr, stream, scenario.batches + 2, 1));
	assert_int_equal(query_number(daemon.database,
	    "SELECT count(*) FROM resolver WHERE name = 'by-tcp'"), 1);
	assert_int_equal(query_number(daemon.database,
	    "SELECT sum(batches) FROM sender"), 3);
	stop_daemon(&daemon);
	scenario_fini(&scenario);
}

/* --- The service manager -------------------------------------------------- */

static int
open_notify_socket(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    path_in(state, "notify"));
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	return fd;
}

/* The next message within ms, or "". */
static void
next_message(int fd, int ms, char text[128])
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	ssize_t length = 0;

	if (poll(&pollfd, 1, ms) == 1)
		length = recv(fd, text, 127, 0);
	text[length > 0 ? length : 0] = '\0';
}

static void
await_message(int fd, const char *begin, char text[128])
{
	uint64_t end = now_ms() + DEADLINE_MS;

	do {
		next_message(fd, 100, text);
		if (now_ms() > end)
			fail_msg("no message %s", begin);
	} while (strncmp(text, begin, strlen(begin)) != 0);
}

static void
tells_of_reloads(void **state)
{
	int fd = open_notify_socket(state);
	struct daemon daemon;
	char text[128];

	setenv("WATCHDOG_USEC", "100000", 1);
	start_daemon(&daemon, *state, NULL);
	await_message(fd, "READY=1", text);
	for (unsigned i = 0; i < 5; i++) {
		next_message(fd, DEADLINE_MS, text);
		assert_string_equal(text, "WATCHDOG=1");
	}
	kill(daemon.pid, SIGHUP);
	await_message(fd, "RELOADING=1\nMONOTONIC_USEC=", text);
	next_message(fd, DEADLINE_MS, text);
	assert_string_equal(text, "READY=1");
	await_message(fd, "WATCHDOG=1", text);
	stop_daemon(&daemon);
	await_message(fd, "STOPPING=1", text);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close(fd);
}

/* --- A merge that does not end -------------------------------------------- */

struct delivery {
	const struct daemon *daemon;
	const struct sw_batch *batch;
	pthread_t thread;
	bool acknowledged;
};

static void *
run_delivery(void *argument)
{
	struct delivery *delivery = argument;

	delivery->acknowledged = deliver(delivery->daemon, delivery->batch, 1);
	return NULL;
}

static sqlite3 *
lock_database(const struct daemon *daemon)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(daemon->database, &db), SQLITE_OK);
	/* The daemon may still be looking for months to close. */
	sqlite3_busy_timeout(db, DEADLINE_MS);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
	    SQLITE_OK);
	return db;
}

static void
starves_the_watchdog_when_merging_hangs(void **state)
{
	int fd = open_notify_socket(state);
	struct delivery delivery = { .acknowledged = false };
	struct scenario scenario;
	struct daemon daemon;
	char text[128] = "WATCHDOG=1";
	uint64_t end = now_ms() + DEADLINE_MS;
	sqlite3 *db;

	present_scenario(&scenario, 6, 4, 5, 5);
	setenv("WATCHDOG_USEC", "400000", 1);
	start_daemon(&daemon, *state, NULL);
	await_message(fd, "WATCHDOG=1", text);
	db = lock_database(&daemon);
	delivery.daemon = &daemon;
	delivery.batch = scenario.batches;
	pthread_create(&delivery.thread, NULL, run_delivery, &delivery);
	/* It goes silent: nothing for more than twice the interval. */
	while (text[0] != '\0') {
		assert_true(now_ms() < end);
		next_message(fd, 1000, text);
	}
	sqlite3_close(db);
	await_message(fd, "WATCHDOG=1", text);
	pthread_join(delivery.thread, NULL);
	assert_true(delivery.acknowledged);
	stop_daemon(&daemon);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	close(fd);
	scenario_fini(&scenario);
}

static void
stops_in_time_when_merging_hangs(void **state)
{
	char metrics[32];
	const char *const options[] = { "stop-timeout=1", metrics, NULL };
	struct delivery delivery = { .acknowledged = false };
	struct scenario scenario;
	struct daemon daemon;
	unsigned port = free_port();
	uint64_t begun;
	sqlite3 *db;
	char *log;
	int status;

	present_scenario(&scenario, 6, 4, 5, 5);
	snprintf(metrics, sizeof(metrics), "metrics=%u", port);
	start_daemon(&daemon, *state, options);
	db = lock_database(&daemon);
	delivery.daemon = &daemon;
	delivery.batch = scenario.batches;
	pthread_create(&delivery.thread, NULL, run_delivery, &delivery);
	await_metric(port, "senderwatch_queue_batches", 1);
	begun = now_ms();
	status = end_daemon(&daemon, SIGTERM);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_in_range(now_ms() - begun, 900, 9000);
	pthread_join(delivery.thread, NULL);
	assert_false(delivery.acknowledged);
	sqlite3_close(db);
	log = read_log(&daemon);
	assert_non_null(strstr(log, "did not end within stop-timeout"));
	free(log);
	/* Nothing is broken, and it comes again. */
	start_daemon(&daemon, *state, NULL);
	assert_true(deliver(&daemon, scenario.batches, 1));
	assert_int_equal(query_number(daemon.database,
	    "SELECT sum(batches) FROM sender"), 1);
	stop_daemon(&daemon);
	scenario_fini(&scenario);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(checks_settings_of_listeners),
		TEST(checks_files_of_tls),
		TEST(lets_only_these_users_in),
		TEST(listens_in_several_places),
		TEST(tells_of_reloads),
		TEST(starves_the_watchdog_when_merging_hangs),
		TEST(stops_in_time_when_merging_hangs),
	};

	return cmocka_run_group_tests_name("operation", tests,
	    make_certificates, remove_certificates);
}
