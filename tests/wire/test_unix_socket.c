/* Unix sockets: who may be replaced, and who not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "senderwatch/stream.h"

static char folder[] = "/tmp/sw-test-XXXXXX";
static char path[200];

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	return 0;
}

static int
remove_path(void **state)
{
	(void)state;
	unlink(path);
	rmdir(path);
	return 0;
}

static int
tear_down(void **state)
{
	remove_path(state);
	return rmdir(folder);
}

static void
expect_refused(enum sw_result expected, int expected_errno)
{
	int fd = 12345;

	errno = 0;
	assert_int_equal(sw_unix_listen(path, 0600, &fd), expected);
	assert_int_equal(errno, expected_errno);
	assert_int_equal(fd, -1);
}

/* Does whoever listens on fd get what is sent to the path? */
static void
expect_talk(int listener)
{
	int client, server;
	char byte = 0;

	assert_int_equal(sw_unix_connect(path, 1000, &client), SW_OK);
	assert_true((fcntl(client, F_GETFL) & O_NONBLOCK) != 0);
	assert_true((fcntl(client, F_GETFD) & FD_CLOEXEC) != 0);
	server = accept(listener, NULL, NULL);
	assert_true(server >= 0);
	assert_int_equal(write(client, "x", 1), 1);
	assert_int_equal(read(server, &byte, 1), 1);
	assert_int_equal(byte, 'x');
	close(client);
	close(server);
}

/* A socket of that type at path, which nothing listens on yet. */
static int
bind_there(int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	assert_in_range(strlen(path), 1, sizeof(address.sun_path) - 1);
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
	    sizeof(address)), 0);
	return fd;
}

static void
modes(void **state)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	static const mode_t wanted[] = { 0600, 0660, 0666 };

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		mode_t before = umask(masks[i % 4]);
		struct stat status;
		int fd;

		assert_int_equal(sw_unix_listen(path, wanted[i / 4], &fd),
		    SW_OK);
		umask(before);
		assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		assert_int_equal(stat(path, &status), 0);
		assert_true(S_ISSOCK(status.st_mode));
		assert_int_equal(status.st_mode & 07777, wanted[i / 4]);
		expect_talk(fd);
		close(fd);
		unlink(path);
	}
}

static void
stale_socket_is_replaced(void **state)
{
	int fd;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(sw_unix_listen(path, 0600, &fd), SW_OK);
		expect_talk(fd);
		/* Killed: the file stays. */
		close(fd);
		assert_int_equal(access(path, F_OK), 0);
	}
}

static void
live_socket_is_not(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(sw_unix_listen(path, 0600, &fd), SW_OK);
	expect_refused(SW_ERR_SYSTEM, EADDRINUSE);
	/* What that attempt left in the queue. */
	close(accept(fd, NULL, NULL));
	expect_talk(fd);
	close(fd);
}

/* A server that is too busy to accept is alive. */
static void
busy_socket_is_not(void **state)
{
	int clients[10], count = 0, fd = bind_there(SOCK_STREAM);

	(void)state;
	assert_int_equal(listen(fd, 0), 0);
	while (count < 10 && sw_unix_connect(path, 100, &clients[count]) ==
	    SW_OK)
		count++;
	assert_in_range(count, 1, 9);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(clients[count], -1);
	expect_refused(SW_ERR_SYSTEM, EADDRINUSE);
	assert_int_equal(access(path, F_OK), 0);
	while (count-- > 0)
		close(clients[count]);
	close(fd);
}

static void
other_files_are_not(void **state)
{
	char text[10] = "", other[220];
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_equal(write(fd, "precious", 8), 8);
	close(fd);
	expect_refused(SW_ERR_SYSTEM, EEXIST);
	fd = open(path, O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 8);
	assert_string_equal(text, "precious");
	close(fd);
	unlink(path);

	assert_int_equal(mkdir(path, 0700), 0);
	expect_refused(SW_ERR_SYSTEM, EEXIST);
	rmdir(path);

	assert_int_equal(mkfifo(path, 0600), 0);
	expect_refused(SW_ERR_SYSTEM, EEXIST);
	unlink(path);

	snprintf(other, sizeof(other), "%s/nowhere", folder);
	assert_int_equal(symlink(other, path), 0);
	expect_refused(SW_ERR_SYSTEM, EEXIST);
	assert_int_not_equal(access(other, F_OK), 0);
	unlink(path);

	/* A datagram socket is somebody's. */
	fd = bind_there(SOCK_DGRAM);
	expect_refused(SW_ERR_SYSTEM, EPROTOTYPE);
	assert_int_equal(access(path, F_OK), 0);
	close(fd);
}

static void
nobody_there(void **state)
{
	int fd = 12345;

	(void)state;
	assert_int_equal(sw_unix_connect(path, 100, &fd), SW_ERR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(fd, -1);
	assert_int_equal(sw_unix_listen(path, 0600, &fd), SW_OK);
	close(fd);
	assert_int_equal(sw_unix_connect(path, 100, &fd), SW_ERR_SYSTEM);
	assert_int_equal(errno, ECONNREFUSED);
	assert_int_equal(fd, -1);
	assert_int_equal(sw_unix_listen("/nonexistent/socket", 0600, &fd),
	    SW_ERR_SYSTEM);
	assert_int_equal(fd, -1);
}

static void
long_paths(void **state)
{
	struct sockaddr_un address;
	char kept[sizeof(path)], long_path[200];
	size_t length = strlen(folder);
	int fd;

	(void)state;
	memcpy(long_path, folder, length);
	long_path[length] = '/';
	memset(long_path + length + 1, 'x', sizeof(long_path) - length - 1);
	memcpy(kept, path, sizeof(path));
	/* The longest path that has room, with its NUL. */
	long_path[sizeof(address.sun_path) - 1] = '\0';
	memcpy(path, long_path, sizeof(address.sun_path));
	assert_int_equal(sw_unix_listen(path, 0600, &fd), SW_OK);
	expect_talk(fd);
	close(fd);
	unlink(path);
	/* One more. */
	memset(path, 'x', sizeof(path));
	memcpy(path, folder, length);
	path[length] = '/';
	path[sizeof(address.sun_path)] = '\0';
	expect_refused(SW_ERR_INVALID, ENAMETOOLONG);
	fd = 12345;
	assert_int_equal(sw_unix_connect(path, 100, &fd), SW_ERR_INVALID);
	assert_int_equal(fd, -1);
	assert_int_equal(sw_unix_connect("", 100, &fd), SW_ERR_INVALID);
	memcpy(path, kept, sizeof(path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes),
		cmocka_unit_test_teardown(stale_socket_is_replaced,
		    remove_path),
		cmocka_unit_test_teardown(live_socket_is_not, remove_path),
		cmocka_unit_test_teardown(busy_socket_is_not, remove_path),
		cmocka_unit_test_teardown(other_files_are_not, remove_path),
		cmocka_unit_test_teardown(nobody_there, remove_path),
		cmocka_unit_test(long_paths),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
