/*
 * senderwatchd with good senders: what was acknowledged is stored, and what
 * isn't stored is not acknowledged.
 */
#include "support.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "senderwatch/stream.h"

static char *
expected_contents(const char *path, const struct scenario *scenario)
{
	struct sw_store *store = open_store(path, SW_STORE_WRITE);

	for (size_t i = 0; i < scenario->count; i++)
		merge(store, &scenario->batches[i], scenario->resolvers[i],
		    (uint32_t)(time(NULL) / 86400));
	sw_store_close(&store);
	return dump(path);
}

static void
stores_what_it_acknowledges(void **state)
{
	struct scenario scenario;
	struct daemon daemon;
	char *expected, *got, *log;

	present_scenario(&scenario, 3, 24, 50, 40);
	expected = expected_contents(path_in(state, "reference"), &scenario);
	start_daemon(&daemon, *state, NULL);
	/* One, several and no batches in a stream. */
	assert_true(deliver(&daemon, scenario.batches, 1));
	assert_int_equal(query_number(daemon.database,
	    "SELECT count(*) FROM sender"), 1);
	assert_true(deliver(&daemon, scenario.batches + 1, 15));
	assert_true(deliver(&daemon, scenario.batches, 0));
	assert_true(deliver(&daemon, scenario.batches + 16, 8));
	/* Twice, without an effect. */
	assert_true(deliver(&daemon, scenario.batches + 8, 16));
	got = dump(daemon.database);
	assert_string_equal(got, expected);
	stop_daemon(&daemon);
	log = read_log(&daemon);
	assert_int_equal(count_words(log, "sender resolver="), 4);
	assert_non_null(strstr(log, "stopped streams=5 failed=0 batches=24 "
	    "duplicates=16 "));
	/* Some of their days can't be. */
	assert_non_null(strstr(log, "observations refused count="));
	/* Names of subjects stay out of the log. */
	assert_null(strstr(log, "example"));
	free(log);
	free(got);
	free(expected);
	scenario_fini(&scenario);
}

static void
closes_months_when_it_starts(void **state)
{
	static const char *const options[] = { "grace-days=0", NULL };
	const struct sw_group group = { "com", "", "" };
	uint32_t today = (uint32_t)(time(NULL) / 86400);
	struct sw_observation list[] = {
		{ .subject = { 1 }, .day = today - 40, .mechanism = 1,
		    .outcome = 1 },
		{ .subject = { 1 }, .day = today, .mechanism = 1, .outcome = 1 },
	};
	struct sw_batch batch = { .sequence = 1, .groups = &group,
		.group_count = 1, .observations = list, .observation_count = 2 };
	struct daemon daemon;
	struct sw_store *store;
	uint64_t end = now_ms() + DEADLINE_MS;

	store = open_store(path_in(state, "db"), SW_STORE_WRITE);
	merge(store, &batch, "r", today);
	sw_store_close(&store);
	start_daemon(&daemon, *state, options);
	while (query_number(daemon.database, "SELECT count(*) "
	    "FROM closed_month WHERE done_to IS NULL") != 1)
		assert_true(now_ms() < end);
	assert_int_equal(query_number(daemon.database, "SELECT count(*) "
	    "FROM sighting WHERE days = 0"), 1);
	assert_int_equal(query_number(daemon.database, "SELECT count(*) "
	    "FROM sighting WHERE days <> 0"), 1);
	stop_daemon(&daemon);
}

static void
takes_no_more_frames_than_agreed(void **state)
{
	static const char *const options[] = { "max-stream-frames=3", NULL };
	struct scenario scenario;
	struct daemon daemon;
	char *log;

	present_scenario(&scenario, 3, 8, 5, 5);
	start_daemon(&daemon, *state, options);
	assert_true(deliver(&daemon, scenario.batches, 3));
	assert_false(deliver(&daemon, scenario.batches + 3, 4));
	assert_int_equal(query_number(daemon.database,
	    "SELECT sum(batches) FROM sender"), 3);
	assert_true(deliver(&daemon, scenario.batches + 3, 3));
	stop_daemon(&daemon);
	log = read_log(&daemon);
	assert_int_equal(count_words(log,
	    "batches=3: more frames than max-stream-frames"), 1);
	free(log);
	scenario_fini(&scenario);
}

