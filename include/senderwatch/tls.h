/*
 * Streams over TLS 1.3 with mutual authentication (RFC 8446), by OpenSSL.
 */
#ifndef SENDERWATCH_TLS_H
#define SENDERWATCH_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "senderwatch/result.h"
#include "senderwatch/stream.h"

/* Certificates and the policy; immutable, may be shared by threads. */
struct sw_tls;

enum sw_tls_role { SW_TLS_CLIENT, SW_TLS_SERVER };

/* PEM files. */
struct sw_tls_files {
	const char *authorities;	/* that may sign the peer's certificate */
	const char *certificate;	/* own, with its chain */
	const char *key;		/* own */
	const char *revoked;		/* CRL of the authorities, or NULL */
};

#define SW_TLS_REASON_MAX 256

/* On failure reason says what is wrong with which file. */
enum sw_result sw_tls_new(struct sw_tls **tls, enum sw_tls_role role,
    const struct sw_tls_files *files, char reason[SW_TLS_REASON_MAX]);
void sw_tls_free(struct sw_tls **tls);

/*
 * As sw_stream_new(); the handshake takes place when the stream is opened, and
 * is one operation with one deadline. A client names the DNS name (or address)
 * that the server's certificate must be for; a server passes NULL and asks who
 * came by sw_stream_peer_name(). tls must outlive the stream. A program that
 * uses this must not die of SIGPIPE.
 */
enum sw_result sw_stream_new_tls(int fd,
    const struct sw_stream_options *options, struct sw_tls *tls,
    const char *peer_name, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream);

/*
 * The first DNS name of the peer's certificate (subjectAltName, RFC 6125);
 * false if there is none or the stream is no TLS stream.
 */
bool sw_stream_peer_name(const struct sw_stream *stream, char *name,
    size_t size);

/*
 * Sockets for it: address is a numeric IPv4 or IPv6 address, for the sender's
 * thread must not wait for name resolution by the resolver that it lives in.
 * ms 0: don't wait for the connection; a stream's first operation does, with
 * its own limit, and can be cancelled.
 */
enum sw_result sw_tcp_connect(const char *address, unsigned port, unsigned ms,
    int *fd);
enum sw_result sw_tcp_listen(const char *address, unsigned port, int *fd);

/*
 * "ADDRESS@PORT", as in Unbound's own configuration, to its parts.
 */
bool sw_tcp_parse(const char *text, char *address, size_t size,
    unsigned *port);
/* Is a numeric address a loopback one? */
bool sw_tcp_is_loopback(const char *address);

#endif
