/*
 * The real "senderwatch audit" on frames in which every field of the .proto, as
 * its descriptors tell them, has a value of its own: each must be printed, and
 * have its line of explanation. A new field is found by itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <fstrm.h>

#include "senderwatch/codec.h"
#include "senderwatch.pb-c.h"

#define EXPECTED_MAX 100

static char folder[] = "/tmp/senderwatch-audit-XXXXXX";

static struct expected {
	const char *field;
	char text[80];
} expected[EXPECTED_MAX];
static unsigned expected_count;
static unsigned number = 41000;		/* of the last value */

static void
expect(const char *field, const char *text)
{
	assert_in_range(expected_count, 0, EXPECTED_MAX - 1);
	expected[expected_count].field = field;
	snprintf(expected[expected_count].text, sizeof(expected->text), "%s",
	    text);
	expected_count++;
}

static void
expect_number(const char *field, unsigned long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu", value);
	expect(field, text);
}

static ProtobufCMessage *make(const ProtobufCMessageDescriptor *descriptor);

/* How a text must begin to be read at all. */
static const char *
beginning_of(const char *field)
{
	return strcmp(field, "suffix") == 0 ? "example.suffix-" :
	    strcmp(field, "registry") == 0 ? "registry-" :
	    strcmp(field, "type") == 0 ? "TYPE_" : "text ";
}

static void
set_string(const ProtobufCFieldDescriptor *field, char **value)
{
	assert_true(asprintf(value, "%s%u", beginning_of(field->name),
	    ++number) > 0);
	expect(field->name, *value);
}

static void
set_bytes(const ProtobufCFieldDescriptor *field, ProtobufCBinaryData *value)
{
	char hex[2 * 16 + 1];

	value->len = strcmp(field->name, "subject") == 0 ||
	    strcmp(field->name, "instance") == 0 ? 16 : 8;
	value->data = calloc(1, value->len);
	assert_non_null(value->data);
	number++;
	for (size_t i = 0; i < value->len; i++) {
		value->data[i] = (uint8_t)(number * 37 + i * 11);
		snprintf(hex + 2 * i, 3, "%02x", value->data[i]);
	}
	expect(field->name, hex);
}

/* Numbers whose values are not free, or that are printed as something else. */
static unsigned
number_of(const char *field)
{
	if (strcmp(field, "group") == 0) {
		expect(field, "group       0 (under");
		return 0;
	}
	if (strcmp(field, "day") == 0) {
		expect(field, "day         2026-11-30");
		return 20787;
	}
	if (strcmp(field, "sent_day") == 0) {
		expect(field, "2026-12-08");
		return 20795;
	}
	if (strcmp(field, "earlier") == 0) {
		expect(field, "2026-11-29 2026-11-22");
		return 0x81;
	}
	expect_number(field, ++number);
	return number;
}

static void
set_enum(const ProtobufCFieldDescriptor *field, int *value)
{
	const ProtobufCEnumDescriptor *descriptor = field->descriptor;
	const ProtobufCEnumValue *last =
	    &descriptor->values[descriptor->n_values - 1];

	/* Of mechanisms, one that has all eight features. */
	if (strcmp(field->name, "mechanism") == 0)
		last = protobuf_c_enum_descriptor_get_value_by_name(descriptor,
		    "SPF");
	*value = last->value;
	expect(field->name, last->name);
}

static void
set_one(const ProtobufCFieldDescriptor *field, void *at)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		set_string(field, at);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		set_bytes(field, at);
		break;
	case PROTOBUF_C_TYPE_UINT32:
		*(uint32_t *)at = number_of(field->name);
		break;
	case PROTOBUF_C_TYPE_UINT64:
		*(uint64_t *)at = number_of(field->name);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		set_enum(field, at);
		break;
	case PROTOBUF_C_TYPE_FIXED64:
		/* Values that have no word are printed as numbers. */
		assert_string_equal(field->name, "features");
		*(uint64_t *)at = UINT64_C(0xf8f7f6f5f4f3f2f1);
		for (unsigned value = 0xf1; value <= 0xf8; value++) {
			char text[8];

			snprintf(text, sizeof(text), "=%u", value);
			expect(field->name, text);
		}
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		*(ProtobufCMessage **)at = make(field->descriptor);
		break;
	default:
		fail_msg("field %s is of a type that this test does not know",
		    field->name);
	}
}

