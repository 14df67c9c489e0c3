/*
 * The TLS files in use: certificate, key, authorities and revocation lists,
 * read at the start and whenever the operator says so. All functions but
 * new and free may be called by any thread.
 */
#ifndef SW_COLLECTOR_CREDENTIALS_H
#define SW_COLLECTOR_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "senderwatch/tls.h"

struct sw_credentials;

/* options are borrowed. On failure reason says what is wrong. */
enum sw_result sw_credentials_new(struct sw_credentials **credentials,
    const struct sw_options *options, char reason[SW_TLS_REASON_MAX]);
void sw_credentials_free(struct sw_credentials **credentials);

/* Read the files again; on failure those in use stay so. */
enum sw_result sw_credentials_reload(struct sw_credentials *credentials,
    char reason[SW_TLS_REASON_MAX]);

/*
 * As sw_stream_new_tls() for a server, with the files in use; which these are
 * is told by a number that grows with each reload.
 */
enum sw_result sw_credentials_stream(struct sw_credentials *credentials,
    int fd, const struct sw_stream_options *options, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream, uint64_t *generation);

/*
 * Would this peer be let in now? Those that were let in by the files of this
 * generation (0: of any) are not looked at again.
 */
enum sw_tls_trouble sw_credentials_verify(struct sw_credentials *credentials,
    const struct sw_tls_peer *peer, uint64_t generation);

/*
 * What the peer is called: the first of its DNS names that the operator
 * allows, in lower case. False if there is none.
 */
#define SW_RESOLVER_NAME_MAX 256
bool sw_credentials_name(const struct sw_credentials *credentials,
    const struct sw_tls_peer *peer, char name[SW_RESOLVER_NAME_MAX]);

/* When the files in use end. */
void sw_credentials_ends(struct sw_credentials *credentials,
    struct sw_tls_ends *ends);
/* Successful and failed reloads. */
void sw_credentials_reloads(struct sw_credentials *credentials,
    uint64_t *good, uint64_t *bad);

/* Is all valid now, and the key secret? For --check-config. */
enum sw_result sw_credentials_check(struct sw_credentials *credentials,
    char reason[SW_TLS_REASON_MAX]);

#endif
