/* Making keys and writing key files. */
#include "key_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "senderwatch/key_file.h"

#define TEXT_SIZE (2 * SW_KEY_SIZE + sizeof("\nuntil \n") + SW_DATE_SIZE)

bool
sw_key_make(uint8_t key[SW_KEY_SIZE])
{
	if (getrandom(key, SW_KEY_SIZE, 0) == SW_KEY_SIZE)
		return true;
	sw_say("no random numbers: %s", strerror(errno));
	return false;
}

static void
print_key(const uint8_t key[SW_KEY_SIZE], const uint32_t *last_day,
    char text[TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char date[SW_DATE_SIZE];

	for (size_t i = 0; i < SW_KEY_SIZE; i++) {
		*text++ = digits[key[i] >> 4];
		*text++ = digits[key[i] & 15];
	}
	strcpy(text, "\n");
	if (last_day == NULL)
		return;
	sw_date_print(*last_day, date);
	snprintf(text, TEXT_SIZE - 2 * SW_KEY_SIZE, "\nuntil %s\n", date);
}

static bool
write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, text, length);

		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			text += written;
			length -= (size_t)written;
		}
	}
	return true;
}

/* Owner before mode: changing the first may cut the second. */
static bool
hand_over(int fd, const struct sw_key_owner *owner)
{
	return (!owner->change || fchown(fd, owner->user, owner->group) == 0) &&
	    fchmod(fd, owner->mode) == 0;
}

bool
sw_key_write(const char *path, const uint8_t key[SW_KEY_SIZE],
    const uint32_t *last_day, const struct sw_key_owner *owner)
{
	char text[TEXT_SIZE];
	bool written;
	int fd, saved;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd < 0) {
		sw_say("can't create key file %s: %s", path, strerror(errno));
		return false;
	}
	print_key(key, last_day, text);
	written = hand_over(fd, owner) &&
	    write_all(fd, text, strlen(text)) && fsync(fd) == 0;
	saved = errno;
	explicit_bzero(text, sizeof(text));
	if (close(fd) != 0 && written) {
		written = false;
		saved = errno;
	}
	if (written)
		return true;
	/* Half a key is none. */
	unlink(path);
	sw_say("can't write key file %s: %s", path, strerror(saved));
	return false;
}

void
sw_key_complain(const char *path, enum sw_result result, const char *reason)
{
	sw_say("key file %s: %s%s%s", path, reason,
	    result == SW_ERR_SYSTEM ? ": " : "",
	    result == SW_ERR_SYSTEM ? strerror(errno) : "");
}