static ProtobufCMessage *
make(const ProtobufCMessageDescriptor *descriptor)
{
	ProtobufCMessage *message = calloc(1, descriptor->sizeof_message);

	assert_non_null(message);
	protobuf_c_message_init(descriptor, message);
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
		char *at = (char *)message + field->offset;
		char *quantifier = (char *)message + field->quantifier_offset;

		if (field->label == PROTOBUF_C_LABEL_REPEATED) {
			/* Two, of which observations use the first group only. */
			ProtobufCMessage **list = calloc(2, sizeof(*list));

			assert_int_equal(field->type, PROTOBUF_C_TYPE_MESSAGE);
			assert_non_null(list);
			set_one(field, &list[0]);
			set_one(field, &list[1]);
			*(size_t *)(void *)quantifier = 2;
			*(ProtobufCMessage ***)(void *)at = list;
			continue;
		}
		if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
			*(int *)(void *)quantifier = (int)field->id;
		set_one(field, at);
	}
	return message;
}

static void
write_file(const char *path, const uint8_t *frame, size_t length)
{
	struct fstrm_file_options *file = fstrm_file_options_init();
	struct fstrm_writer_options *options = fstrm_writer_options_init();
	struct fstrm_writer *writer;

	fstrm_file_options_set_file_path(file, path);
	fstrm_writer_options_add_content_type(options, SW_CONTENT_TYPE,
	    strlen(SW_CONTENT_TYPE));
	writer = fstrm_file_writer_init(file, options);
	assert_non_null(writer);
	assert_int_equal(fstrm_writer_write(writer, frame, length),
	    fstrm_res_success);
	assert_int_equal(fstrm_writer_close(writer), fstrm_res_success);
	fstrm_writer_destroy(&writer);
	fstrm_writer_options_destroy(&options);
	fstrm_file_options_destroy(&file);
}

/* Audit the file "frames"; what was printed is in *out. */
static int
audit_file(const char *how, char **out)
{
	const char *builddir = getenv("builddir");
	char *command;
	size_t size = 0;
	int status;
	FILE *file;

	if (builddir == NULL)
		fail_msg("%s", "the variable builddir must name the build folder");
	assert_true(asprintf(&command,
	    "'%s/senderwatch' audit %s frames >out 2>err", builddir, how) > 0);
	status = system(command);
	free(command);
	assert_true(WIFEXITED(status));
	file = fopen("out", "r");
	assert_non_null(file);
	*out = NULL;
	assert_true(getdelim(out, &size, '\0', file) > 0);
	fclose(file);
	return WEXITSTATUS(status);
}

/* Audit a frame. */
static int
audit(const char *how, const uint8_t *frame, size_t length, char **out)
{
	write_file("frames", frame, length);
	return audit_file(how, out);
}

static Senderwatch__Frame *
make_frame(void)
{
	expected_count = 0;
	return (Senderwatch__Frame *)make(&senderwatch__frame__descriptor);
}

static size_t
pack(const Senderwatch__Frame *frame, uint8_t **bytes)
{
	*bytes = malloc(senderwatch__frame__get_packed_size(frame) + 64);
	assert_non_null(*bytes);
	return senderwatch__frame__pack(frame, *bytes);
}

static void
drop(Senderwatch__Frame *frame, uint8_t *bytes, char *out)
{
	senderwatch__frame__free_unpacked(frame, NULL);
	free(bytes);
	free(out);
}

static void
every_field_is_printed(void **state)
{
	Senderwatch__Frame *frame = make_frame();
	uint8_t *bytes;
	size_t length = pack(frame, &bytes);
	char *out;

	(void)state;
	assert_int_equal(audit("", bytes, length, &out), 0);
	for (unsigned i = 0; i < expected_count; i++) {
		if (strstr(out, expected[i].text) == NULL)
			fail_msg("%s: \"%s\" is not printed: %s",
			    expected[i].field, expected[i].text, out);
	}
	assert_non_null(strstr(out, "nothing else"));
	drop(frame, bytes, out);
}

/* As JSON, the same, but for what is put together there in another way. */
static void
every_field_is_in_json(void **state)
{
	Senderwatch__Frame *frame = make_frame();
	uint8_t *bytes;
	size_t length = pack(frame, &bytes);
	char *out;

	(void)state;
	assert_int_equal(audit("--json", bytes, length, &out), 0);
	for (unsigned i = 0; i < expected_count; i++) {
		const char *text = expected[i].text + (expected[i].text[0] ==
		    '=');

		if (strchr(text, ' ') != NULL && strncmp(text, "text ", 5) != 0)
			continue;
		if (strstr(out, text) == NULL)
			fail_msg("%s: \"%s\" is not in it: %s",
			    expected[i].field, text, out);
	}
	assert_non_null(strstr(out, "\"nothing_else\":true"));
	assert_non_null(strstr(out, "[\"2026-11-30\",\"2026-11-29\","
	    "\"2026-11-22\"]"));
	drop(frame, bytes, out);
}

