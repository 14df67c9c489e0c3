/*
 * senderwatch audit: everything that leaves a resolver, in words, for whoever
 * must be able to check it.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstrm.h>

#include "audit.h"
#include "audit_legend.h"
#include "message.h"
#include "senderwatch/settings.h"
#include "senderwatch/stream.h"
#include "verbs.h"

#define TIMEOUT_MS 30000
#define COUNT_MAX 1000000000

static const char help[] =
    "Usage: senderwatch audit [--json] FILE\n"
    "       senderwatch audit [--json] --listen SOCKET [--forward SOCKET]\n"
    "           [--count N]\n\n"
    "Prints all that a module sends, field by field, and first what each field\n"
    "means.\n\n"
    "FILE is a Frame Streams file: a capture (fstrm_capture -t\n"
    "protobuf:senderwatch.Frame) or a file of a module's spool.\n\n"
    "  --listen SOCKET   stand in for the collector on this unix socket, and\n"
    "                    print what comes. Nothing is acknowledged, so that the\n"
    "                    module keeps it and sends it again, unless:\n"
    "  --forward SOCKET  hand it on to the real collector there, and acknowledge\n"
    "                    what that acknowledges: a tap of the living stream\n"
    "  --count N         end after N streams (1; 0: never)\n"
    "  --json            a line with an object for each batch, and nothing else\n"
    "  --help            this text\n\n"
    "Exit status: 0 if all was understood and nothing else was there, 1 if not, or\n"
    "if it could not be read, 2 if the command line makes no sense.\n";

struct audit {
	const char *listen;	/* sockets, or NULL */
	const char *forward;
	unsigned long count;	/* of streams; 0: no end */
	bool json;
	bool help;
};

enum { OPTION_COUNT = 256, OPTION_FORWARD, OPTION_JSON, OPTION_LISTEN };

static const struct option long_options[] = {
	{ "count", required_argument, NULL, OPTION_COUNT },
	{ "forward", required_argument, NULL, OPTION_FORWARD },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "listen", required_argument, NULL, OPTION_LISTEN },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

/* What is known of a frame besides what its batch says. */
struct rest {
	size_t length;
	size_t unknown_fields;
	bool nothing_else;
};

/*
 * Is what the batch says all that the frame holds? Then it comes out the same
 * when it is made of that anew: nothing is said twice, or hidden behind a NUL.
 */
static bool
is_all(const struct sw_batch *batch, const uint8_t *frame, size_t length)
{
	uint8_t *again = NULL;
	size_t again_length;
	bool all = sw_frame_encode(batch, &again, &again_length) == SW_OK &&
	    again_length == length && memcmp(again, frame, length) == 0;

	free(again);
	return all;
}

static void
print_words(const struct sw_batch *batch, const struct rest *rest)
{
	sw_audit_write(stdout, batch);
	printf("  fields that this program does not know: %zu\n"
	    "  the %zu bytes of this frame hold the above and %s\n",
	    rest->unknown_fields, rest->length,
	    rest->nothing_else ? "nothing else" : "SOMETHING ELSE");
}

/* An object a line, for programs that read them as they come. */
static bool
print_json(const struct sw_batch *batch, const struct rest *rest)
{
	json_t *object = sw_audit_json(batch);
	bool done = object != NULL && json_object_set_new(object,
	    "unknown_fields", json_integer((json_int_t)
	    rest->unknown_fields)) == 0 && json_object_set_new(object,
	    "nothing_else", json_boolean(rest->nothing_else)) == 0 &&
	    json_dumpf(object, stdout, JSON_COMPACT) == 0 &&
	    putchar('\n') != EOF;

	json_decref(object);
	if (!done)
		sw_say("a batch can't be written as JSON");
	return done;
}

