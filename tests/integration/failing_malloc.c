/*
 * Lets allocations of the module fail while the resolver's own succeed: to be
 * preloaded. It is on while the file that FAILING_MALLOC_FILE names exists.
 *
 * Where that is empty, one in three fails of those that code in senderwatch.so
 * or libprotobuf-c asks for. Where it holds a number, memory is exhausted: of a
 * thread, as in an arena of its own, there are that many bytes and what it frees
 * itself. What these two and libfstrm ask for beyond that fails, and libfstrm
 * asserts that it does not.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The C library's own, by the names that preloading leaves them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

#define EXPORT __attribute__((visibility("default")))

EXPORT char *strdup(const char *text);

static atomic_uint asked;
/* Of a thread: the bytes that were granted, and what it took of them. */
static _Thread_local long granted = -1, taken;

/* -1: all succeed, 0: one in three fails, else bytes. */
static long
what_fails(void)
{
	const char *file = getenv("FAILING_MALLOC_FILE");
	char text[16] = "";
	int error = errno;
	int fd = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)!read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	errno = error;
	return fd < 0 ? -1 : atol(text);
}

static bool
is_of(const void *caller, const char *library)
{
	Dl_info info;

	return dladdr(caller, &info) != 0 && info.dli_fname != NULL &&
	    strstr(info.dli_fname, library) != NULL;
}

static bool
must_fail(const void *caller, size_t size)
{
	bool own = is_of(caller, "senderwatch.so") ||
	    is_of(caller, "libprotobuf-c");
	long bytes;

	if (!own && !is_of(caller, "libfstrm"))
		return false;
	bytes = what_fails();
	if (bytes != granted)
		taken = 0;
	granted = bytes;
	if (bytes < 0 || (bytes == 0 && (!own ||
	    atomic_fetch_add(&asked, 1) % 3 != 0)))
		return false;
	if (bytes > 0 && taken + (long)size <= bytes)
		return false;
	errno = ENOMEM;
	return true;
}

static void *
take(void *memory)
{
	if (granted > 0 && memory != NULL)
		taken += (long)malloc_usable_size(memory);
	return memory;
}

#define CALLER __builtin_return_address(0)

EXPORT void *
malloc(size_t size)
{
	return must_fail(CALLER, size) ? NULL : take(__libc_malloc(size));
}

EXPORT void *
calloc(size_t number, size_t size)
{
	return must_fail(CALLER, number * size) ? NULL :
	    take(__libc_calloc(number, size));
}

EXPORT void *
realloc(void *old, size_t size)
{
	if (must_fail(CALLER, size))
		return NULL;
	if (granted > 0 && old != NULL)
		taken -= (long)malloc_usable_size(old);
	return take(__libc_realloc(old, size));
}

EXPORT void
free(void *memory)
{
	if (granted > 0 && memory != NULL)
		taken -= (long)malloc_usable_size(memory);
	__libc_free(memory);
}

EXPORT char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = must_fail(CALLER, size) ? NULL :
	    take(__libc_malloc(size));

	return copy != NULL ? memcpy(copy, text, size) : NULL;
}
