/*
 * A collector that does what it should not, on a unix socket.
 *
 *   bad_collector refusing|deaf|silent|drip|garbage|hangup SOCKET
 *
 * refusing does not listen; deaf listens and never accepts; silent accepts and
 * never reads; drip reads a byte a second; garbage sends what is no Frame
 * Streams at all; hangup closes in the middle of a stream, before it
 * acknowledges. Runs until SIGTERM.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PEERS_MAX 64

static int
listen_on(const char *path, int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) !=
	    0 || (backlog >= 0 && listen(fd, backlog) != 0))
		return -1;
	return fd;
}

/* Answers READY with ACCEPT, takes what comes for a while, and hangs up. */
static void
hang_up(int fd)
{
	static const unsigned char accept_frame[] =
	    "\0\0\0\0" "\0\0\0\x2a" "\0\0\0\x01" "\0\0\0\x01" "\0\0\0\x1a"
	    "protobuf:senderwatch.Frame";
	char buffer[256];

	if (read(fd, buffer, sizeof(buffer)) > 0 &&
	    write(fd, accept_frame, sizeof(accept_frame) - 1) > 0)
		(void)!read(fd, buffer, 100);
	close(fd);
}

int
main(int argc, char **argv)
{
	int listener, peers[PEERS_MAX], count = 0;
	const char *mode = argc == 3 ? argv[1] : "";

	listener = argc != 3 ? -1 : listen_on(argv[2],
	    strcmp(mode, "refusing") == 0 ? -1 :
	    strcmp(mode, "deaf") == 0 ? 0 : 16);
	if (listener < 0) {
		fprintf(stderr, "usage: bad_collector refusing|deaf|silent|"
		    "drip|garbage|hangup SOCKET\n");
		return 2;
	}
	while (strcmp(mode, "refusing") == 0 || strcmp(mode, "deaf") == 0)
		pause();
	for (;;) {
		struct pollfd pollfd = { .fd = listener, .events = POLLIN };
		char byte;

		if (poll(&pollfd, 1, 1000) == 1) {
			int fd = accept(listener, NULL, NULL);

			if (fd >= 0 && strcmp(mode, "hangup") == 0) {
				hang_up(fd);
			} else if (fd >= 0 && strcmp(mode, "garbage") == 0) {
				(void)!write(fd, "HTTP/1.1 400 Bad Request\r\n"
				    "\r\n\377\377\377\377\377\377\377\377", 36);
				close(fd);
			} else if (fd >= 0 && count < PEERS_MAX) {
				peers[count++] = fd;
			} else if (fd >= 0) {
				close(fd);
			}
			continue;
		}
		for (int i = 0; strcmp(mode, "drip") == 0 && i < count; i++)
			(void)!recv(peers[i], &byte, 1, MSG_DONTWAIT);
	}
}
