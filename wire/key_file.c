/* Key files: the pseudonyms' secret, read with care for who else could. */
#include "senderwatch/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGITS (2 * SW_KEY_SIZE)

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

static bool
parse_key(const char *text, size_t length, uint8_t key[SW_KEY_SIZE])
{
	if (length != DIGITS && !(length == DIGITS + 1 && text[DIGITS] == '\n'))
		return false;
	for (size_t i = 0; i < SW_KEY_SIZE; i++) {
		int high = digit_value(text[2 * i]);
		int low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
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

enum sw_result
sw_key_read(const char *path, uint8_t key[SW_KEY_SIZE], const char **reason)
{
	char text[DIGITS + 2];	/* room to see that a file is too long */
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
	length = read_all(fd, text, sizeof(text));
	if (length < 0) {
		*reason = "it can't be read";
		goto out;
	}
	if (!parse_key(text, (size_t)length, key)) {
		*reason = "it does not hold 64 hex digits and nothing else";
		explicit_bzero(key, SW_KEY_SIZE);
		result = SW_ERR_INVALID;
		goto out;
	}
	result = SW_OK;
out:
	saved = errno;
	explicit_bzero(text, sizeof(text));
	close(fd);
	errno = saved;
	return result;
}
