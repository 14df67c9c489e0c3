/*
 * Streams over TLS 1.3 with mutual authentication (RFC 8446), by OpenSSL.
 */
#ifndef SENDERWATCH_TLS_H
#define SENDERWATCH_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
 * came by sw_stream_tls_peer(). tls may be freed before the stream. A program that
 * uses this must not die of SIGPIPE.
 */
enum sw_result sw_stream_new_tls(int fd,
    const struct sw_stream_options *options, struct sw_tls *tls,
    const char *peer_name, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream);

/* Why a peer is not let in. */
enum sw_tls_trouble {
	SW_TLS_FINE,
	SW_TLS_NO_CERTIFICATE,
	SW_TLS_EXPIRED,		/* or not valid yet */
	SW_TLS_REVOKED,
	SW_TLS_FOREIGN,		/* of an authority that is not ours */
	SW_TLS_NO_REVOCATION_LIST,	/* or it is out of date */
	SW_TLS_UNFIT,		/* anything else about the certificate */
	SW_TLS_REFUSED,		/* it is the peer that did not accept us */
	SW_TLS_NOT_TLS		/* or of another version */
};

/* Of a handshake that failed with SW_ERR_INVALID; SW_TLS_FINE if none did. */
enum sw_tls_trouble sw_stream_tls_trouble(const struct sw_stream *stream);

/* A peer's certificate and chain: immutable, and outlives its stream. */
struct sw_tls_peer;

/*
 * Once the handshake is over. SW_ERR_INVALID: not before, or no TLS stream.
 * For the thread that uses the stream.
 */
enum sw_result sw_stream_tls_peer(const struct sw_stream *stream,
    struct sw_tls_peer **peer);
void sw_tls_peer_free(struct sw_tls_peer **peer);

/* Would it be let in with these files? Any thread may ask. */
enum sw_tls_trouble sw_tls_peer_verify(const struct sw_tls_peer *peer,
    const struct sw_tls *tls);

/*
 * The DNS names of the certificate (subjectAltName, RFC 6125) by number; false
 * after the last. "" stands for one that is longer than size or holds a NUL;
 * the rest is as the authority signed it, and not only letters and dots.
 */
bool sw_tls_peer_name(const struct sw_tls_peer *peer, size_t index,
    char *name, size_t size);

/* When the certificate ends: seconds since 1970-01-01. */
int64_t sw_tls_peer_expiry(const struct sw_tls_peer *peer);

/* When what we have ourselves ends; 0: there is none of it. */
struct sw_tls_ends {
	int64_t certificate;
	int64_t authorities;		/* the one that lasts longest */
	int64_t revocation_lists;	/* the one that ends first */
};
void sw_tls_look_up_ends(const struct sw_tls *tls, struct sw_tls_ends *ends);

/*
 * Are the own certificate, the authorities and the revocation lists valid at
 * this time? If not, reason says which is not.
 */
enum sw_result sw_tls_check(const struct sw_tls *tls, int64_t now,
    char reason[SW_TLS_REASON_MAX]);

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
