/* The module's settings. */
#include "module/options.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "senderwatch/settings.h"
#include "senderwatch/tls.h"

#define CAPACITY_DEFAULT (1024ul * 1024)
#define CAPACITY_MIN 1024ul
#define CAPACITY_MAX (256ul * 1024 * 1024)
#define RESOLVER_LENGTH_MAX 63
#define SPOOL_LIMIT_DEFAULT (64ul * 1024 * 1024)

struct reading {
	struct sw_options *options;
	sw_log_function log;
};

static const char *
set_text(char **slot, const char *value)
{
	free(*slot);
	*slot = strdup(value);
	return *slot != NULL ? NULL : "out of memory";
}

static const char *
set_path(char **slot, const char *value)
{
	if (value[0] != '/')
		return "wanted: an absolute path";
	return set_text(slot, value);
}

static const char *
set_address(char **slot, const char *value, bool loopback)
{
	char address[64];
	unsigned port;

	if (!sw_tcp_parse(value, address, sizeof(address), &port))
		return "wanted: a numeric address, @ and a port";
	if (loopback && !sw_tcp_is_loopback(address))
		return "without TLS, only a loopback address will do";
	return set_text(slot, value);
}

static const char *
set_unsigned(unsigned *slot, const char *value, unsigned long low,
    unsigned long high)
{
	unsigned long number;

	if (!sw_setting_unsigned(value, low, high, &number))
		return "not a number, or out of range";
	*slot = (unsigned)number;
	return NULL;
}

static const char *
set_bool(bool *slot, const char *value)
{
	return sw_setting_bool(value, slot) ? NULL : "wanted: yes or no";
}

static const char *
set_names(struct sw_options *options, const char *value)
{
	options->plain_names = strcmp(value, "plain") == 0;
	if (options->plain_names || strcmp(value, "pseudonym") == 0)
		return NULL;
	return "wanted: pseudonym or plain";
}

static const char *
set_resolver(struct sw_options *options, const char *value)
{
	if (strlen(value) > RESOLVER_LENGTH_MAX)
		return "longer than 63 characters";
	for (const char *p = value; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) && strchr("-._", *p) == NULL)
			return "wanted: letters, digits, hyphens and dots";
	}
	return set_text(&options->resolver, value);
}

static const char *
set_capacity(struct sw_options *options, const char *value)
{
	unsigned long number;

	if (!sw_setting_unsigned(value, CAPACITY_MIN, CAPACITY_MAX, &number))
		return "not a number, or out of range (1024 to 268435456)";
	options->capacity = number;
	return NULL;
}

static const char *
set_spool_limit(struct sw_options *options, const char *value)
{
	unsigned long number;

	if (!sw_setting_unsigned(value, 1, 1024 * 1024, &number))
		return "not a number of MiB, or out of range";
	options->spool_limit = number * 1024 * 1024;
	return NULL;
}

