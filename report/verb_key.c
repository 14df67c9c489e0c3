/* senderwatch key: the secret behind the pseudonyms. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "message.h"
#include "senderwatch/key_file.h"
#include "verbs.h"

#define LINE_SIZE (2 * SW_KEY_SIZE + 1)

static const char help[] =
    "Usage: senderwatch key new FILE\n"
    "       senderwatch key show-id FILE\n\n"
    "new      write a new random key to FILE, which must not be there yet. Only\n"
    "         its owner may read it; chmod 0640 lets its group read it too.\n"
    "show-id  print the id of the key in FILE: it tells keys apart and reveals\n"
    "         nothing. Refuses a file that others could read or write.\n\n"
    "The key is all that hides names: keep it on the resolvers, and nowhere\n"
    "else.\n\n"
    "Exit status: 0 if all went well, 1 if the file can't be written, read or\n"
    "trusted, 2 if the command line makes no sense.\n";

static void
to_hex(const uint8_t *bytes, size_t length, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
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

static int
write_key(const char *path, const char line[LINE_SIZE])
{
	bool written;
	int fd, saved;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd < 0) {
		sw_say("can't create key file %s: %s", path, strerror(errno));
		return SW_EXIT_FAILURE;
	}
	written = write_all(fd, line, LINE_SIZE) && fsync(fd) == 0;
	saved = errno;
	if (close(fd) != 0 && written) {
		written = false;
		saved = errno;
	}
	if (written)
		return SW_EXIT_OK;
	/* Half a key is none. */
	unlink(path);
	sw_say("can't write key file %s: %s", path, strerror(saved));
	return SW_EXIT_FAILURE;
}

static int
new_key(const char *path)
{
	uint8_t key[SW_KEY_SIZE];
	char line[LINE_SIZE];
	int status = SW_EXIT_FAILURE;

	if (getrandom(key, sizeof(key), 0) == (ssize_t)sizeof(key)) {
		to_hex(key, sizeof(key), line);
		line[LINE_SIZE - 1] = '\n';
		status = write_key(path, line);
	} else {
		sw_say("no random numbers: %s", strerror(errno));
	}
	explicit_bzero(key, sizeof(key));
	explicit_bzero(line, sizeof(line));
	return status;
}

static int
show_id(const char *path)
{
	char text[2 * SW_KEY_ID_SIZE + 1] = { 0 };
	uint8_t key[SW_KEY_SIZE], id[SW_KEY_ID_SIZE];
	const char *reason;
	enum sw_result result = sw_key_read(path, key, &reason);

	if (result != SW_OK) {
		sw_say("key file %s: %s%s%s", path, reason,
		    result == SW_ERR_SYSTEM ? ": " : "",
		    result == SW_ERR_SYSTEM ? strerror(errno) : "");
		return SW_EXIT_FAILURE;
	}
	result = sw_key_id(key, id);
	explicit_bzero(key, sizeof(key));
	if (result != SW_OK) {
		sw_say("can't compute the key's id: %s", sw_result_text(result));
		return SW_EXIT_FAILURE;
	}
	to_hex(id, sizeof(id), text);
	puts(text);
	return SW_EXIT_OK;
}

int
sw_verb_key(int argc, char **argv)
{
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	if (argc == 3 && strcmp(argv[1], "new") == 0)
		return new_key(argv[2]);
	if (argc == 3 && strcmp(argv[1], "show-id") == 0)
		return show_id(argv[2]);
	fputs(help, stderr);
	return SW_EXIT_USAGE;
}
