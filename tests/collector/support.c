#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "senderwatch/codec.h"
#include "senderwatch/stream.h"

#define ARGUMENTS_MAX 32
#define CALM_S 180	/* before midnight, UTC */

uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- The program ---------------------------------------------------------- */

static pid_t
spawn(const char *const *arguments, const char *log)
{
	const char *argv[ARGUMENTS_MAX] = { "senderwatchd" };
	const char *builddir = getenv("builddir");
	char path[512];
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "%s/collector/senderwatchd",
	    builddir != NULL ? builddir : ".");
	for (size_t i = 0; arguments[i] != NULL; i++) {
		assert_true(i + 2 < ARGUMENTS_MAX);
		argv[i + 1] = arguments[i];
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0 ||
	    dup2(fd, STDOUT_FILENO) < 0)
		_exit(125);
	execv(path, (char *const *)(const void *)argv);
	_exit(126);
}

static int
await_exit(pid_t pid)
{
	uint64_t end = now_ms() + DEADLINE_MS;
	int status;
	pid_t got;

	while ((got = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < end)
		poll(NULL, 0, 2);
	if (got == 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		fail_msg("senderwatchd did not end");
	}
	assert_int_equal(got, pid);
	return status;
}

static void
await_answer(const struct daemon *daemon)
{
	uint64_t end = now_ms() + DEADLINE_MS;
	int fd;

	while (sw_unix_connect(daemon->socket, 1000, &fd) != SW_OK) {
		if (now_ms() > end || waitpid(daemon->pid, NULL, WNOHANG) != 0)
			fail_msg("senderwatchd does not answer, see %s",
			    daemon->log);
		poll(NULL, 0, 2);
	}
	close(fd);
}

void
start_daemon(struct daemon *daemon, const char *folder,
    const char *const *extra)
{
	char listen_option[300], database_option[300];
	const char *arguments[ARGUMENTS_MAX] = { "-c", "/dev/null",
		"-o", listen_option, "-o", database_option,
		/* No month is closed under the tests. */
		"-o", "grace-days=365" };
	size_t n = 8;

	snprintf(daemon->socket, sizeof(daemon->socket), "%s/sock", folder);
	snprintf(daemon->database, sizeof(daemon->database), "%s/db", folder);
	snprintf(daemon->log, sizeof(daemon->log), "%s/log", folder);
	snprintf(listen_option, sizeof(listen_option), "listen=%s",
	    daemon->socket);
	snprintf(database_option, sizeof(database_option), "database=%s",
	    daemon->database);
	for (; extra != NULL && *extra != NULL; extra++) {
		arguments[n++] = "-o";
		arguments[n++] = *extra;
	}
	daemon->pid = spawn(arguments, daemon->log);
	await_answer(daemon);
}

int
end_daemon(struct daemon *daemon, int signal)
{
	kill(daemon->pid, signal);
	return await_exit(daemon->pid);
}

void
stop_daemon(struct daemon *daemon)
{
	int status = end_daemon(daemon, SIGTERM);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("senderwatchd ended with status %x, see %s", status,
		    daemon->log);
}

int
run_daemon(const char *const *arguments, const char *log)
{
	int status = await_exit(spawn(arguments, log));

	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

char *
read_log(const struct daemon *daemon)
{
	FILE *file = fopen(daemon->log, "r");
	char *text = calloc(1, 65536);

	assert_true(file != NULL && text != NULL);
	assert_true(fread(text, 1, 65535, file) < 65535);
	fclose(file);
	return text;
}

void
await_log(const struct daemon *daemon, const char *words, unsigned times)
{
	uint64_t end = now_ms() + DEADLINE_MS;

	for (;;) {
		char *log = read_log(daemon);
		unsigned count = count_words(log, words);

		free(log);
		if (count >= times)
			return;
		if (now_ms() > end)
			fail_msg("not in the log: %s", words);
		poll(NULL, 0, 5);
	}
}

unsigned
count_words(const char *text, const char *words)
{
	unsigned count = 0;

	for (; (text = strstr(text, words)) != NULL; text += strlen(words))
		count++;
	return count;
}

/* --- A good sender -------------------------------------------------------- */

static bool
write_batch(struct fstrm_writer *writer, const struct sw_batch *batch)
{
	uint8_t *frame;
	size_t length;
	bool written;

	assert_int_equal(sw_frame_encode(batch, &frame, &length), SW_OK);
	written = fstrm_writer_write(writer, frame, length) ==
	    fstrm_res_success;
	free(frame);
	return written;
}

struct fstrm_writer *
open_writer(struct fstrm_rdwr **rdwr)
{
	struct fstrm_writer_options *options = fstrm_writer_options_init();
	struct fstrm_writer *writer;

	fstrm_writer_options_add_content_type(options, SW_CONTENT_TYPE,
	    sizeof(SW_CONTENT_TYPE) - 1);
	writer = fstrm_writer_init(options, rdwr);
	fstrm_writer_options_destroy(&options);
	if (fstrm_writer_open(writer) != fstrm_res_success)
		fstrm_writer_destroy(&writer);
	return writer;
}

bool
write_batches(struct fstrm_writer *writer, const struct sw_batch *batches,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!write_batch(writer, &batches[i]))
			return false;
	}
	return true;
}

