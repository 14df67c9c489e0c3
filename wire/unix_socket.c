/* Connecting to and listening on unix sockets. */
#include "senderwatch/stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool
make_address(const char *path, struct sockaddr_un *address)
{
	size_t length = strlen(path);

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (length == 0 || length >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(address->sun_path, path, length);
	return true;
}

enum sw_result
sw_unix_connect(const char *path, unsigned ms, int *fd)
{
	struct sockaddr_un address;
	struct pollfd pollfd;
	int error = 0, saved;
	socklen_t size = sizeof(error);
	enum sw_result result = SW_ERR_SYSTEM;

	*fd = -1;
	if (!make_address(path, &address))
		return SW_ERR_INVALID;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return SW_ERR_SYSTEM;
	if (connect(*fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return SW_OK;
	/* A full backlog says EAGAIN on a unix socket: the caller tries later. */
	if (errno != EINPROGRESS && errno != EINTR)
		goto fail;
	pollfd = (struct pollfd){ .fd = *fd, .events = POLLOUT };
	switch (poll(&pollfd, 1, (int)ms)) {
	case 1:
		if (getsockopt(*fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
		    error == 0)
			return SW_OK;
		errno = error;
		break;
	case 0:
		errno = ETIMEDOUT;
		result = SW_ERR_TIMEOUT;
		break;
	default:
		break;
	}
fail:
	saved = errno;
	close(*fd);
	*fd = -1;
	errno = saved;
	return result;
}

/* A socket file that a killed process left behind may be replaced. */
static enum sw_result
remove_stale(const char *path)
{
	struct stat status;
	int fd;

	if (lstat(path, &status) != 0)
		return errno == ENOENT ? SW_OK : SW_ERR_SYSTEM;
	if (!S_ISSOCK(status.st_mode)) {
		errno = EEXIST;
		return SW_ERR_SYSTEM;
	}
	if (sw_unix_connect(path, 1000, &fd) == SW_OK) {
		close(fd);
		errno = EADDRINUSE;
		return SW_ERR_SYSTEM;
	}
	/* Somebody listens, but is busy. */
	if (errno == EAGAIN)
		errno = EADDRINUSE;
	if (errno != ECONNREFUSED)
		return SW_ERR_SYSTEM;
	return unlink(path) == 0 || errno == ENOENT ? SW_OK : SW_ERR_SYSTEM;
}

enum sw_result
sw_unix_listen(const char *path, unsigned mode, int *fd)
{
	struct sockaddr_un address;
	enum sw_result result;
	int saved;

	*fd = -1;
	if (!make_address(path, &address))
		return SW_ERR_INVALID;
	result = remove_stale(path);
	if (result != SW_OK)
		return result;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return SW_ERR_SYSTEM;
	/*
	 * fchmod() before bind() gives the socket its mode from the start on
	 * Linux; chmod() after it settles the rest.
	 */
	if (fchmod(*fd, mode) == 0 &&
	    bind(*fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    chmod(path, mode) == 0 && listen(*fd, 512) == 0)
		return SW_OK;
	saved = errno;
	close(*fd);
	*fd = -1;
	errno = saved;
	return SW_ERR_SYSTEM;
}
