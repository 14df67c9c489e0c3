/* TCP ports of the loopback interface, and metrics on one. */
#include "support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Below those that the kernel gives to connections (32768 to 60999), and above
 * those of tools/lab.sh: what is free now would else be taken by a test beside
 * this one before it is used.
 */
unsigned
free_port(void)
{
	static unsigned tried;
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	unsigned port = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0), result;

	assert_true(fd >= 0);
	do {
		assert_true(tried < 1000);
		/* Tests that run side by side begin far from each other. */
		port = 22000 + ((unsigned)getpid() * 101 + tried++) % 10000;
		address.sin_port = htons((uint16_t)port);
		result = bind(fd, (struct sockaddr *)&address,
		    sizeof(address));
	} while (result != 0);
	close(fd);
	return port;
}

static int
try_tcp(unsigned port, const char *from, int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	*fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(*fd >= 0);
	if (from != NULL) {
		inet_pton(AF_INET, from, &address.sin_addr);
		assert_int_equal(bind(*fd, (struct sockaddr *)&address,
		    sizeof(address)), 0);
	}
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)port);
	return connect(*fd, (struct sockaddr *)&address, sizeof(address));
}

/*
 * A collector answers on its socket, for which start_daemon() waits, before it
 * listens on its ports.
 */
int
connect_tcp(unsigned port, const char *from)
{
	uint64_t end = now_ms() + DEADLINE_MS;
	int fd;

	while (try_tcp(port, from, &fd) != 0) {
		if (errno != ECONNREFUSED || now_ms() > end)
			fail_msg("cannot connect to port %u: %s", port,
			    strerror(errno));
		close(fd);
		poll(NULL, 0, 2);
	}
	return fd;
}

char *
http(unsigned port, const char *request)
{
	int fd = connect_tcp(port, NULL);
	size_t size = 65536, length = 0;
	char *answer = malloc(size), head[512];
	ssize_t got;

	snprintf(head, sizeof(head), "%s\r\nHost: localhost\r\n"
	    "Connection: close\r\n\r\n", request);
	send_bytes(fd, head, strlen(head));
	while ((got = recv(fd, answer + length, size - length - 1, 0)) > 0) {
		length += (size_t)got;
		if (length + 1 == size)
			answer = realloc(answer, size *= 2);
		assert_non_null(answer);
	}
	answer[length] = '\0';
	close(fd);
	return answer;
}

double
metric(unsigned port, const char *name)
{
	char *answer = http(port, "GET /metrics HTTP/1.1");
	size_t length = strlen(name);
	double value = -1;

	for (char *line = strstr(answer, "\n"); line != NULL;
	    line = strstr(line + 1, "\n")) {
		if (strncmp(line + 1, name, length) == 0 &&
		    line[1 + length] == ' ')
			value = atof(line + 1 + length);
	}
	free(answer);
	return value;
}

void
await_metric(unsigned port, const char *name, double value)
{
	uint64_t end = now_ms() + DEADLINE_MS;

	while (metric(port, name) != value) {
		if (now_ms() > end)
			fail_msg("%s does not become %g", name, value);
		poll(NULL, 0, 10);
	}
}
