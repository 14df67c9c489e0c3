/* senderwatch key: the secret behind the pseudonyms. */
#include <getopt.h>
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
    "rotate   put a new key into FILE and keep the old one in FILE.old, so that\n"
    "         resolvers that have both files emit everything under both.\n\n"
    "  --until YYYY-MM-DD  the last day of both; default: the end of next month\n"
    "  --finish            destroy FILE.old when that day is over everywhere on\n"
    "                      earth; if there is nothing to do, do nothing\n"
    "  --now               destroy it at once\n"
    "  --help              this text\n\n"
    "The key is all that hides names: keep it on the resolvers, and nowhere\n"
    "else. After new or rotate, copy the files to all resolvers that share the\n"
    "key, with owner, group and mode, and reload Unbound there.\n\n"
    "Exit status: 0 if all went well, 1 if a file can't be written, read or\n"
    "trusted, 2 if the command line makes no sense.\n";

struct options {
	const char *until;
	bool finish;
	bool now;
	bool help;
};

enum { OPTION_UNTIL = 256, OPTION_FINISH, OPTION_NOW };

static const struct option long_options[] = {
	{ "until", required_argument, NULL, OPTION_UNTIL },
	{ "finish", no_argument, NULL, OPTION_FINISH },
	{ "now", no_argument, NULL, OPTION_NOW },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

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

static bool
take_options(struct options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options,
	    NULL)) != -1) {
		switch (option) {
		case OPTION_UNTIL:
			options->until = optarg;
			break;
		case OPTION_FINISH:
			options->finish = true;
			break;
		case OPTION_NOW:
			options->now = true;
			break;
		case 'h':
			options->help = true;
			return true;
		default:
			return false;
		}
	}
	if (options->now && !options->finish)
		sw_say("--now goes with --finish");
	else if (options->until != NULL && options->finish)
		sw_say("--until does not go with --finish");
	else
		return true;
	return false;
}

/* What to do with a file; usage where there is no such thing. */
static int
act(const char *action, const char *path, const struct options *options)
{
	bool plain = options->until == NULL && !options->finish;

	if (strcmp(action, "new") == 0 && plain)
		return new_key(path);
	if (strcmp(action, "show-id") == 0 && plain)
		return show_id(path);
	if (strcmp(action, "rotate") == 0)
		return options->finish ? sw_key_finish(path, options->now) :
		    sw_key_rotate(path, options->until);
	sw_say("key %s: there is no such thing", action);
	return SW_EXIT_USAGE;
}

int
sw_verb_key(int argc, char **argv)
{
	struct options options = { .until = NULL };

	if (!take_options(&options, argc, argv))
		return SW_EXIT_USAGE;
	if (options.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	if (argc - optind != 2) {
		sw_say("key takes what to do, and a file");
		return SW_EXIT_USAGE;
	}
	return act(argv[optind], argv[optind + 1], &options);
}
