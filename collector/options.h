/*
 * What the operator may set: a file of "name = value" lines, overridden by
 * the command line.
 */
#ifndef SW_COLLECTOR_OPTIONS_H
#define SW_COLLECTOR_OPTIONS_H

#include <stdbool.h>

#define SW_OPTIONS_PATH_MAX 1024

struct sw_options {
	char listen[SW_OPTIONS_PATH_MAX];	/* unix socket */
	char database[SW_OPTIONS_PATH_MAX];
	unsigned socket_mode;
	unsigned max_senders;		/* connections at one time */
	unsigned max_stream_frames;	/* batches before a STOP */
	unsigned max_held_frames;	/* batches in memory, of all streams */
	unsigned operation_timeout;	/* seconds, of one read or write */
	unsigned stream_timeout;	/* seconds, of a connection's life */
	unsigned grace_days;		/* until an ended month is closed */
	bool check_only;
};

enum sw_options_verdict {
	SW_OPTIONS_RUN,
	SW_OPTIONS_DONE,	/* help or version was printed: exit 0 */
	SW_OPTIONS_WRONG	/* complained on standard error: exit 2 */
};

enum sw_options_verdict sw_options_read(struct sw_options *options, int argc,
    char **argv);

#endif
