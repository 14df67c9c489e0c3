/* The settings one by one. */
#include "options.h"

#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "senderwatch/settings.h"
#include "senderwatch/tls.h"

#define DEFAULT_SOCKET SW_RUNSTATEDIR "/senderwatch/collector.sock"
#define LIST_MAX 4096
#define NAME_MAX_LENGTH 253

static const struct sw_options defaults = {
	.database = SW_LOCALSTATEDIR "/lib/senderwatch/senderwatch.db",
	.socket_mode = 0660,
	.max_senders = 1024,
	.max_handshakes = 32,
	.max_stream_frames = 16,
	.max_held_frames = 512,
	.handshake_timeout = 5,
	.operation_timeout = 10,
	.stream_timeout = 120,
	.stop_timeout = 20,
	.grace_days = 7,
};

struct setting {
	const char *name;
	const char *(*take)(const struct setting *setting, void *field,
	    const char *value);
	size_t offset;
	unsigned long low;
	unsigned long high;
	const char *complaint;
};

/* --- Kinds of values ------------------------------------------------------ */

static const char *
take_number(const struct setting *setting, void *field, const char *value)
{
	unsigned long number;

	if (!sw_setting_unsigned(value, setting->low, setting->high, &number))
		return setting->complaint;
	*(unsigned *)field = (unsigned)number;
	return NULL;
}

static const char *
take_mode(const struct setting *setting, void *field, const char *value)
{
	char *end;
	unsigned long mode = strtoul(value, &end, 8);

	if (*value < '0' || *value > '7' || *end != '\0' || mode > 0777)
		return setting->complaint;
	*(unsigned *)field = (unsigned)mode;
	return NULL;
}

static bool
is_path(const char *value)
{
	return value[0] == '/' && strlen(value) < SW_OPTIONS_PATH_MAX;
}

static const char *
take_path(const struct setting *setting, void *field, const char *value)
{
	if (!is_path(value))
		return setting->complaint;
	strcpy(field, value);
	return NULL;
}

/* An address with a port, or a port alone: of the loopback interface. */
static const char *
take_metrics(const struct setting *setting, void *field, const char *value)
{
	char address[SW_OPTIONS_ADDRESS_MAX];
	unsigned long number;
	unsigned port;

	if (sw_setting_unsigned(value, 1, 65535, &number))
		snprintf(field, SW_OPTIONS_ADDRESS_MAX, "127.0.0.1@%lu",
		    number);
	else if (strlen(value) < SW_OPTIONS_ADDRESS_MAX &&
	    sw_tcp_parse(value, address, sizeof(address), &port))
		strcpy(field, value);
	else
		return setting->complaint;
	return NULL;
}

/* --- Lists ---------------------------------------------------------------- */

static void
clear_texts(struct sw_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i]);
	free(texts->items);
	*texts = (struct sw_texts){ .items = NULL };
}

static const char *
add_text(struct sw_texts *texts, const char *value, size_t max)
{
	char **items;

	if (texts->from_file)
		clear_texts(texts);
	if (texts->count == max)
		return "given too often";
	items = realloc(texts->items, (texts->count + 1) * sizeof(*items));
	if (items == NULL)
		return "out of memory";
	texts->items = items;
	items[texts->count] = strdup(value);
	if (items[texts->count] == NULL)
		return "out of memory";
	texts->count++;
	return NULL;
}

static const char *
add_id(struct sw_ids *ids, unsigned id)
{
	unsigned *items;

	if (ids->from_file) {
		free(ids->items);
		*ids = (struct sw_ids){ .items = NULL };
	}
	if (ids->count == LIST_MAX)
		return "given too often";
	items = realloc(ids->items, (ids->count + 1) * sizeof(*items));
	if (items == NULL)
		return "out of memory";
	ids->items = items;
	items[ids->count++] = id;
	return NULL;
}

static const char *
add_path(const struct setting *setting, void *field, const char *value)
{
	if (!is_path(value))
		return setting->complaint;
	return add_text(field, value, SW_OPTIONS_LISTENERS_MAX);
}

static const char *
add_address(const struct setting *setting, void *field, const char *value)
{
	char address[SW_OPTIONS_ADDRESS_MAX];
	unsigned port;

	if (!sw_tcp_parse(value, address, sizeof(address), &port))
		return setting->complaint;
	return add_text(field, value, SW_OPTIONS_LISTENERS_MAX);
}

static const char *
add_loopback(const struct setting *setting, void *field, const char *value)
{
	char address[SW_OPTIONS_ADDRESS_MAX];
	unsigned port;

	if (!sw_tcp_parse(value, address, sizeof(address), &port) ||
	    !sw_tcp_is_loopback(address))
		return setting->complaint;
	return add_text(field, value, SW_OPTIONS_LISTENERS_MAX);
}

/*
 * A DNS name in any case, the first label of which may be "*". Certificates have
 * no final dot, nor has anything else an empty label.
 */
static const char *
add_name(const struct setting *setting, void *field, const char *value)
{
	char name[NAME_MAX_LENGTH + 1];
	size_t length = strlen(value);

	if (length == 0 || length >= sizeof(name) || value[0] == '.' ||
	    value[length - 1] == '.' || strstr(value, "..") != NULL)
		return setting->complaint;
	for (size_t i = 0; i <= length; i++) {
		name[i] = (char)tolower((unsigned char)value[i]);
		if (!isalnum((unsigned char)value[i]) &&
		    strchr("-._", value[i]) == NULL &&
		    !(i == 0 && value[0] == '*' && value[1] == '.'))
			return setting->complaint;
	}
	return add_text(field, name, LIST_MAX);
}

