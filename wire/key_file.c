/* Key files: the pseudonyms' secret, read with care for who else could. */
#include "senderwatch/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DIGITS (2 * SW_KEY_SIZE)
#define UNTIL "\nuntil "
#define DATE_LENGTH 10

/* Nothing but reading and writing by the owner and reading by the group. */
#define MODE_ALLOWED (S_IRUSR | S_IWUSR | S_IRGRP)

/* errno is 0 where the file, not the system, is to blame. */
static const char *
check_status(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return "its mode can't be read";
	errno = 0;
	if (!S_ISREG(status.st_mode))
		return "it is not a regular file";
	if ((status.st_mode & S_IRWXO) != 0)
		return "others may access it: set its mode to 0600 or 0640";
	if ((status.st_mode & 07777 & ~MODE_ALLOWED) != 0)
		return "its mode is neither 0600 nor 0640 nor stricter";
	return NULL;
}

static int
digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* Digits only: what follows them is the caller's to judge. */
static bool
parse_key(const char *text, uint8_t key[SW_KEY_SIZE])
{
	for (size_t i = 0; i < SW_KEY_SIZE; i++) {
		int high = digit_value(text[2 * i]);
		int low = high < 0 ? -1 : digit_value(text[2 * i + 1]);

		if (low < 0)
			return false;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Read until the buffer is full or the file ends. */
static ssize_t
read_all(int fd, char *buffer, size_t size)
{
	size_t used = 0;

	while (used < size) {
		ssize_t got = read(fd, buffer + used, size - used);

		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			return -1;
		if (got > 0)
			used += (size_t)got;
	}
	return (ssize_t)used;
}

/*
 * Open, check, read and parse; what follows the digits into rest, with NUL at
 * its end. There must be fewer than size bytes of it, and no NUL.
 */
static enum sw_result
read_file(const char *path, uint8_t key[SW_KEY_SIZE], char *rest, size_t size,
    const char *shape, const char **reason)
{
	char text[DIGITS + 64] = { 0 };
	enum sw_result result = SW_ERR_SYSTEM;
	ssize_t length;
	int fd, saved;

	memset(key, 0, SW_KEY_SIZE);
	/* Non-blocking: opening a FIFO must not wait for its writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		*reason = "it can't be opened";
		return SW_ERR_SYSTEM;
	}
	*reason = check_status(fd);
	if (*reason != NULL) {
		if (errno == 0)
			result = SW_ERR_INVALID;
		goto out;
	}
	length = read_all(fd, text, DIGITS + size);
	if (length < 0) {
		*reason = "it can't be read";
		goto out;
	}
	*reason = shape;
	result = SW_ERR_INVALID;
	if ((size_t)length < DIGITS || (size_t)length >= DIGITS + size ||
	    memchr(text, '\0', (size_t)length) != NULL || !parse_key(text, key))
		goto out;
	memcpy(rest, text + DIGITS, (size_t)length - DIGITS + 1);
	result = SW_OK;
out:
	saved = errno;
	explicit_bzero(text, sizeof(text));
	if (result != SW_OK)
		explicit_bzero(key, SW_KEY_SIZE);
	close(fd);
	errno = saved;
	return result;
}

enum sw_result
sw_key_read(const char *path, uint8_t key[SW_KEY_SIZE], const char **reason)
{
	static const char shape[] =
	    "it does not hold 64 hex digits and nothing else";
	char rest[4];
	enum sw_result result = read_file(path, key, rest, sizeof(rest), shape,
	    reason);

	if (result == SW_OK && rest[0] != '\0' && strcmp(rest, "\n") != 0) {
		explicit_bzero(key, SW_KEY_SIZE);
		*reason = shape;
		result = SW_ERR_INVALID;
	}
	return result;
}

enum sw_result
sw_key_read_old(const char *path, uint8_t key[SW_KEY_SIZE], uint32_t *last_day,
    const char **reason)
{
	static const char shape[] = "it does not hold 64 hex digits and a line "
	    "\"until YYYY-MM-DD\"";
	char rest[sizeof(UNTIL) + DATE_LENGTH + 4];
	enum sw_result result = read_file(path, key, rest, sizeof(rest), shape,
	    reason);
	size_t length;

	if (result != SW_OK)
		return result;
	length = strlen(rest);
	if (length > 0 && rest[length - 1] == '\n')
		rest[length - 1] = '\0';
	if (strncmp(rest, UNTIL, strlen(UNTIL)) == 0 &&
	    sw_date_parse(rest + strlen(UNTIL), last_day))
		return SW_OK;
	explicit_bzero(key, SW_KEY_SIZE);
	*reason = shape;
	return SW_ERR_INVALID;
}

char *
sw_key_old_path(const char *path)
{
	char *old;

	return asprintf(&old, "%s.old", path) < 0 ? NULL : old;
}

static bool
overwrite(int fd, size_t size)
{
	static const char zeros[256];
	size_t done = 0;

	while (done < size) {
		size_t part = size - done < sizeof(zeros) ? size - done :
		    sizeof(zeros);
		ssize_t written = write(fd, zeros, part);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0)
			done += (size_t)written;
	}
	return fsync(fd) == 0;
}

enum sw_result
sw_key_destroy(const char *path)
{
	enum sw_result result = SW_ERR_SYSTEM;
	struct stat status;
	int saved, fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK | O_NOFOLLOW);

	if (fd < 0)
		return SW_ERR_SYSTEM;
	if (fstat(fd, &status) != 0)
		goto out;
	if (!S_ISREG(status.st_mode)) {
		errno = EINVAL;
		goto out;
	}
	if (overwrite(fd, (size_t)status.st_size) && unlink(path) == 0)
		result = SW_OK;
out:
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

bool
sw_date_parse(const char *text, uint32_t *day)
{
	char again[SW_DATE_SIZE];
	struct tm parts = { .tm_hour = 12 };
	time_t when;

	if (strlen(text) != DATE_LENGTH || sscanf(text, "%4d-%2d-%2d",
	    &parts.tm_year, &parts.tm_mon, &parts.tm_mday) != 3)
		return false;
	parts.tm_year -= 1900;
	parts.tm_mon--;
	when = timegm(&parts);
	if (when < 0)
		return false;
	/* timegm() takes the 31st of February for a day of March. */
	sw_date_print((uint32_t)(when / 86400), again);
	if (strcmp(text, again) != 0)
		return false;
	*day = (uint32_t)(when / 86400);
	return true;
}

void
sw_date_print(uint32_t day, char text[SW_DATE_SIZE])
{
	time_t when = (time_t)day * 86400;
	struct tm parts;

	text[0] = '\0';
	if (gmtime_r(&when, &parts) != NULL)
		strftime(text, SW_DATE_SIZE, "%Y-%m-%d", &parts);
}

void
sw_key_id_text(const uint8_t id[SW_KEY_ID_SIZE],
    char text[2 * SW_KEY_ID_SIZE + 1])
{
	for (size_t i = 0; i < SW_KEY_ID_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
}
