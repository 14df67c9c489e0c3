#include "progress.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_MS 200
#define CLEAR "\r\033[K"

static volatile sig_atomic_t stopped;

static void
stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
sw_progress_begin(struct sw_progress *progress, const char *doing)
{
	struct sigaction action = { .sa_handler = stop };

	memset(progress, 0, sizeof(*progress));
	progress->doing = doing;
	progress->terminal = isatty(STDERR_FILENO) == 1;
	/* Nothing for work that is soon done. */
	progress->next_ms = now_ms() + INTERVAL_MS;
	stopped = 0;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static void
draw(const struct sw_progress *progress, uint64_t done, uint64_t total)
{
	if (total > 0)
		fprintf(stderr, CLEAR "%s: %" PRIu64 " %%", progress->doing,
		    done * 100 / total);
	else if (done > 0)
		fprintf(stderr, CLEAR "%s: %" PRIu64 " rows", progress->doing,
		    done);
	else
		fprintf(stderr, CLEAR "%s ...", progress->doing);
	fflush(stderr);
}

bool
sw_progress_tell(void *argument, uint64_t done, uint64_t total)
{
	struct sw_progress *progress = argument;

	if (progress->terminal && now_ms() >= progress->next_ms) {
		draw(progress, done, total);
		progress->drawn = true;
		progress->next_ms = now_ms() + INTERVAL_MS;
	}
	return stopped == 0;
}

void
sw_progress_end(struct sw_progress *progress)
{
	if (progress->drawn)
		fputs(CLEAR, stderr);
	progress->drawn = false;
}
