/*
 * What the operator may set: a file of "name = value" lines, overridden by
 * the command line.
 */
#ifndef SW_COLLECTOR_OPTIONS_H
#define SW_COLLECTOR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define SW_OPTIONS_PATH_MAX 1024
#define SW_OPTIONS_ADDRESS_MAX 64	/* "ADDRESS@PORT" */
#define SW_OPTIONS_LISTENERS_MAX 8	/* of each kind */

/* A setting that may be given several times. */
struct sw_texts {
	char **items;
	size_t count;
	bool from_file;		/* the command line's begin anew */
};

struct sw_ids {			/* users or groups */
	unsigned *items;
	size_t count;
	bool from_file;
};

struct sw_options {
	struct sw_texts listen;		/* unix sockets */
	struct sw_texts listen_tcp;	/* "ADDRESS@PORT", loopback only */
	struct sw_texts listen_tls;	/* "ADDRESS@PORT" */
	char tls_certificate[SW_OPTIONS_PATH_MAX];
	char tls_key[SW_OPTIONS_PATH_MAX];
	char tls_authorities[SW_OPTIONS_PATH_MAX];
	char tls_revoked[SW_OPTIONS_PATH_MAX];	/* "": none */
	struct sw_texts allow_resolver;	/* names, "*.suffix"; none: all */
	struct sw_ids allow_user;	/* of unix sockets; none of both: all */
	struct sw_ids allow_group;
	char database[SW_OPTIONS_PATH_MAX];
	char metrics[SW_OPTIONS_ADDRESS_MAX];	/* "": none */
	char status_file[SW_OPTIONS_PATH_MAX];	/* "": none */
	unsigned socket_mode;
	unsigned max_senders;		/* connections of a listener at a time */
	unsigned max_handshakes;	/* unfinished ones of an address */
	unsigned max_stream_frames;	/* batches before a STOP */
	unsigned max_held_frames;	/* batches in memory, of all streams */
	unsigned handshake_timeout;	/* seconds, as all that follow */
	unsigned operation_timeout;	/* of one read or write */
	unsigned stream_timeout;	/* of a connection's life */
	unsigned stop_timeout;		/* to finish what is being merged */
	unsigned grace_days;		/* until an ended month is closed */
	bool check_only;
};

enum sw_options_verdict {
	SW_OPTIONS_RUN,
	SW_OPTIONS_DONE,	/* help or version was printed: exit 0 */
	SW_OPTIONS_WRONG	/* complained on standard error: exit 2 */
};

/* options is to be released with sw_options_fini() in any case. */
enum sw_options_verdict sw_options_read(struct sw_options *options, int argc,
    char **argv);
void sw_options_fini(struct sw_options *options);

/* --- settings.c ----------------------------------------------------------- */

void sw_options_init(struct sw_options *options);
/* A sw_setting_handler; argument is a struct sw_options. */
const char *sw_options_set(void *argument, const char *name,
    const char *value);
/* What was set until now gives way to what comes. */
void sw_options_override(struct sw_options *options);
/* Once all is set: add what follows from it, or complain; false if wrong. */
bool sw_options_complete(struct sw_options *options);
/* "name = value" lines on standard output. */
void sw_options_print_defaults(void);

#endif
