/* Connecting to and listening on TCP sockets with numeric addresses. */
#include "senderwatch/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "senderwatch/settings.h"

static struct addrinfo *
look_up(const char *address, unsigned port)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM
	};
	struct addrinfo *found = NULL;
	char service[8];

	snprintf(service, sizeof(service), "%u", port % 65536);
	return getaddrinfo(address, service, &hints, &found) == 0 ? found :
	    NULL;
}

static enum sw_result
finish_connect(int fd, unsigned ms)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	int error = 0, ready;
	socklen_t size = sizeof(error);

	do
		ready = poll(&pollfd, 1, (int)ms);
	while (ready < 0 && errno == EINTR);
	if (ready == 0) {
		errno = ETIMEDOUT;
		return SW_ERR_TIMEOUT;
	}
	if (ready < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) !=
	    0)
		return SW_ERR_SYSTEM;
	errno = error;
	return error == 0 ? SW_OK : SW_ERR_SYSTEM;
}

enum sw_result
sw_tcp_connect(const char *address, unsigned port, unsigned ms, int *fd)
{
	enum sw_result result = SW_ERR_SYSTEM;
	struct addrinfo *found = look_up(address, port);
	int on = 1, saved;

	*fd = -1;
	if (found == NULL)
		return SW_ERR_INVALID;
	*fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0);
	if (*fd >= 0) {
		/* A batch is a few small writes and waits for an answer. */
		setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (connect(*fd, found->ai_addr, found->ai_addrlen) == 0)
			result = SW_OK;
		else if (errno == EINPROGRESS || errno == EINTR)
			result = ms == 0 ? SW_OK : finish_connect(*fd, ms);
	}
	freeaddrinfo(found);
	if (result != SW_OK && *fd >= 0) {
		saved = errno;
		close(*fd);
		*fd = -1;
		errno = saved;
	}
	return result;
}

enum sw_result
sw_tcp_listen(const char *address, unsigned port, int *fd)
{
	struct addrinfo *found = look_up(address, port);
	enum sw_result result = SW_ERR_SYSTEM;
	int on = 1, saved;

	*fd = -1;
	if (found == NULL)
		return SW_ERR_INVALID;
	*fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd >= 0) {
		setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (found->ai_family == AF_INET6)
			setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
			    sizeof(on));
		if (bind(*fd, found->ai_addr, found->ai_addrlen) == 0 &&
		    listen(*fd, 512) == 0)
			result = SW_OK;
	}
	freeaddrinfo(found);
	if (result != SW_OK && *fd >= 0) {
		saved = errno;
		close(*fd);
		*fd = -1;
		errno = saved;
	}
	return result;
}

bool
sw_tcp_parse(const char *text, char *address, size_t size, unsigned *port)
{
	const char *at = strrchr(text, '@');
	unsigned char binary[16];
	unsigned long number;

	if (at == NULL || (size_t)(at - text) >= size ||
	    !sw_setting_unsigned(at + 1, 1, 65535, &number))
		return false;
	memcpy(address, text, (size_t)(at - text));
	address[at - text] = '\0';
	*port = (unsigned)number;
	return inet_pton(AF_INET, address, binary) == 1 ||
	    inet_pton(AF_INET6, address, binary) == 1;
}

bool
sw_tcp_is_loopback(const char *address)
{
	struct in_addr four;
	struct in6_addr six;

	if (inet_pton(AF_INET, address, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &six) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&six);
}
