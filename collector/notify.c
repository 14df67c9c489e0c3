#include "notify.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "senderwatch/settings.h"

#define WATCHDOG_MAX_US 3600000000ul

void
sw_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = path != NULL ? strlen(path) : 0;
	int fd;

	if (length == 0 || length >= sizeof(address.sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')	/* of the abstract name space */
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}

void
sw_notify_reloading(void)
{
	struct timespec now;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
	    (unsigned long long)now.tv_sec * 1000000 +
	    (unsigned long long)now.tv_nsec / 1000);
	sw_notify(text);
}

void
sw_watchdog_init(struct sw_watchdog *watchdog)
{
	const char *text = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	unsigned long us, number;

	*watchdog = (struct sw_watchdog){ 0, 0 };
	if (text == NULL ||
	    (pid != NULL && (!sw_setting_unsigned(pid, 1, INT_MAX, &number) ||
	    number != (unsigned long)getpid())) ||
	    !sw_setting_unsigned(text, 2000, WATCHDOG_MAX_US, &us))
		return;
	watchdog->limit_ms = (unsigned)(us / 1000);
	watchdog->interval_ms = watchdog->limit_ms / 2;
}
