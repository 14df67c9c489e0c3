/* What the files of TLS share. Internal to wire/. */
#ifndef SENDERWATCH_WIRE_TLS_INTERNAL_H
#define SENDERWATCH_WIRE_TLS_INTERNAL_H

#include <openssl/ssl.h>

#include "senderwatch/tls.h"
#include "transport.h"

struct sw_tls {
	SSL_CTX *context;
	enum sw_tls_role role;
};

/* The state of a TLS transport. */
struct sw_tls_state {
	SSL *ssl;
	unsigned long error;	/* OpenSSL's, of a handshake that failed */
};

extern const struct sw_transport sw_tls_transport;

#endif
