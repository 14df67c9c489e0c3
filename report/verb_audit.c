/*
 * senderwatch audit: everything that leaves a resolver, in words, for whoever
 * must be able to check it.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <fstrm.h>

#include "explain.h"
#include "message.h"
#include "senderwatch/codec.h"
#include "senderwatch/settings.h"
#include "senderwatch/stream.h"
#include "verbs.h"

#define TIMEOUT_MS 30000

static const char help[] =
    "Usage: senderwatch audit FILE\n"
    "       senderwatch audit --listen SOCKET [--forward SOCKET] [--count N]\n\n"
    "Prints all that a module sends, field by field.\n\n"
    "FILE is a Frame Streams file: a capture (fstrm_capture -t\n"
    "protobuf:senderwatch.Frame) or a file of a module's spool.\n\n"
    "  --listen SOCKET   stand in for the collector on this unix socket, and\n"
    "                    print what comes. Nothing is acknowledged, so that the\n"
    "                    module keeps it and sends it again, unless:\n"
    "  --forward SOCKET  hand it on to the real collector there, and acknowledge\n"
    "                    what that acknowledges: a tap of the living stream\n"
    "  --count N         end after N streams (1; 0: never)\n\n"
    "Exit status: 0 if all was understood, 1 if something was not, or could not\n"
    "be read, 2 if the command line makes no sense.\n";

static void
print_hex(const char *label, const uint8_t *bytes, size_t length,
    const char *note)
{
	printf("%s", label);
	for (size_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
	printf("%s\n", note);
}

static void
print_day(uint32_t day)
{
	time_t seconds = (time_t)day * 86400;
	struct tm parts;
	char text[32] = "out of range";

	if (gmtime_r(&seconds, &parts) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d", &parts);
	printf("%s", text);
}

static void
print_observation(const struct sw_batch *batch,
    const struct sw_observation *observation)
{
	const struct sw_group *group = &batch->groups[observation->group];

	printf("  observation\n");
	print_hex("    subject     ", observation->subject, SW_PSEUDONYM_SIZE,
	    " (pseudonym of a registrable domain)");
	printf("    name        %s\n", observation->name != NULL ?
	    observation->name : "not sent");
	printf("    registered  under %s", group->suffix);
	if (group->type[0] != '\0')
		printf(", type %s of %s", group->type, group->registry);
	printf("\n    mechanism   %s\n", sw_mechanism_text(
	    (enum sw_mechanism)observation->mechanism));
	printf("    outcome     %s\n",
	    sw_outcome_text((enum sw_outcome)observation->outcome));
	printf("    features    ");
	sw_explain_features(stdout, (enum sw_mechanism)observation->mechanism,
	    observation->features);
	printf("\n");
	print_hex("    digest      ", observation->digest, SW_DIGEST_SIZE,
	    " (keyed, of subject and record)");
	printf("    DNSSEC      %s\n",
	    sw_dnssec_text((enum sw_dnssec)observation->dnssec));
	printf("    seen on     ");
	print_day(observation->day);
	for (unsigned i = 0; i < 8; i++) {
		if ((observation->earlier >> i & 1) != 0) {
			printf(", ");
			print_day(observation->day - (i + 1));
		}
	}
	printf("\n");
}

static void
print_batch(const struct sw_batch *batch)
{
	printf("batch %" PRIu64 "\n", batch->sequence);
	print_hex("  instance      ", batch->instance, SW_INSTANCE_SIZE,
	    " (random, new at each start of the module)");
	print_hex("  key id        ", batch->key_id, SW_KEY_ID_SIZE,
	    " (zeros: plain names without a key)");
	printf("  resolver      %s\n", batch->resolver);
	printf("  software      %s\n", batch->software);
	printf("  sent on       ");
	print_day(batch->sent_day);
	printf("\n  counters     ");
#define PRINT(name) printf(" " #name "=%" PRIu64, batch->counters.name);
	SW_FOR_EACH_COUNTER(PRINT)
#undef PRINT
	printf("\n  suffixes      %zu, named below\n", batch->group_count);
	for (size_t i = 0; i < batch->observation_count; i++)
		print_observation(batch, &batch->observations[i]);
}

/* Print a frame; false if it holds anything that this program can't name. */
static bool
print_frame(const uint8_t *frame, size_t length)
{
	struct sw_decoded_batch *decoded = NULL;
	const char *reason;
	size_t unknown;

	if (sw_frame_decode(frame, length, &decoded, &reason) != SW_OK) {
		printf("a frame of %zu bytes that can't be read: %s\n", length,
		    reason);
		sw_say("a frame can't be read: %s", reason);
		return false;
	}
	print_batch(sw_decoded_batch(decoded));
	unknown = sw_decoded_batch_unknown_fields(decoded);
	printf("  fields that this program does not know: %zu\n", unknown);
	if (unknown > 0)
		sw_say("%zu fields are of a newer version: use its audit",
		    unknown);
	sw_decoded_batch_free(&decoded);
	return unknown == 0;
}

