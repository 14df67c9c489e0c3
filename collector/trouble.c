#include "trouble.h"

#include "senderwatch/codec.h"

static const struct {
	const char *label;
	const char *text;
} troubles[SW_TROUBLE_COUNT] = {
	[SW_TROUBLE_NONE] = { "none", "none" },
	[SW_TROUBLE_SENDERS] = { "max_senders", "max-senders is reached" },
	[SW_TROUBLE_HANDSHAKES] = { "max_handshakes",
	    "max-handshakes of its address is reached" },
	[SW_TROUBLE_RESOURCES] = { "resources", "out of resources" },
	[SW_TROUBLE_USER] = { "user",
	    "neither its user nor a group is allowed" },
	[SW_TROUBLE_NO_CERTIFICATE] = { "no_certificate",
	    "it showed no certificate" },
	[SW_TROUBLE_EXPIRED] = { "certificate_expired",
	    "its certificate has expired, or is not valid yet" },
	[SW_TROUBLE_REVOKED] = { "certificate_revoked",
	    "its certificate is revoked" },
	[SW_TROUBLE_FOREIGN] = { "certificate_foreign",
	    "its certificate is none of our authorities'" },
	[SW_TROUBLE_REVOCATION_LIST] = { "revocation_list",
	    "there is no valid revocation list of its authority" },
	[SW_TROUBLE_UNFIT] = { "certificate_unfit",
	    "its certificate is not fit for a TLS client" },
	[SW_TROUBLE_REFUSED] = { "refused_us",
	    "it did not accept this collector's certificate" },
	[SW_TROUBLE_NOT_TLS] = { "not_tls", "it does not speak TLS 1.3" },
	[SW_TROUBLE_NAME] = { "name",
	    "its certificate has no DNS name that is allowed" },
	[SW_TROUBLE_PROTOCOL] = { "protocol",
	    "not Frame Streams with content type " SW_CONTENT_TYPE },
	[SW_TROUBLE_SLOW] = { "slow", "too slow" },
	[SW_TROUBLE_CLOSED] = { "closed", "closed before its end" },
	[SW_TROUBLE_SOCKET] = { "socket", "socket error" },
	[SW_TROUBLE_FRAME_LENGTH] = { "frame_length", "a frame is too long" },
	[SW_TROUBLE_STREAM_FRAMES] = { "max_stream_frames",
	    "more frames than max-stream-frames" },
	[SW_TROUBLE_HELD_FRAMES] = { "max_held_frames",
	    "more frames wait than max-held-frames" },
	[SW_TROUBLE_BATCH] = { "malformed", "a frame is no batch" },
	[SW_TROUBLE_STORE] = { "not_stored", "its batches could not be stored" },
	[SW_TROUBLE_STOPPING] = { "stopping", "the collector stops" },
	[SW_TROUBLE_GONE] = { "gone",
	    "went away before it was acknowledged" },
};

const char *
sw_trouble_label(enum sw_trouble trouble)
{
	return troubles[trouble < SW_TROUBLE_COUNT ? trouble : 0].label;
}

const char *
sw_trouble_text(enum sw_trouble trouble)
{
	return troubles[trouble < SW_TROUBLE_COUNT ? trouble : 0].text;
}

enum sw_trouble
sw_trouble_of_tls(enum sw_tls_trouble trouble)
{
	switch (trouble) {
	case SW_TLS_FINE:
		return SW_TROUBLE_NONE;
	case SW_TLS_NO_CERTIFICATE:
		return SW_TROUBLE_NO_CERTIFICATE;
	case SW_TLS_EXPIRED:
		return SW_TROUBLE_EXPIRED;
	case SW_TLS_REVOKED:
		return SW_TROUBLE_REVOKED;
	case SW_TLS_FOREIGN:
		return SW_TROUBLE_FOREIGN;
	case SW_TLS_NO_REVOCATION_LIST:
		return SW_TROUBLE_REVOCATION_LIST;
	case SW_TLS_REFUSED:
		return SW_TROUBLE_REFUSED;
	case SW_TLS_NOT_TLS:
		return SW_TROUBLE_NOT_TLS;
	default:
		return SW_TROUBLE_UNFIT;
	}
}
