/*
 * What the tests of the collector share: running the real program, and
 * senders, good ones through libfstrm and bad ones byte by byte.
 */
#ifndef SW_TESTS_COLLECTOR_SUPPORT_H
#define SW_TESTS_COLLECTOR_SUPPORT_H

#include <stdbool.h>
#include <sys/types.h>

#include "../store/support.h"
#include "senderwatch/stream.h"

#define DEADLINE_MS 30000	/* for what ought to happen at once */

struct daemon {
	pid_t pid;
	char socket[256];
	char database[256];
	char log[256];
};

/* Start senderwatchd in a folder and wait until it answers. */
void start_daemon(struct daemon *daemon, const char *folder,
    const char *const *extra);
/* Send a signal, wait for the end; the status of waitpid(2). */
int end_daemon(struct daemon *daemon, int signal);
/* SIGTERM, and fail the test unless it exits with 0. */
void stop_daemon(struct daemon *daemon);
/* Run it to its end with these arguments after the name; its exit status. */
int run_daemon(const char *const *arguments, const char *log);
/* The log, which the caller frees. */
char *read_log(const struct daemon *daemon);
unsigned count_words(const char *text, const char *words);
/* Wait until words are in it so many times. */
void await_log(const struct daemon *daemon, const char *words,
    unsigned times);

/* Send batches in one stream; true if they were acknowledged. */
bool deliver(const struct daemon *daemon, const struct sw_batch *batches,
    size_t count);

/* The same over any stream. */
bool deliver_over(struct fstrm_rdwr **rdwr, struct sw_stream *stream,
    const struct sw_batch *batches, size_t count);
/* And step by step; NULL if the stream could not be opened. */
struct fstrm_writer *open_writer(struct fstrm_rdwr **rdwr);
bool write_batches(struct fstrm_writer *writer, const struct sw_batch *batches,
    size_t count);

/*
 * Unless it is late in the day, at once; else on the next one. For programs that
 * compare what tells the day on which it was merged.
 */
void await_calm(void);

/* A scenario whose days are around the present ones. */
void present_scenario(struct scenario *scenario, uint32_t seed, size_t count,
    size_t observations, uint32_t subjects);

/* --- Byte by byte --------------------------------------------------------- */

struct bytes {
	uint8_t data[4096];
	size_t length;
};

enum { ACCEPT = 1, START = 2, STOP = 3, READY = 4, FINISH = 5 };

void put_u32(struct bytes *bytes, uint32_t value);
/* A control frame; content is NULL or the content type. */
void put_control(struct bytes *bytes, uint32_t type, const char *content);
/* READY and START. */
void put_opening(struct bytes *bytes);

int connect_to(const struct daemon *daemon);
void send_bytes(int fd, const void *data, size_t length);
/*
 * Read until the collector closes, and fail if it doesn't. Returns how many
 * control frames of a type there were, and closes.
 */
unsigned await_end(int fd, uint32_t type);
uint64_t now_ms(void);

/* --- Metrics --------------------------------------------------------------- */

/*
 * Send a request to a port of 127.0.0.1 ("GET /metrics HTTP/1.1"), and read
 * until the answer ends. With its head; the caller frees it.
 */
char *http(unsigned port, const char *request);
/* The value of a line "NAME{LABELS}" of /metrics; -1 if there is none. */
double metric(unsigned port, const char *name);
void await_metric(unsigned port, const char *name, double value);

/* A port of 127.0.0.1 that nobody uses now. */
unsigned free_port(void);
/* Connected to a port of 127.0.0.1, from a local address or NULL. */
int connect_tcp(unsigned port, const char *from);

#endif