/* Print a frame; false if it holds anything that this program can't name. */
static bool
print_frame(const struct audit *audit, const uint8_t *frame, size_t length)
{
	struct sw_decoded_batch *decoded = NULL;
	const struct sw_batch *batch;
	struct rest rest = { .length = length };
	const char *reason;
	bool named = true;

	/* libfstrm's way to pass over one that is too long. */
	if (frame == NULL) {
		sw_say("a frame is longer than %u bytes", SW_FRAME_MAX);
		return false;
	}
	if (sw_frame_decode(frame, length, &decoded, &reason) != SW_OK) {
		sw_say("a frame of %zu bytes can't be read: %s", length,
		    reason);
		return false;
	}
	batch = sw_decoded_batch(decoded);
	rest.unknown_fields = sw_decoded_batch_unknown_fields(decoded);
	rest.nothing_else = is_all(batch, frame, length);
	if (!audit->json)
		print_words(batch, &rest);
	else if (!print_json(batch, &rest))
		named = false;
	if (rest.unknown_fields > 0)
		sw_say("%zu fields are of a newer version: use its audit",
		    rest.unknown_fields);
	else if (!rest.nothing_else)
		sw_say("a frame holds more than its fields say, or says it in "
		    "another way");
	sw_decoded_batch_free(&decoded);
	return named && rest.nothing_else;
}

/* The bytes of the control frame of that kind that was read, or 0. */
static size_t
control_size(struct fstrm_reader *reader, fstrm_control_type type)
{
	const struct fstrm_control *control = NULL;
	size_t size = 0;

	if (fstrm_reader_get_control(reader, type, &control) !=
	    fstrm_res_success || control == NULL ||
	    fstrm_control_encoded_size(control, &size,
	    FSTRM_CONTROL_FLAG_WITH_HEADER) != fstrm_res_success)
		return 0;
	return size;
}

/*
 * Is the stream all that the file holds? It ends with STOP, and libfstrm reads
 * no further; nor does it mind what is no data between the frames.
 */
static bool
is_all_of_file(struct fstrm_reader *reader, const char *path, uint64_t frames)
{
	uint64_t stop = control_size(reader, FSTRM_CONTROL_STOP);
	uint64_t used = control_size(reader, FSTRM_CONTROL_START) + frames +
	    stop;
	struct stat status;

	if (stop == 0) {
		sw_say("%s: the stream has no end: it was cut off", path);
		return false;
	}
	if (stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	    (uint64_t)status.st_size != used) {
		sw_say("%s: besides its stream it holds SOMETHING ELSE, %lld "
		    "bytes", path, (long long)status.st_size -
		    (long long)used);
		return false;
	}
	return true;
}

static int
audit_file(const struct audit *audit, const char *path)
{
	int status = SW_EXIT_OK;
	struct fstrm_reader *reader = sw_stream_file_reader(path);
	const uint8_t *frame = NULL;
	size_t length = 0;
	uint64_t frames = 0;
	fstrm_res got = fstrm_res_failure;

	if (reader != NULL && fstrm_reader_open(reader) == fstrm_res_success) {
		while ((got = fstrm_reader_read(reader, &frame, &length)) ==
		    fstrm_res_success) {
			if (!print_frame(audit, frame, length))
				status = SW_EXIT_FAILURE;
			frames += sizeof(uint32_t) + length;
			frame = NULL;
		}
	}
	if (got != fstrm_res_stop) {
		sw_say("%s: no Frame Streams file of %s, or cut off", path,
		    SW_CONTENT_TYPE);
		status = SW_EXIT_FAILURE;
	} else if (!is_all_of_file(reader, path, frames)) {
		status = SW_EXIT_FAILURE;
	}
	fstrm_reader_destroy(&reader);
	return status;
}

/* Hand a frame on; true once it is acknowledged. */
static bool
forward_frame(const char *path, const uint8_t *frame, size_t length)
{
	const struct sw_stream_options options = { .operation_ms = TIMEOUT_MS };
	struct fstrm_rdwr *rdwr = NULL;
	struct sw_stream *stream = NULL;
	int fd;
	enum sw_result result = sw_unix_connect(path, TIMEOUT_MS, &fd);

	if (result == SW_OK)
		result = sw_stream_new(fd, &options, &rdwr, &stream);
	if (result == SW_OK)
		result = sw_stream_deliver(&rdwr, stream, frame, length);
	if (result != SW_OK)
		sw_say("can't hand on to %s: %s", path,
		    sw_result_text(result));
	return result == SW_OK;
}

/*
 * One sender's stream. What is not handed on must not be acknowledged, and
 * destroying a reader would do so: hence the abort.
 */
