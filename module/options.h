/*
 * The module's settings. See senderwatch.conf(5) for each one's meaning.
 */
#ifndef SENDERWATCH_MODULE_OPTIONS_H
#define SENDERWATCH_MODULE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "module/log.h"
#include "senderwatch/name.h"
#include "senderwatch/result.h"

/* A zone whose answers are nobody's business, in wire format. */
struct sw_private_zone {
	uint8_t name[SW_NAME_WIRE_MAX];
	uint8_t length;
};
#define SW_PRIVATE_ZONES_MAX 64

struct sw_options {
	/* Where the collector is: exactly one of these. */
	char *socket;		/* a unix socket */
	char *tcp;		/* ADDRESS@PORT, loopback only */
	char *tls;		/* ADDRESS@PORT */
	char *tls_name;		/* that the collector's certificate is for */
	char *tls_authorities;	/* PEM files */
	char *tls_certificate;
	char *tls_key;
	char *key_file;		/* NULL only with names = plain */
	char *resolver;		/* how this resolver is named in reports */
	char *registries;	/* folder of registry tables, or NULL */
	char *suffix_list;	/* NULL: where it is installed */
	char *spool;		/* folder for what a stop leaves, or NULL */
	size_t spool_limit;	/* bytes */
	char *status_file;	/* or NULL */
	struct sw_private_zone *private_zones;
	size_t private_zone_count;
	bool plain_names;
	bool unlisted_tlds;
	size_t capacity;	/* table entries, 64 bytes each */
	unsigned flush_interval_ms;
	unsigned flush_deadline_ms; /* how long a stop may take to deliver */
	unsigned timeout_ms;	/* of one socket operation */
	int32_t utc_offset;	/* seconds that days begin before UTC's */
};

/*
 * Read the file at path. Every bad line is logged; SW_ERR_INVALID if there
 * was one or if a needed setting is missing.
 */
enum sw_result sw_options_read(struct sw_options *options, const char *path,
    sw_log_function log);
void sw_options_fini(struct sw_options *options);

#endif
