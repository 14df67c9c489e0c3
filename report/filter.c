/* Another program as a filter. */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READ_SIZE 65536

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* The whole input goes into the pipe before anybody reads: no deadlock. */
static enum sw_result
make_input(const char *input, size_t length, int *fd)
{
	enum sw_result result = SW_ERR_SYSTEM;
	int ends[2];

	if (length > SW_FILTER_INPUT_MAX)
		return SW_ERR_INVALID;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return SW_ERR_SYSTEM;
	if (fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 &&
	    write(ends[1], input, length) == (ssize_t)length)
		result = SW_OK;
	close(ends[1]);
	if (result == SW_OK)
		*fd = ends[0];
	else
		close(ends[0]);
	return result;
}

static enum sw_result
set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	/* A group of its own, so that what it starts can be killed with it. */
	if (posix_spawnattr_setpgroup(attributes, 0) != 0 ||
	    posix_spawnattr_setsigmask(attributes, &none) != 0 ||
	    posix_spawnattr_setsigdefault(attributes, &all) != 0 ||
	    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) != 0)
		return SW_ERR_SYSTEM;
	return SW_OK;
}

static enum sw_result
spawn(const struct sw_filter *filter, int in, int out, pid_t *pid)
{
	enum sw_result result = SW_ERR_MEMORY;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char *path = NULL;
	char *environment[] = { NULL, (char *)"LC_ALL=C.UTF-8", NULL };
	const char *search = getenv("PATH");
	int error;

	if (asprintf(&path, "PATH=%s",
	    search != NULL ? search : "/usr/bin:/bin") < 0)
		return SW_ERR_MEMORY;
	environment[0] = path;
	if (posix_spawn_file_actions_init(&actions) != 0)
		goto out_path;
	if (posix_spawnattr_init(&attributes) != 0)
		goto out_actions;
	if (posix_spawn_file_actions_adddup2(&actions, in, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, out, 1) != 0 ||
	    set_attributes(&attributes) != SW_OK)
		goto out;
	error = posix_spawnp(pid, filter->program, &actions, &attributes,
	    filter->argv, environment);
	errno = error;
	result = error == 0 ? SW_OK : SW_ERR_SYSTEM;
out:
	posix_spawnattr_destroy(&attributes);
out_actions:
	posix_spawn_file_actions_destroy(&actions);
out_path:
	free(path);
	return result;
}

/* Copy from the pipe to the stream until its end, the limit or the deadline. */
static enum sw_result
collect(const struct sw_filter *filter, int fd, int64_t deadline, FILE *file)
{
	char *buffer = malloc(READ_SIZE);
	enum sw_result result = SW_ERR_MEMORY;
	size_t total = 0;

	while (buffer != NULL) {
		struct pollfd pollfd = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - now_ms();
		int ready = left > 0 ? poll(&pollfd, 1, (int)left) : 0;
		ssize_t got;

		result = SW_ERR_TIMEOUT;
		if (ready == 0)
			break;
		got = ready > 0 ? read(fd, buffer, READ_SIZE) : -1;
		result = SW_ERR_SYSTEM;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		result = SW_OK;
		if (got == 0)
			break;
		total += (size_t)got;
		result = SW_ERR_INVALID;
		if (total > filter->output_max)
			break;
		fwrite(buffer, 1, (size_t)got, file);
	}
	free(buffer);
	return result;
}

/* Wait until it ends, and kill it at the deadline, or at once if told to. */
static enum sw_result
finish(pid_t pid, int64_t deadline, bool at_once)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	bool killed = false;
	int status;

	for (;;) {
		pid_t ended = waitpid(pid, &status, killed ? 0 : WNOHANG);

		if (ended == pid)
			break;
		if (ended < 0 && errno != EINTR)
			return SW_ERR_SYSTEM;
		if (!killed && (at_once || now_ms() >= deadline)) {
			kill(-pid, SIGKILL);
			killed = true;
		} else if (!killed) {
			nanosleep(&pause, NULL);
		}
	}
	if (killed)
		return SW_ERR_TIMEOUT;
	errno = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? SW_OK :
	    SW_ERR_SYSTEM;
}

static enum sw_result
run(const struct sw_filter *filter, int *in, int ends[2], FILE *file)
{
	int64_t deadline = now_ms() + filter->ms;
	enum sw_result result, ended;
	pid_t pid;

	result = spawn(filter, *in, ends[1], &pid);
	close_fd(in);
	close_fd(&ends[1]);
	if (result != SW_OK)
		return result;
	result = collect(filter, ends[0], deadline, file);
	close_fd(&ends[0]);
	ended = finish(pid, deadline, result != SW_OK);
	return result != SW_OK ? result : ended;
}

enum sw_result
sw_filter_run(const struct sw_filter *filter, const char *input,
    size_t length, char **output, size_t *output_length)
{
	int in = -1, ends[2] = { -1, -1 };
	enum sw_result result;
	FILE *file;

	*output = NULL;
	file = open_memstream(output, output_length);
	if (file == NULL)
		return SW_ERR_MEMORY;
	result = make_input(input, length, &in);
	if (result == SW_OK)
		result = pipe2(ends, O_CLOEXEC) == 0 ?
		    run(filter, &in, ends, file) : SW_ERR_SYSTEM;
	close_fd(&in);
	close_fd(&ends[0]);
	close_fd(&ends[1]);
	if (fclose(file) != 0 && result == SW_OK)
		result = SW_ERR_MEMORY;
	if (result != SW_OK) {
		free(*output);
		*output = NULL;
	}
	return result;
}

const char *
sw_filter_trouble(enum sw_result result)
{
	if (result != SW_ERR_SYSTEM)
		return sw_result_text(result);
	return errno != 0 ? strerror(errno) : "it failed";
}
