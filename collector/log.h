/*
 * Lines for the operator on standard error: an event, then name=value pairs.
 * Never what came over the wire as it came, and no subject's name or
 * pseudonym. All functions may be called by any thread.
 */
#ifndef SW_COLLECTOR_LOG_H
#define SW_COLLECTOR_LOG_H

/* Values are syslog's, which the journal understands. */
enum sw_log_level {
	SW_LOG_ERROR = 3,
	SW_LOG_WARNING = 4,
	SW_LOG_INFO = 6
};

/* To be called before threads are started. */
void sw_log_init(void);

void sw_log(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The same for what a peer can bring about as often as it likes: a few lines
 * a minute of each topic, and then the number of those that were left out.
 * One topic never hides another.
 */
#define SW_LOG_TOPICS 64
void sw_log_peer(enum sw_log_level level, unsigned topic, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

#endif
