/* senderwatch key: the secret behind the pseudonyms. */

#include <stdio.h>
#include <string.h>

#include "key_rotate.h"
#include "key_write.h"
#include "message.h"
#include "senderwatch/key_file.h"
#include "verbs.h"

static const char help[] =
    "Usage: senderwatch key new FILE\n"
    "       senderwatch key show-id FILE\n"
    "       senderwatch key rotate [--until YYYY-MM-DD] FILE\n"
    "       senderwatch key rotate --finish [--now] FILE\n\n"
    "new      write a new random key to FILE, which must not be there yet. Only\n"
    "         its owner may read it; chmod 0640 lets its group read it too.\n"
    "show-id  print the id of the key in FILE: it tells keys apart and reveals\n"
    "         nothing. Refuses a file that others could read or write.\n"
    "rotate   put a new key into FILE and keep the old one in FILE.old. Up to\n"
    "         and with the day --until, the end of next month if not given,\n"
    "         resolvers that have both files emit everything under both.\n"
    "         --finish destroys FILE.old when that day is over everywhere on\n"
    "         earth, or with --now at once; if there is nothing to do, it does\n"
    "         nothing.\n\n"
    "The key is all that hides names: keep it on the resolvers, and nowhere\n"
    "else. After new or rotate, copy the files to all resolvers that share the\n"
    "key, with owner, group and mode, and reload Unbound there.\n\n"
    "Exit status: 0 if all went well, 1 if a file can't be written, read or\n"
    "trusted, 2 if the command line makes no sense.\n";

static int
new_key(const char *path)
{
	const struct sw_key_owner owner = { .mode = 0600 };
	uint8_t key[SW_KEY_SIZE];
	int status = SW_EXIT_FAILURE;

	if (sw_key_make(key))
		status = sw_key_write(path, key, NULL, &owner) ? SW_EXIT_OK :
		    SW_EXIT_FAILURE;
	explicit_bzero(key, sizeof(key));
	return status;
}

static int
show_id(const char *path)
{
	char text[2 * SW_KEY_ID_SIZE + 1];
	uint8_t key[SW_KEY_SIZE], id[SW_KEY_ID_SIZE];
	const char *reason;
	enum sw_result result = sw_key_read(path, key, &reason);

	if (result != SW_OK) {
		sw_key_complain(path, result, reason);
		return SW_EXIT_FAILURE;
	}
	result = sw_key_id(key, id);
	explicit_bzero(key, sizeof(key));
	if (result != SW_OK) {
		sw_say("can't compute the key's id: %s", sw_result_text(result));
		return SW_EXIT_FAILURE;
	}
	sw_key_id_text(id, text);
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
	if (argc >= 3 && strcmp(argv[1], "rotate") == 0) {
		int status = sw_key_rotate_command(argc - 2, argv + 2);

		if (status != SW_EXIT_USAGE)
			return status;
	}
	fputs(help, stderr);
	return SW_EXIT_USAGE;
}
