/* Who is at the other end of a TLS stream, and whether it still may be. */
#include "tls_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

struct sw_tls_peer {
	X509 *certificate;
	STACK_OF(X509) *chain;
};

/* --- Why not -------------------------------------------------------------- */

static enum sw_tls_trouble
explain_verification(long result)
{
	switch (result) {
	case X509_V_OK:
		return SW_TLS_FINE;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return SW_TLS_EXPIRED;
	case X509_V_ERR_CERT_REVOKED:
		return SW_TLS_REVOKED;
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		return SW_TLS_NO_REVOCATION_LIST;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return SW_TLS_FOREIGN;
	default:
		return SW_TLS_UNFIT;
	}
}

enum sw_tls_trouble
sw_stream_tls_trouble(const struct sw_stream *stream)
{
	const struct sw_tls_state *state = sw_stream_state(stream,
	    &sw_tls_transport);
	enum sw_tls_trouble trouble;
	int reason;

	if (state == NULL || state->error == 0)
		return SW_TLS_FINE;
	reason = ERR_GET_REASON(state->error);
	switch (reason) {
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
		return SW_TLS_NO_CERTIFICATE;
	case SSL_R_CERTIFICATE_VERIFY_FAILED:
		trouble = explain_verification(
		    SSL_get_verify_result(state->ssl));
		return trouble != SW_TLS_FINE ? trouble : SW_TLS_UNFIT;
	case SSL_AD_REASON_OFFSET + SSL_AD_PROTOCOL_VERSION:
		return SW_TLS_NOT_TLS;
	default:
		/* Alerts of the peer's stand behind the others. */
		return reason > SSL_AD_REASON_OFFSET ? SW_TLS_REFUSED :
		    SW_TLS_NOT_TLS;
	}
}

/* --- The peer ------------------------------------------------------------- */

enum sw_result
sw_stream_tls_peer(const struct sw_stream *stream, struct sw_tls_peer **peer)
{
	const struct sw_tls_state *state = sw_stream_state(stream,
	    &sw_tls_transport);
	struct sw_tls_peer *made = NULL;
	STACK_OF(X509) *chain;

	*peer = NULL;
	if (state == NULL || !SSL_is_init_finished(state->ssl))
		return SW_ERR_INVALID;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return SW_ERR_MEMORY;
	made->certificate = SSL_get1_peer_certificate(state->ssl);
	chain = SSL_get_peer_cert_chain(state->ssl);
	if (made->certificate == NULL) {
		free(made);
		return SW_ERR_INVALID;
	}
	if (chain != NULL) {
		made->chain = X509_chain_up_ref(chain);
		if (made->chain == NULL) {
			sw_tls_peer_free(&made);
			return SW_ERR_MEMORY;
		}
	}
	*peer = made;
	return SW_OK;
}

void
sw_tls_peer_free(struct sw_tls_peer **peer)
{
	if (*peer == NULL)
		return;
	X509_free((*peer)->certificate);
	sk_X509_pop_free((*peer)->chain, X509_free);
	free(*peer);
	*peer = NULL;
}

enum sw_tls_trouble
sw_tls_peer_verify(const struct sw_tls_peer *peer, const struct sw_tls *tls)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	enum sw_tls_trouble trouble = SW_TLS_UNFIT;

	if (context == NULL)
		return trouble;
	if (X509_STORE_CTX_init(context,
	    SSL_CTX_get_cert_store(tls->context), peer->certificate,
	    peer->chain) == 1 && X509_STORE_CTX_set_default(context,
	    tls->role == SW_TLS_SERVER ? "ssl_client" : "ssl_server") == 1) {
		if (X509_verify_cert(context) == 1)
			trouble = SW_TLS_FINE;
		else
			trouble = explain_verification(
			    X509_STORE_CTX_get_error(context));
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return trouble;
}

static bool
take_dns_name(const GENERAL_NAME *general, char *name, size_t size)
{
	const char *text;
	int length;

	text = (const char *)ASN1_STRING_get0_data(general->d.dNSName);
	length = ASN1_STRING_length(general->d.dNSName);
	if (length <= 0 || (size_t)length >= size ||
	    memchr(text, '\0', (size_t)length) != NULL)
		return false;
	memcpy(name, text, (size_t)length);
	name[length] = '\0';
	return true;
}

bool
sw_tls_peer_name(const struct sw_tls_peer *peer, size_t index, char *name,
    size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(peer->certificate,
	    NID_subject_alt_name, NULL, NULL);
	bool found = false;

	name[0] = '\0';
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++) {
		const GENERAL_NAME *general = sk_GENERAL_NAME_value(names, i);

		if (general->type != GEN_DNS || index-- != 0)
			continue;
		found = true;
		/* One that can't be told is there all the same, as "". */
		take_dns_name(general, name, size);
	}
	GENERAL_NAMES_free(names);
	return found;
}

/* --- Times ---------------------------------------------------------------- */

static int64_t
seconds(const ASN1_TIME *time)
{
	struct tm parts;

	if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
		return 0;
	return timegm(&parts);
}

int64_t
sw_tls_peer_expiry(const struct sw_tls_peer *peer)
{
	return seconds(X509_get0_notAfter(peer->certificate));
}

void
sw_tls_look_up_ends(const struct sw_tls *tls, struct sw_tls_ends *ends)
{
	X509 *certificate = SSL_CTX_get0_certificate(tls->context);
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(
	    SSL_CTX_get_cert_store(tls->context));

	memset(ends, 0, sizeof(*ends));
	if (certificate != NULL)
		ends->certificate = seconds(X509_get0_notAfter(certificate));
	for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
		X509_OBJECT *object = sk_X509_OBJECT_value(objects, i);
		X509 *authority = X509_OBJECT_get0_X509(object);
		X509_CRL *list = X509_OBJECT_get0_X509_CRL(object);
		int64_t end;

		if (authority != NULL) {
			end = seconds(X509_get0_notAfter(authority));
			if (end > ends->authorities)
				ends->authorities = end;
		}
		if (list != NULL && X509_CRL_get0_nextUpdate(list) != NULL) {
			end = seconds(X509_CRL_get0_nextUpdate(list));
			if (ends->revocation_lists == 0 ||
			    end < ends->revocation_lists)
				ends->revocation_lists = end;
		}
	}
}

static enum sw_result
complain(char reason[SW_TLS_REASON_MAX], const char *text)
{
	snprintf(reason, SW_TLS_REASON_MAX, "%s", text);
	return SW_ERR_INVALID;
}

enum sw_result
sw_tls_check(const struct sw_tls *tls, int64_t now,
    char reason[SW_TLS_REASON_MAX])
{
	X509 *certificate = SSL_CTX_get0_certificate(tls->context);
	struct sw_tls_ends ends;

	reason[0] = '\0';
	if (certificate == NULL)
		return complain(reason, "there is no certificate");
	sw_tls_look_up_ends(tls, &ends);
	if (ends.certificate < now)
		return complain(reason, "the certificate has expired");
	if (seconds(X509_get0_notBefore(certificate)) > now)
		return complain(reason, "the certificate is not valid yet");
	if (ends.revocation_lists != 0 && ends.revocation_lists < now)
		return complain(reason, "a revocation list has expired: no "
		    "certificate of its authority is accepted");
	if (ends.authorities < now)
		return complain(reason, "all authorities have expired");
	return SW_OK;
}
