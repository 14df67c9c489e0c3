#include "log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 1024
#define PEER_LINES 10	/* a minute and topic */
#define PEER_SECONDS 60

static bool to_journal;	/* which adds the time, and reads the level */

static struct peer_lines {
	time_t since;
	unsigned count;
} peer_lines[SW_LOG_TOPICS];
static pthread_mutex_t peer_lock = PTHREAD_MUTEX_INITIALIZER;

void
sw_log_init(void)
{
	to_journal = getenv("JOURNAL_STREAM") != NULL;
}

static size_t
put_prefix(char line[LINE_SIZE], enum sw_log_level level)
{
	static const char *const words[] = {
		[SW_LOG_ERROR] = "error",
		[SW_LOG_WARNING] = "warning",
		[SW_LOG_INFO] = "info",
	};
	time_t now = time(NULL);
	char when[32] = "";
	struct tm tm;
	int length;

	if (to_journal) {
		length = snprintf(line, LINE_SIZE, "<%d>", level);
	} else {
		if (gmtime_r(&now, &tm) != NULL)
			strftime(when, sizeof(when), "%FT%TZ", &tm);
		length = snprintf(line, LINE_SIZE, "%s senderwatchd: %s: ", when,
		    words[level]);
	}
	return length > 0 ? (size_t)length : 0;
}

static void
put_line(enum sw_log_level level, const char *format, va_list arguments)
{
	char line[LINE_SIZE];
	size_t length = put_prefix(line, level);
	int text;

	/* One byte stays for the end of the line, whatever is cut. */
	text = vsnprintf(line + length, sizeof(line) - 1 - length, format,
	    arguments);
	if (text > 0)
		length += (size_t)text < sizeof(line) - 2 - length ?
		    (size_t)text : sizeof(line) - 2 - length;
	line[length++] = '\n';
	/* One write, so that lines of several threads don't mix. */
	if (write(STDERR_FILENO, line, length) < 0)
		return;	/* nobody is left to be told */
}

void
sw_log(enum sw_log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_line(level, format, arguments);
	va_end(arguments);
}

/* May another line be written in this minute? *missed were not before it. */
static bool
admit_peer_line(unsigned topic, unsigned *missed)
{
	struct peer_lines *lines = &peer_lines[topic % SW_LOG_TOPICS];
	struct timespec now;
	bool admitted;

	*missed = 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&peer_lock);
	if (lines->count == 0 || now.tv_sec - lines->since >= PEER_SECONDS) {
		if (lines->count > PEER_LINES)
			*missed = lines->count - PEER_LINES;
		lines->since = now.tv_sec;
		lines->count = 0;
	}
	admitted = ++lines->count <= PEER_LINES;
	pthread_mutex_unlock(&peer_lock);
	return admitted;
}

void
sw_log_peer(enum sw_log_level level, unsigned topic, const char *format, ...)
{
	va_list arguments;
	unsigned missed;

	if (!admit_peer_line(topic, &missed))
		return;
	if (missed > 0)
		sw_log(level, "lines like the next left out count=%u", missed);
	va_start(arguments, format);
	put_line(level, format, arguments);
	va_end(arguments);
}
