#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "senderwatch/stream.h"

static enum sw_result
open_one(struct sw_listener *listener, const struct sw_options *options)
{
	char address[SW_OPTIONS_ADDRESS_MAX];
	unsigned port;

	if (listener->kind == SW_LISTENER_UNIX)
		return sw_unix_listen(listener->text, options->socket_mode,
		    &listener->fd);
	if (!sw_tcp_parse(listener->text, address, sizeof(address), &port))
		return SW_ERR_INVALID;
	return sw_tcp_listen(address, port, &listener->fd);
}

static enum sw_result
add(struct sw_listeners *listeners, const struct sw_options *options,
    enum sw_listener_kind kind, const char *text)
{
	struct sw_listener *listener = &listeners->items[listeners->count];
	enum sw_result result;
	int flags;

	*listener = (struct sw_listener){ .kind = kind, .text = text, .fd = -1 };
	result = open_one(listener, options);
	if (result != SW_OK) {
		sw_log(SW_LOG_ERROR, "cannot listen on %s: %s", text,
		    result == SW_ERR_INVALID ?
		    "the path is too long for a socket" :
		    errno == EADDRINUSE ? "another process does" :
		    strerror(errno));
		return result;
	}
	listeners->count++;
	/* Who was announced may have left: accepting must not wait. */
	flags = fcntl(listener->fd, F_GETFL);
	if (flags < 0 || fcntl(listener->fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return SW_ERR_SYSTEM;
	return SW_OK;
}

enum sw_result
sw_listeners_open(struct sw_listeners *listeners,
    const struct sw_options *options)
{
	const struct {
		const struct sw_texts *texts;
		enum sw_listener_kind kind;
	} lists[] = {
		/* Unix sockets last: who finds one knows that all listen. */
		{ &options->listen_tls, SW_LISTENER_TLS },
		{ &options->listen_tcp, SW_LISTENER_TCP },
		{ &options->listen, SW_LISTENER_UNIX },
	};
	enum sw_result result = SW_OK;

	listeners->count = 0;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		for (size_t j = 0; j < lists[i].texts->count &&
		    result == SW_OK; j++)
			result = add(listeners, options, lists[i].kind,
			    lists[i].texts->items[j]);
	}
	return result;
}

void
sw_listeners_close(struct sw_listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++) {
		struct sw_listener *listener = &listeners->items[i];

		if (listener->fd < 0)
			continue;
		/* The name first: whoever comes after us may take it from
		 * then on. */
		if (listener->kind == SW_LISTENER_UNIX)
			unlink(listener->text);
		close(listener->fd);
		listener->fd = -1;
	}
}