static int
audit_file(const char *path)
{
	int status = SW_EXIT_OK;
	struct fstrm_file_options *file = fstrm_file_options_init();
	struct fstrm_reader_options *options = fstrm_reader_options_init();
	struct fstrm_reader *reader;
	const uint8_t *frame;
	size_t length;
	fstrm_res got = fstrm_res_failure;

	fstrm_file_options_set_file_path(file, path);
	fstrm_reader_options_add_content_type(options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	fstrm_reader_options_set_max_frame_size(options, SW_FRAME_MAX);
	reader = fstrm_file_reader_init(file, options);
	if (reader != NULL && fstrm_reader_open(reader) == fstrm_res_success) {
		while ((got = fstrm_reader_read(reader, &frame, &length)) ==
		    fstrm_res_success) {
			if (!print_frame(frame, length))
				status = SW_EXIT_FAILURE;
		}
	}
	if (got != fstrm_res_stop) {
		sw_say("%s: no Frame Streams file of %s, or cut off", path,
		    SW_CONTENT_TYPE);
		status = SW_EXIT_FAILURE;
	}
	fstrm_reader_destroy(&reader);
	fstrm_reader_options_destroy(&options);
	fstrm_file_options_destroy(&file);
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
audit_stream(int fd, const char *forward)
{
	const struct sw_stream_options options = { .operation_ms = TIMEOUT_MS };
	struct fstrm_reader_options *reader_options;
	struct fstrm_rdwr *rdwr = NULL;
	struct sw_stream *stream = NULL;
	struct fstrm_reader *reader;
	const uint8_t *frame;
	size_t length;
	bool kept = forward != NULL;
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
		if (!print_frame(frame, length))
			status = SW_EXIT_FAILURE;
		if (kept)
			kept = forward_frame(forward, frame, length);
	}
	if (got != fstrm_res_stop) {
		sw_say("a stream ended early: %s",
		    sw_result_text(sw_stream_error(stream)));
		status = SW_EXIT_FAILURE;
	}
	if (!kept || got != fstrm_res_stop)
		sw_stream_abort(stream);
	fstrm_reader_destroy(&reader);
	return status;
}

static int
audit_socket(const char *path, const char *forward, unsigned long count)
{
	int listener, status = SW_EXIT_OK;

	if (sw_unix_listen(path, 0660, &listener) != SW_OK) {
		sw_say("can't listen on %s: %s", path, strerror(errno));
		return SW_EXIT_FAILURE;
	}
	for (unsigned long done = 0; count == 0 || done < count; done++) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0) {
			sw_say("can't accept: %s", strerror(errno));
			status = SW_EXIT_FAILURE;
			break;
		}
		if (audit_stream(fd, forward) != SW_EXIT_OK)
			status = SW_EXIT_FAILURE;
		fflush(stdout);
	}
	close(listener);
	unlink(path);
	return status;
}

int
sw_verb_audit(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "forward", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "listen", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 }
	};
	const char *listen_path = NULL, *forward = NULL;
	unsigned long count = 1;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			if (sw_setting_unsigned(optarg, 0, 1000000000, &count))
				break;
			sw_say("--count takes a number");
			return SW_EXIT_USAGE;
		case 'f':
			forward = optarg;
			break;
		case 'l':
			listen_path = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return SW_EXIT_OK;
		default:
			return SW_EXIT_USAGE;
		}
	}
	if (listen_path != NULL && optind == argc)
		return audit_socket(listen_path, forward, count);
	if (listen_path == NULL && forward == NULL && optind == argc - 1)
		return audit_file(argv[optind]);
	fputs(help, stderr);
	return SW_EXIT_USAGE;
}
