/* Streams over TLS 1.3 with mutual authentication. */
#include "tls_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

/* Small parts are put together: each write makes a record of its own. */
#define RECORD_MAX 4096
#define CHAIN_MAX 8	/* authorities between a peer and one of ours */

/* Says what failed with which file; OpenSSL's own words where it has any. */
static enum sw_result
complain(char reason[SW_TLS_REASON_MAX], const char *what, const char *file)
{
	unsigned long error = ERR_peek_last_error();
	const char *text = error != 0 ? ERR_reason_error_string(error) : NULL;

	if (ERR_SYSTEM_ERROR(error))
		text = strerror(ERR_GET_REASON(error));
	snprintf(reason, SW_TLS_REASON_MAX, "%s %s: %s", what, file,
	    text != NULL ? text : "not usable");
	ERR_clear_error();
	return SW_ERR_INVALID;
}

static bool
load_revoked(SSL_CTX *context, const char *file)
{
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());

	return lookup != NULL &&
	    X509_load_crl_file(lookup, file, X509_FILETYPE_PEM) > 0 &&
	    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK) == 1;
}

static enum sw_result
load_files(SSL_CTX *context, const struct sw_tls_files *files,
    char reason[SW_TLS_REASON_MAX])
{
	if (SSL_CTX_load_verify_file(context, files->authorities) != 1)
		return complain(reason, "certificate authorities",
		    files->authorities);
	if (SSL_CTX_use_certificate_chain_file(context, files->certificate) !=
	    1)
		return complain(reason, "certificate", files->certificate);
	if (SSL_CTX_use_PrivateKey_file(context, files->key,
	    SSL_FILETYPE_PEM) != 1)
		return complain(reason, "key", files->key);
	if (SSL_CTX_check_private_key(context) != 1)
		return complain(reason, "key does not fit the certificate",
		    files->key);
	if (files->revoked != NULL && !load_revoked(context, files->revoked))
		return complain(reason, "revocation list", files->revoked);
	return SW_OK;
}

/* A key with a passphrase must fail, not ask for it on the terminal. */
static int
/* NOLINTNEXTLINE(readability-non-const-parameter): a pem_password_cb */
no_passphrase(char *buffer, int size, int writing, void *argument)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)argument;
	return -1;
}