static int
audit_stream(const struct audit *audit, int fd)
{
	const struct sw_stream_options options = { .operation_ms = TIMEOUT_MS };
	struct fstrm_reader_options *reader_options;
	struct fstrm_rdwr *rdwr = NULL;
	struct sw_stream *stream = NULL;
	struct fstrm_reader *reader;
	const uint8_t *frame = NULL;
	size_t length = 0;
	bool kept = audit->forward != NULL, whole;
	int status = SW_EXIT_OK;
	fstrm_res got;

	if (sw_stream_new(fd, &options, &rdwr, &stream) != SW_OK)
		return SW_EXIT_FAILURE;
	reader_options = fstrm_reader_options_init();
	fstrm_reader_options_add_content_type(reader_options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	fstrm_reader_options_set_max_frame_size(reader_options, SW_FRAME_MAX);
	reader = fstrm_reader_init(reader_options, &rdwr);
	fstrm_reader_options_destroy(&reader_options);
	while ((got = fstrm_reader_read(reader, &frame, &length)) ==
	    fstrm_res_success) {
		if (!print_frame(audit, frame, length))
			status = SW_EXIT_FAILURE;
		if (kept)
			kept = frame != NULL && forward_frame(audit->forward,
			    frame, length);
		frame = NULL;
	}
	/* To libfstrm, a peer that is gone has stopped, too. */
	whole = got == fstrm_res_stop &&
	    control_size(reader, FSTRM_CONTROL_STOP) > 0;
	if (!whole) {
		sw_say("a stream ended early, or was none: %s",
		    sw_stream_error(stream) == SW_OK ? "it is no Frame Streams "
		    "of " SW_CONTENT_TYPE " up to its end" :
		    sw_result_text(sw_stream_error(stream)));
		status = SW_EXIT_FAILURE;
	}
	if (!kept || !whole)
		sw_stream_abort(stream);
	fstrm_reader_destroy(&reader);
	return status;
}

static int
audit_socket(const struct audit *audit)
{
	int listener, status = SW_EXIT_OK;

	if (sw_unix_listen(audit->listen, 0660, &listener) != SW_OK) {
		sw_say("can't listen on %s: %s", audit->listen,
		    strerror(errno));
		return SW_EXIT_FAILURE;
	}
	for (unsigned long done = 0; audit->count == 0 || done < audit->count;
	    done++) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0) {
			sw_say("can't accept: %s", strerror(errno));
			status = SW_EXIT_FAILURE;
			break;
		}
		if (audit_stream(audit, fd) != SW_EXIT_OK)
			status = SW_EXIT_FAILURE;
		fflush(stdout);
	}
	close(listener);
	unlink(audit->listen);
	return status;
}

static bool
take_options(struct audit *audit, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options,
	    NULL)) != -1) {
		switch (option) {
		case OPTION_COUNT:
			if (sw_setting_unsigned(optarg, 0, COUNT_MAX,
			    &audit->count))
				break;
			sw_say("--count takes a number");
			return false;
		case OPTION_FORWARD:
			audit->forward = optarg;
			break;
		case OPTION_JSON:
			audit->json = true;
			break;
		case OPTION_LISTEN:
			audit->listen = optarg;
			break;
		case 'h':
			audit->help = true;
			return true;
		default:
			return false;
		}
	}
	return true;
}

int
sw_verb_audit(int argc, char **argv)
{
	struct audit audit = { .count = 1 };

	if (!take_options(&audit, argc, argv))
		return SW_EXIT_USAGE;
	if (audit.help) {
		fputs(help, stdout);
		return SW_EXIT_OK;
	}
	if (audit.listen != NULL ? optind == argc : audit.forward == NULL &&
	    optind == argc - 1) {
		if (!audit.json)
			sw_audit_legend(stdout);
		return audit.listen != NULL ? audit_socket(&audit) :
		    audit_file(&audit, argv[optind]);
	}
	sw_say(audit.listen == NULL && audit.forward == NULL ?
	    "audit takes one file, or --listen SOCKET" :
	    "--forward goes with --listen, and neither with a file");
	return SW_EXIT_USAGE;
}
