/* Senders that speak TLS, with certificates made by certificates.sh. */
#ifndef SW_TESTS_COLLECTOR_TLS_SUPPORT_H
#define SW_TESTS_COLLECTOR_TLS_SUPPORT_H

#include "support.h"

#define COLLECTOR_NAME "collector.example.net"

/* cmocka's group fixtures: make all certificates, and remove them. */
int make_certificates(void **state);
int remove_certificates(void **state);
/* A file of theirs, in one of a few static buffers. */
const char *certificate_file(const char *name);
/* Copy files of theirs ("collector" to "DIR/live.pem" and "DIR/live.key"). */
void copy_certificate(const char *name, const char *folder);
void copy_file(const char *from, const char *to);

struct tls_daemon {
	struct daemon daemon;
	unsigned port;
};
/*
 * A daemon that listens with TLS as well, with the certificate "live" and the
 * revocation list "live-crl.pem" of its folder.
 */
void start_tls_daemon(struct tls_daemon *daemon, const char *folder,
    const char *const *extra);

/* Who a sender is, and whom it wants to talk to. */
struct tls_sender {
	const char *certificate;	/* "resolver-1" */
	const char *collector;		/* COLLECTOR_NAME, if NULL */
	const char *from;		/* local address; NULL: any */
};
/* A stream of it. */
void open_tls(const struct tls_daemon *daemon, const struct tls_sender *sender,
    struct fstrm_rdwr **rdwr, struct sw_stream **stream);
bool deliver_tls(const struct tls_daemon *daemon,
    const struct tls_sender *sender, const struct sw_batch *batches,
    size_t count);

/*
 * Run the stock `openssl s_client` against it, with further arguments, and
 * wait for its end.
 */
void run_s_client(const struct tls_daemon *daemon, const char *arguments);

#endif