bool
deliver_over(struct fstrm_rdwr **rdwr, struct sw_stream *stream,
    const struct sw_batch *batches, size_t count)
{
	struct fstrm_writer *writer = open_writer(rdwr);
	bool good;

	if (writer == NULL)
		return false;
	good = write_batches(writer, batches, count);
	if (good)
		good = fstrm_writer_close(writer) == fstrm_res_success;
	else
		sw_stream_abort(stream);
	fstrm_writer_destroy(&writer);
	return good;
}

bool
deliver(const struct daemon *daemon, const struct sw_batch *batches,
    size_t count)
{
	struct sw_stream_options options = { .operation_ms = DEADLINE_MS };
	struct fstrm_rdwr *rdwr;
	struct sw_stream *stream;
	int fd;

	if (sw_unix_connect(daemon->socket, DEADLINE_MS, &fd) != SW_OK)
		return false;
	assert_int_equal(sw_stream_new(fd, &options, &rdwr, &stream), SW_OK);
	return deliver_over(&rdwr, stream, batches, count);
}

void
await_calm(void)
{
	time_t left = 86400 - time(NULL) % 86400;

	if (left < CALM_S)
		sleep((unsigned)left);
}

void
present_scenario(struct scenario *scenario, uint32_t seed, size_t count,
    size_t observations, uint32_t subjects)
{
	uint32_t today = (uint32_t)(time(NULL) / 86400);

	scenario_init(scenario, seed, count, observations, subjects);
	scenario_shift(scenario, (int32_t)(today - SCENARIO_TODAY));
}

/* --- Byte by byte --------------------------------------------------------- */

void
put_u32(struct bytes *bytes, uint32_t value)
{
	assert_true(bytes->length + 4 <= sizeof(bytes->data));
	for (int shift = 24; shift >= 0; shift -= 8)
		bytes->data[bytes->length++] = (uint8_t)(value >> shift);
}

void
put_control(struct bytes *bytes, uint32_t type, const char *content)
{
	uint32_t length = content != NULL ? (uint32_t)strlen(content) : 0;

	put_u32(bytes, 0);
	put_u32(bytes, content != NULL ? 12 + length : 4);
	put_u32(bytes, type);
	if (content == NULL)
		return;
	put_u32(bytes, 1);	/* the field "content type" */
	put_u32(bytes, length);
	memcpy(bytes->data + bytes->length, content, length);
	bytes->length += length;
}

void
put_opening(struct bytes *bytes)
{
	put_control(bytes, READY, SW_CONTENT_TYPE);
	put_control(bytes, START, SW_CONTENT_TYPE);
}

int
connect_to(const struct daemon *daemon)
{
	int fd;

	assert_int_equal(sw_unix_connect(daemon->socket, DEADLINE_MS, &fd),
	    SW_OK);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	return fd;
}

void
send_bytes(int fd, const void *data, size_t length)
{
	/* The collector may have closed already, as it should. */
	if (send(fd, data, length, MSG_NOSIGNAL) < 0)
		assert_true(errno == EPIPE || errno == ECONNRESET);
}

static uint32_t
get_u32(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 |
	    (uint32_t)data[2] << 8 | data[3];
}

static unsigned
count_controls(const uint8_t *data, size_t length, uint32_t type)
{
	unsigned count = 0;

	while (length >= 12) {
		size_t frame = 8 + get_u32(data + 4);

		assert_int_equal(get_u32(data), 0);
		assert_true(frame <= length);
		count += get_u32(data + 8) == type;
		data += frame;
		length -= frame;
	}
	return count;
}

unsigned
await_end(int fd, uint32_t type)
{
	uint64_t end = now_ms() + DEADLINE_MS;
	uint8_t data[4096];
	size_t length = 0;
	ssize_t got = 1;

	while (got > 0) {
		struct pollfd pollfd = { .fd = fd, .events = POLLIN };

		assert_true(now_ms() < end && length < sizeof(data));
		if (poll(&pollfd, 1, 100) != 1)
			continue;
		got = recv(fd, data + length, sizeof(data) - length, 0);
		if (got > 0)
			length += (size_t)got;
	}
	close(fd);
	return count_controls(data, length, type);
}