static const char *
add_user(const struct setting *setting, void *field, const char *value)
{
	const struct passwd *user = getpwnam(value);
	unsigned long number;

	if (user != NULL)
		return add_id(field, user->pw_uid);
	if (!sw_setting_unsigned(value, 0, 4294967294, &number))
		return setting->complaint;
	return add_id(field, (unsigned)number);
}

static const char *
add_group(const struct setting *setting, void *field, const char *value)
{
	const struct group *group = getgrnam(value);
	unsigned long number;

	if (group != NULL)
		return add_id(field, group->gr_gid);
	if (!sw_setting_unsigned(value, 0, 4294967294, &number))
		return setting->complaint;
	return add_id(field, (unsigned)number);
}

/* --- All of them ---------------------------------------------------------- */

#define NUMBER(name, field, low, high) { name, take_number, \
	offsetof(struct sw_options, field), low, high, \
	"must be a number from " #low " to " #high }
#define OTHER(name, take, field, complaint) { name, take, \
	offsetof(struct sw_options, field), 0, 0, complaint }
#define PATH "must be an absolute path of at most 1023 bytes"
#define ADDRESS "must be a numeric address, @ and a port"

static const struct setting settings[] = {
	OTHER("listen", add_path, listen, PATH),
	OTHER("listen-tcp", add_loopback, listen_tcp,
	    "must be a loopback address, @ and a port: use listen-tls for "
	    "others"),
	OTHER("listen-tls", add_address, listen_tls, ADDRESS),
	OTHER("tls-certificate", take_path, tls_certificate, PATH),
	OTHER("tls-key", take_path, tls_key, PATH),
	OTHER("tls-authorities", take_path, tls_authorities, PATH),
	OTHER("tls-revoked", take_path, tls_revoked, PATH),
	OTHER("allow-resolver", add_name, allow_resolver,
	    "must be a DNS name without a final dot, or *. and such a name"),
	OTHER("allow-user", add_user, allow_user, "no such user"),
	OTHER("allow-group", add_group, allow_group, "no such group"),
	OTHER("socket-mode", take_mode, socket_mode,
	    "must be an octal number up to 0777"),
	OTHER("database", take_path, database, PATH),
	OTHER("metrics", take_metrics, metrics,
	    "must be a port, or a numeric address, @ and a port"),
	OTHER("status-file", take_path, status_file, PATH),
	NUMBER("max-senders", max_senders, 1, 65536),
	NUMBER("max-handshakes", max_handshakes, 1, 65536),
	NUMBER("max-stream-frames", max_stream_frames, 1, 1024),
	NUMBER("max-held-frames", max_held_frames, 1, 65536),
	NUMBER("handshake-timeout", handshake_timeout, 1, 3600),
	NUMBER("operation-timeout", operation_timeout, 1, 3600),
	NUMBER("stream-timeout", stream_timeout, 1, 86400),
	NUMBER("stop-timeout", stop_timeout, 1, 3600),
	NUMBER("grace-days", grace_days, 0, 365),
};

void
sw_options_init(struct sw_options *options)
{
	*options = defaults;
}

const char *
sw_options_set(void *argument, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(name, settings[i].name) == 0)
			return settings[i].take(&settings[i],
			    (char *)argument + settings[i].offset, value);
	}
	return "no such setting";
}

void
sw_options_override(struct sw_options *options)
{
	options->listen.from_file = true;
	options->listen_tcp.from_file = true;
	options->listen_tls.from_file = true;
	options->allow_resolver.from_file = true;
	options->allow_user.from_file = true;
	options->allow_group.from_file = true;
}

bool
sw_options_complete(struct sw_options *options)
{
	const char *complaint = NULL;

	if (options->listen.count + options->listen_tcp.count +
	    options->listen_tls.count == 0)
		complaint = add_text(&options->listen, DEFAULT_SOCKET,
		    SW_OPTIONS_LISTENERS_MAX);
	if (options->listen_tls.count > 0 &&
	    (options->tls_certificate[0] == '\0' ||
	    options->tls_key[0] == '\0' ||
	    options->tls_authorities[0] == '\0'))
		complaint = "with listen-tls, the settings tls-certificate, "
		    "tls-key and tls-authorities are needed";
	if (complaint != NULL)
		fprintf(stderr, "senderwatchd: %s\n", complaint);
	return complaint == NULL;
}

void
sw_options_fini(struct sw_options *options)
{
	clear_texts(&options->listen);
	clear_texts(&options->listen_tcp);
	clear_texts(&options->listen_tls);
	clear_texts(&options->allow_resolver);
	free(options->allow_user.items);
	free(options->allow_group.items);
	sw_options_init(options);
}

void
sw_options_print_defaults(void)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct setting *setting = &settings[i];
		const char *field = (const char *)&defaults + setting->offset;

		printf("  %s = ", setting->name);
		if (setting->take == add_path)
			puts(DEFAULT_SOCKET);
		else if (setting->take == take_number)
			printf("%u\n", *(const unsigned *)(const void *)field);
		else if (setting->take == take_mode)
			printf("%04o\n", *(const unsigned *)(const void *)field);
		else if (setting->take == take_path && field[0] != '\0')
			puts(field);
		else
			puts("(none)");
	}
}