static void
names_resolvers_harmlessly(void **state)
{
	struct scenario scenario;
	struct daemon daemon;

	present_scenario(&scenario, 3, 8, 5, 5);
	start_daemon(&daemon, *state, NULL);
	scenario.batches[0].resolver = "a<b>\"c d";
	scenario.batches[1].resolver = "";
	scenario.batches[2].resolver = "ns1.example-isp_x";
	assert_true(deliver(&daemon, scenario.batches, 3));
	assert_int_equal(query_number(daemon.database, "SELECT count(*) "
	    "FROM resolver WHERE name IN ('a_b__c_d', 'unnamed', "
	    "'ns1.example-isp_x')"), 3);
	stop_daemon(&daemon);
	scenario_fini(&scenario);
}

/* No byte more may be written to any file. */
static void
limit_files(const struct daemon *daemon, rlim_t size)
{
	struct rlimit limit = { size, RLIM_INFINITY };

	assert_int_equal(prlimit(daemon->pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

static void
acknowledges_nothing_while_it_cannot_store(void **state)
{
	struct scenario scenario;
	struct daemon daemon;
	char *log;

	present_scenario(&scenario, 4, 40, 50, 40);
	start_daemon(&daemon, *state, NULL);
	assert_true(deliver(&daemon, scenario.batches, 4));
	limit_files(&daemon, 4096);
	assert_false(deliver(&daemon, scenario.batches + 4, 4));
	assert_false(deliver(&daemon, scenario.batches + 4, 4));
	assert_false(deliver(&daemon, scenario.batches + 8, 4));
	assert_int_equal(query_number(daemon.database,
	    "SELECT sum(batches) FROM sender"), 4);
	limit_files(&daemon, RLIM_INFINITY);
	assert_true(deliver(&daemon, scenario.batches + 4, 8));
	assert_int_equal(query_number(daemon.database,
	    "SELECT sum(batches) FROM sender"), 12);
	stop_daemon(&daemon);
	log = read_log(&daemon);
	/* One clear line for the trouble, and one for its end. */
	assert_int_equal(count_words(log, "cannot merge, senders keep"), 1);
	assert_int_equal(count_words(log, "merging again failures=3"), 1);
	free(log);
	scenario_fini(&scenario);
}

static void
acknowledges_nothing_without_its_database(void **state)
{
	struct scenario scenario;
	struct daemon daemon;
	char away[sizeof(daemon.database) + 8], *log;

	present_scenario(&scenario, 4, 40, 50, 40);
	start_daemon(&daemon, *state, NULL);
	assert_true(deliver(&daemon, scenario.batches, 4));
	snprintf(away, sizeof(away), "%s.away", daemon.database);
	assert_int_equal(rename(daemon.database, away), 0);
	assert_false(deliver(&daemon, scenario.batches + 4, 4));
	assert_int_equal(rename(away, daemon.database), 0);
	assert_true(deliver(&daemon, scenario.batches + 4, 4));
	/* Another file in its place is not the one that is open. */
	assert_int_equal(rename(daemon.database, away), 0);
	close(open(daemon.database, O_WRONLY | O_CREAT | O_EXCL, 0600));
	assert_false(deliver(&daemon, scenario.batches + 8, 4));
	assert_int_equal(rename(away, daemon.database), 0);
	assert_int_equal(query_number(daemon.database,
	    "SELECT sum(batches) FROM sender"), 8);
	stop_daemon(&daemon);
	log = read_log(&daemon);
	assert_int_equal(count_words(log, "was moved, removed or replaced"),
	    2);
	free(log);
	scenario_fini(&scenario);
}

/* --- Starting and stopping ------------------------------------------------ */

static void
stops_in_spite_of_stuck_peers(void **state)
{
	struct daemon daemon;
	struct bytes opening = { .length = 0 };
	int idle, reading, waiting;
	uint64_t begun;
	char *log;

	start_daemon(&daemon, *state, NULL);
	put_opening(&opening);
	idle = connect_to(&daemon);
	reading = connect_to(&daemon);
	send_bytes(reading, opening.data, opening.length);
	waiting = connect_to(&daemon);
	put_u32(&opening, 1000);	/* a frame that never comes */
	send_bytes(waiting, opening.data, opening.length);
	begun = now_ms();
	stop_daemon(&daemon);
	assert_true(now_ms() - begun < 5000);
	assert_int_equal(await_end(idle, FINISH), 0);
	assert_int_equal(await_end(reading, FINISH), 0);
	assert_int_equal(await_end(waiting, FINISH), 0);
	/* The socket is gone, and the next one starts at once. */
	assert_int_equal(access(daemon.socket, F_OK), -1);
	start_daemon(&daemon, *state, NULL);
	stop_daemon(&daemon);
	log = read_log(&daemon);
	assert_int_equal(count_words(log, "stopped streams=0"), 2);
	free(log);
}

static void
tells_the_service_manager(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct daemon daemon;
	char text[64] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    path_in(state, "notify"));
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	start_daemon(&daemon, *state, NULL);
	stop_daemon(&daemon);
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), 7);
	assert_string_equal(text, "READY=1");
	assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), 10);
	assert_string_equal(text, "STOPPING=1");
	close(fd);
}