enum sw_result
sw_tls_new(struct sw_tls **tls, enum sw_tls_role role,
    const struct sw_tls_files *files, char reason[SW_TLS_REASON_MAX])
{
	enum sw_result result = SW_ERR_MEMORY;
	struct sw_tls *made = calloc(1, sizeof(*made));

	*tls = NULL;
	snprintf(reason, SW_TLS_REASON_MAX, "out of memory");
	if (made == NULL)
		goto out;
	made->role = role;
	made->context = SSL_CTX_new(role == SW_TLS_CLIENT ?
	    TLS_client_method() : TLS_server_method());
	if (made->context == NULL)
		goto out;
	SSL_CTX_set_min_proto_version(made->context, TLS1_3_VERSION);
	SSL_CTX_set_mode(made->context, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* A peer of nothing but key updates must meet its limits, too. */
	SSL_CTX_clear_mode(made->context, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_verify_depth(made->context, CHAIN_MAX);
	SSL_CTX_set_verify(made->context, SSL_VERIFY_PEER |
	    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_default_passwd_cb(made->context, no_passphrase);
	/* A resumed session would not look at revocations made since. */
	SSL_CTX_set_session_cache_mode(made->context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(made->context, 0);
	result = load_files(made->context, files, reason);
	if (result != SW_OK)
		goto out;
	*tls = made;
	made = NULL;
	reason[0] = '\0';
out:
	sw_tls_free(&made);
	return result;
}

void
sw_tls_free(struct sw_tls **tls)
{
	if (*tls == NULL)
		return;
	SSL_CTX_free((*tls)->context);
	free(*tls);
	*tls = NULL;
}

/* What an operation that did not succeed asks for. */
static ssize_t
tls_result(struct sw_tls_state *state, int returned, short *events,
    enum sw_result *error)
{
	*events = 0;
	*error = SW_ERR_SYSTEM;
	switch (SSL_get_error(state->ssl, returned)) {
	case SSL_ERROR_WANT_READ:
		*events = POLLIN;
		break;
	case SSL_ERROR_WANT_WRITE:
		*events = POLLOUT;
		break;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		if (errno == 0 || errno == EPIPE || errno == ECONNRESET)
			*error = SW_ERR_CLOSED;
		break;
	default:
		*error = SW_ERR_CLOSED;
		if (ERR_GET_REASON(ERR_peek_last_error()) !=
		    SSL_R_UNEXPECTED_EOF_WHILE_READING) {
			state->error = ERR_peek_last_error();
			*error = SW_ERR_INVALID;
		}
		break;
	}
	ERR_clear_error();
	return -1;
}

static ssize_t
tls_handshake(void *object, short *events, enum sw_result *error)
{
	struct sw_tls_state *state = object;
	int returned;

	ERR_clear_error();
	errno = 0;
	returned = SSL_do_handshake(state->ssl);
	return returned == 1 ? 1 : tls_result(state, returned, events, error);
}

static ssize_t
tls_receive(void *object, void *data, size_t size, short *events,
    enum sw_result *error)
{
	struct sw_tls_state *state = object;
	size_t got = 0;
	int returned;

	ERR_clear_error();
	errno = 0;
	returned = SSL_read_ex(state->ssl, data, size, &got);
	return returned == 1 ? (ssize_t)got :
	    tls_result(state, returned, events, error);
}

static ssize_t
tls_send(void *object, const struct iovec *iov, int count, short *events,
    enum sw_result *error)
{
	struct sw_tls_state *state = object;
	uint8_t record[RECORD_MAX];
	const void *data = iov[0].iov_base;
	size_t length = iov[0].iov_len, sent = 0;
	int returned;

	if (count > 1 && length < RECORD_MAX) {
		length = 0;
		for (int i = 0; i < count && length < RECORD_MAX; i++) {
			size_t part = iov[i].iov_len;

			if (part > RECORD_MAX - length)
				part = RECORD_MAX - length;
			memcpy(record + length, iov[i].iov_base, part);
			length += part;
		}
		data = record;
	}
	ERR_clear_error();
	errno = 0;
	returned = SSL_write_ex(state->ssl, data, length, &sent);
	if (returned == 1)
		return (ssize_t)sent;
	if (tls_result(state, returned, events, error) == 0) {
		*events = 0;
		*error = SW_ERR_CLOSED;
	}
	return -1;
}

/* One try: whoever waits for it longer learns nothing from it. */
static void
tls_end(void *object)
{
	struct sw_tls_state *state = object;

	ERR_clear_error();
	if (SSL_is_init_finished(state->ssl))
		(void)SSL_shutdown(state->ssl);
	ERR_clear_error();
}

static void
tls_free(void *object)
{
	struct sw_tls_state *state = object;

	SSL_free(state->ssl);
	free(state);
}

const struct sw_transport sw_tls_transport = {
	.handshake = tls_handshake,
	.receive = tls_receive,
	.send = tls_send,
	.end = tls_end,
	.free = tls_free,
};

static bool
set_peer_name(SSL *ssl, const char *name)
{
	X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1)
		return true;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, name) == 1 &&
	    SSL_set_tlsext_host_name(ssl, name) == 1;
}

enum sw_result
sw_stream_new_tls(int fd, const struct sw_stream_options *options,
    struct sw_tls *tls, const char *peer_name, struct fstrm_rdwr **rdwr,
    struct sw_stream **stream)
{
	struct sw_tls_state *state = calloc(1, sizeof(*state));
	SSL *ssl = SSL_new(tls->context);
	BIO *bio = BIO_new_socket(fd, BIO_NOCLOSE);

	*rdwr = NULL;
	*stream = NULL;
	if (state == NULL || ssl == NULL || bio == NULL ||
	    (peer_name != NULL && !set_peer_name(ssl, peer_name))) {
		free(state);
		BIO_free(bio);
		SSL_free(ssl);
		close(fd);
		ERR_clear_error();
		return SW_ERR_MEMORY;
	}
	state->ssl = ssl;
	SSL_set_bio(ssl, bio, bio);
	if (tls->role == SW_TLS_CLIENT)
		SSL_set_connect_state(ssl);
	else
		SSL_set_accept_state(ssl);
	return sw_stream_over(fd, &sw_tls_transport, state, options, rdwr,
	    stream);
}