static void
explain(const ProtobufCMessageDescriptor *descriptor, const char *out)
{
	for (unsigned i = 0; i < descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
		char line[64];

		snprintf(line, sizeof(line), "\n  %-20s ", field->name);
		if (strstr(out, line) == NULL)
			fail_msg("%s has no explanation", field->name);
		if (field->type == PROTOBUF_C_TYPE_MESSAGE)
			explain(field->descriptor, out);
	}
}

static void
every_field_is_explained(void **state)
{
	Senderwatch__Frame *frame = make_frame();
	uint8_t *bytes;
	size_t length = pack(frame, &bytes);
	char *out;

	(void)state;
	assert_int_equal(audit("", bytes, length, &out), 0);
	explain(&senderwatch__batch__descriptor, out);
	drop(frame, bytes, out);
}

/* What is behind a NUL, said twice, or of a field that nobody knows. */
static void
what_is_hidden_is_told(void **state)
{
	static const uint8_t unknown[] = { 0xf8, 0x07, 0x01 };
	Senderwatch__Frame *frame = make_frame();
	uint8_t *bytes, *at;
	size_t length;
	char *out;

	(void)state;
	length = pack(frame, &bytes);
	memcpy(bytes + length, unknown, sizeof(unknown));
	assert_int_equal(audit("", bytes, length + sizeof(unknown), &out), 1);
	assert_non_null(strstr(out, "does not know: 1\n"));
	assert_non_null(strstr(out, "SOMETHING ELSE"));
	free(out);
	at = memmem(bytes, length, frame->batch->software,
	    strlen(frame->batch->software));
	assert_non_null(at);
	at[4] = '\0';
	assert_int_equal(audit("", bytes, length, &out), 1);
	assert_non_null(strstr(out, "SOMETHING ELSE"));
	drop(frame, bytes, out);
}

static bool
is_said(const char *text)
{
	char said[512] = "";
	FILE *file = fopen("err", "r");

	assert_non_null(file);
	said[fread(said, 1, sizeof(said) - 1, file)] = '\0';
	fclose(file);
	return strstr(said, text) != NULL;
}

/* Put octets into the file at offset; from its end, if that is negative. */
static void
insert(long offset, const void *octets, size_t length)
{
	char content[8192];
	FILE *file = fopen("frames", "r+");
	size_t size, at;

	assert_non_null(file);
	size = fread(content, 1, sizeof(content), file);
	assert_in_range(size, 1, sizeof(content) - 1);
	at = offset < 0 ? size - (size_t)-offset : (size_t)offset;
	assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
	assert_int_equal(fwrite(octets, 1, length, file), length);
	assert_int_equal(fwrite(content + at, 1, size - at, file), size - at);
	fclose(file);
}

/* Behind the stream's end, or between its frames; and a stream without end. */
static void
what_is_no_frame_is_told(void **state)
{
	enum { STOP_SIZE = 12 };
	static const uint8_t start[] = { 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 2 };
	static const uint8_t too_long[] = { 0x7f, 0xff, 0xff, 0xff };
	Senderwatch__Frame *frame = make_frame();
	uint8_t *bytes;
	size_t length = pack(frame, &bytes);
	struct stat status;
	char *out;

	(void)state;
	write_file("frames", bytes, length);
	assert_int_equal(stat("frames", &status), 0);
	insert((long)status.st_size, "203.0.113.9", 11);
	assert_int_equal(audit_file("", &out), 1);
	assert_true(is_said("SOMETHING ELSE, 11 bytes"));
	free(out);
	write_file("frames", bytes, length);
	insert(-STOP_SIZE, start, sizeof(start));
	assert_int_equal(audit_file("", &out), 1);
	free(out);
	write_file("frames", bytes, length);
	insert(-STOP_SIZE, too_long, sizeof(too_long));
	assert_int_equal(audit_file("", &out), 1);
	assert_true(is_said("a frame is longer"));
	free(out);
	write_file("frames", bytes, length);
	assert_int_equal(truncate("frames", status.st_size - STOP_SIZE), 0);
	assert_int_equal(audit_file("", &out), 1);
	assert_true(is_said("the stream has no end"));
	drop(frame, bytes, out);
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_printed),
		cmocka_unit_test(every_field_is_in_json),
		cmocka_unit_test(every_field_is_explained),
		cmocka_unit_test(what_is_hidden_is_told),
		cmocka_unit_test(what_is_no_frame_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