static bool
take_two_digits(const char *at, unsigned *number)
{
	if (!isdigit((unsigned char)at[0]) || !isdigit((unsigned char)at[1]))
		return false;
	*number = (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
	return true;
}

/* +HH:MM or -HH:MM. */
static const char *
set_utc_offset(struct sw_options *options, const char *value)
{
	unsigned hours, minutes;

	if ((value[0] != '+' && value[0] != '-') || strlen(value) != 6 ||
	    !take_two_digits(value + 1, &hours) || value[3] != ':' ||
	    !take_two_digits(value + 4, &minutes) || hours > 14 || minutes > 59)
		return "wanted: +HH:MM or -HH:MM";
	options->utc_offset = (int32_t)(hours * 3600 + minutes * 60);
	if (value[0] == '-')
		options->utc_offset = -options->utc_offset;
	return NULL;
}

/* Given once for each zone. */
static const char *
add_private_zone(struct sw_options *options, const char *value)
{
	struct sw_private_zone *grown;
	uint8_t name[SW_NAME_WIRE_MAX];
	size_t length = sw_name_from_text(value, name, sizeof(name));

	if (length < 2)
		return "wanted: a domain name";
	if (options->private_zone_count == SW_PRIVATE_ZONES_MAX)
		return "more than 64 private zones";
	grown = reallocarray(options->private_zones,
	    options->private_zone_count + 1, sizeof(*grown));
	if (grown == NULL)
		return "out of memory";
	options->private_zones = grown;
	grown += options->private_zone_count++;
	memcpy(grown->name, name, length);
	grown->length = (uint8_t)length;
	return NULL;
}

static const struct {
	const char *name;
	size_t offset;
} paths[] = {
	{ "socket", offsetof(struct sw_options, socket) },
	{ "key-file", offsetof(struct sw_options, key_file) },
	{ "registries", offsetof(struct sw_options, registries) },
	{ "suffix-list", offsetof(struct sw_options, suffix_list) },
	{ "spool", offsetof(struct sw_options, spool) },
	{ "status-file", offsetof(struct sw_options, status_file) },
	{ "tls-authorities", offsetof(struct sw_options, tls_authorities) },
	{ "tls-certificate", offsetof(struct sw_options, tls_certificate) },
	{ "tls-key", offsetof(struct sw_options, tls_key) },
};

static const char *
take(void *argument, const char *name, const char *value)
{
	struct sw_options *options = ((struct reading *)argument)->options;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (strcmp(name, paths[i].name) == 0)
			return set_path((char **)((char *)options +
			    paths[i].offset), value);
	}
	if (strcmp(name, "tcp") == 0)
		return set_address(&options->tcp, value, true);
	if (strcmp(name, "tls") == 0)
		return set_address(&options->tls, value, false);
	if (strcmp(name, "tls-name") == 0)
		return set_text(&options->tls_name, value);
	if (strcmp(name, "spool-limit") == 0)
		return set_spool_limit(options, value);
	if (strcmp(name, "private-zone") == 0)
		return add_private_zone(options, value);
	if (strcmp(name, "names") == 0)
		return set_names(options, value);
	if (strcmp(name, "resolver") == 0)
		return set_resolver(options, value);
	if (strcmp(name, "capacity") == 0)
		return set_capacity(options, value);
	if (strcmp(name, "unlisted-tlds") == 0)
		return set_bool(&options->unlisted_tlds, value);
	if (strcmp(name, "utc-offset") == 0)
		return set_utc_offset(options, value);
	if (strcmp(name, "flush-interval") == 0)
		return set_unsigned(&options->flush_interval_ms, value, 10,
		    3600000);
	if (strcmp(name, "flush-deadline") == 0)
		return set_unsigned(&options->flush_deadline_ms, value, 0,
		    600000);
	if (strcmp(name, "timeout") == 0)
		return set_unsigned(&options->timeout_ms, value, 10, 600000);
	return "no such setting";
}

static void
complain(void *argument, const char *path, unsigned line, const char *text)
{
	sw_log_function log = ((struct reading *)argument)->log;

	if (line == 0)
		log(SW_LOG_ERROR, "%s: %s", path, text);
	else
		log(SW_LOG_ERROR, "%s:%u: %s", path, line, text);
}

static enum sw_result
set_defaults(struct sw_options *options)
{
	char host[256];

	memset(options, 0, sizeof(*options));
	options->capacity = CAPACITY_DEFAULT;
	options->spool_limit = SPOOL_LIMIT_DEFAULT;
	options->flush_interval_ms = 10000;
	options->flush_deadline_ms = 2000;
	options->timeout_ms = 10000;
	if (gethostname(host, sizeof(host)) != 0)
		strcpy(host, "unnamed");
	host[sizeof(host) - 1] = '\0';
	options->resolver = strndup(host, RESOLVER_LENGTH_MAX);
	return options->resolver != NULL ? SW_OK : SW_ERR_MEMORY;
}

enum sw_result
sw_options_read(struct sw_options *options, const char *path,
    sw_log_function log)
{
	struct reading reading = { options, log };
	enum sw_result result = set_defaults(options);

	if (result != SW_OK)
		return result;
	result = sw_settings_read(path, take, complain, &reading);
	if (result != SW_OK)
		return result;
	if ((options->socket != NULL) + (options->tcp != NULL) +
	    (options->tls != NULL) != 1) {
		log(SW_LOG_ERROR, "%s: exactly one of the settings socket, "
		    "tcp and tls is needed", path);
		result = SW_ERR_INVALID;
	}
	if (options->tls != NULL && (options->tls_name == NULL ||
	    options->tls_authorities == NULL ||
	    options->tls_certificate == NULL || options->tls_key == NULL)) {
		log(SW_LOG_ERROR, "%s: with tls, the settings tls-name, "
		    "tls-authorities, tls-certificate and tls-key are needed",
		    path);
		result = SW_ERR_INVALID;
	}
	if (options->key_file == NULL && !options->plain_names) {
		log(SW_LOG_ERROR, "%s: the setting key-file is missing", path);
		result = SW_ERR_INVALID;
	}
	return result;
}

void
sw_options_fini(struct sw_options *options)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		free(*(char **)((char *)options + paths[i].offset));
	free(options->tcp);
	free(options->tls);
	free(options->tls_name);
	free(options->resolver);
	free(options->private_zones);
	memset(options, 0, sizeof(*options));
}
