/*
 * Why a connection was refused or a stream failed: one word for metrics, and
 * a phrase for people.
 */
#ifndef SW_COLLECTOR_TROUBLE_H
#define SW_COLLECTOR_TROUBLE_H

#include "senderwatch/tls.h"

enum sw_trouble {
	SW_TROUBLE_NONE,
	/* Not let in: */
	SW_TROUBLE_SENDERS,
	SW_TROUBLE_HANDSHAKES,
	SW_TROUBLE_RESOURCES,
	SW_TROUBLE_USER,
	SW_TROUBLE_NO_CERTIFICATE,
	SW_TROUBLE_EXPIRED,
	SW_TROUBLE_REVOKED,
	SW_TROUBLE_FOREIGN,
	SW_TROUBLE_REVOCATION_LIST,
	SW_TROUBLE_UNFIT,
	SW_TROUBLE_REFUSED,
	SW_TROUBLE_NOT_TLS,
	SW_TROUBLE_NAME,
	/* Let in, but: */
	SW_TROUBLE_PROTOCOL,
	SW_TROUBLE_SLOW,
	SW_TROUBLE_CLOSED,
	SW_TROUBLE_SOCKET,
	SW_TROUBLE_FRAME_LENGTH,
	SW_TROUBLE_STREAM_FRAMES,
	SW_TROUBLE_HELD_FRAMES,
	SW_TROUBLE_BATCH,
	SW_TROUBLE_STORE,
	SW_TROUBLE_STOPPING,
	SW_TROUBLE_GONE,
	SW_TROUBLE_COUNT
};

/* Topics of sw_log_peer() beside the troubles themselves. */
enum {
	SW_TOPIC_SENDER = SW_TROUBLE_COUNT,	/* one is new */
	SW_TOPIC_ACCEPT,
	SW_TOPIC_OBSERVATIONS
};

/* Static texts; never NULL. */
const char *sw_trouble_label(enum sw_trouble trouble);
const char *sw_trouble_text(enum sw_trouble trouble);

enum sw_trouble sw_trouble_of_tls(enum sw_tls_trouble trouble);

#endif