static void
does_not_take_a_socket_in_use(void **state)
{
	struct daemon daemon;
	char listen_option[300], database_option[300], *log;
	const char *arguments[] = { "-c", "/dev/null", "-o", listen_option,
		"-o", database_option, NULL };
	struct stat status;

	start_daemon(&daemon, *state, NULL);
	assert_int_equal(stat(daemon.socket, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0660);
	snprintf(listen_option, sizeof(listen_option), "listen=%s",
	    daemon.socket);
	snprintf(database_option, sizeof(database_option), "database=%s2",
	    daemon.database);
	assert_int_equal(run_daemon(arguments, path_in(state, "log2")), 1);
	assert_true(deliver(&daemon, NULL, 0));
	/* A socket that a killed one left behind is no hindrance. */
	assert_true(WIFSIGNALED(end_daemon(&daemon, SIGKILL)));
	assert_int_equal(access(daemon.socket, F_OK), 0);
	start_daemon(&daemon, *state, NULL);
	stop_daemon(&daemon);
	snprintf(daemon.log, sizeof(daemon.log), "%s", path_in(state, "log2"));
	log = read_log(&daemon);
	assert_non_null(strstr(log, ": another process does"));
	free(log);
}

static int
check_config(void **state, const char *contents, const char *extra,
    char **output)
{
	struct daemon daemon;
	char path[300];
	const char *arguments[] = { "--check-config", "--config", path,
		extra != NULL ? "-o" : NULL, extra, NULL };
	FILE *file;
	int status;

	snprintf(path, sizeof(path), "%s", path_in(state, "conf"));
	snprintf(daemon.log, sizeof(daemon.log), "%s", path_in(state, "out"));
	unlink(daemon.log);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(contents, file);
	fclose(file);
	status = run_daemon(arguments, daemon.log);
	*output = read_log(&daemon);
	return status;
}

static void
checks_its_settings(void **state)
{
	char *output;

	assert_int_equal(check_config(state, "# all is well\n"
	    "listen = /run/x.sock\ndatabase = /tmp/x.db\n"
	    "socket-mode = 0600\nmax-senders = 7\nmax-stream-frames = 2\n"
	    "max-held-frames = 9\noperation-timeout = 3\n"
	    "stream-timeout = 30\ngrace-days = 0\n", "grace-days=3", &output),
	    0);
	assert_string_equal(output, "");
	free(output);
	assert_int_equal(check_config(state, "listen = x.sock\n\n"
	    "no-such = 1\nmax-senders = 0\nsocket-mode = 0888\nnonsense\n"
	    "grace-days = 7 days\n", "max-senders=many", &output), 2);
	assert_non_null(strstr(output, "conf:1: must be an absolute path"));
	assert_non_null(strstr(output, "conf:3: no such setting"));
	assert_non_null(strstr(output, "conf:4: must be a number from 1 to"));
	assert_non_null(strstr(output, "conf:5: must be an octal number"));
	assert_non_null(strstr(output, "conf:6: not of the form"));
	assert_non_null(strstr(output, "conf:7: must be a number from 0 to"));
	assert_non_null(strstr(output, "max-senders: must be a number"));
	assert_int_equal(count_words(output, "\n"), 7);
	free(output);
}

int
main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_folder, \
	remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(stores_what_it_acknowledges),
		TEST(closes_months_when_it_starts),
		TEST(takes_no_more_frames_than_agreed),
		TEST(names_resolvers_harmlessly),
		TEST(acknowledges_nothing_while_it_cannot_store),
		TEST(acknowledges_nothing_without_its_database),
		TEST(stops_in_spite_of_stuck_peers),
		TEST(tells_the_service_manager),
		TEST(does_not_take_a_socket_in_use),
		TEST(checks_its_settings),
	};

	await_calm();
	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}
