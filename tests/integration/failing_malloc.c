/*
 * Lets allocations of the module fail while the resolver's own succeed: to be
 * preloaded. While the file that FAILING_MALLOC_FILE names exists, of those
 * that code in senderwatch.so or libprotobuf-c asks for, one in three fails.
 * libfstrm's and libcrypto's own are spared: the first asserts on them.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The C library's own, by the names that preloading leaves them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *old, size_t size);

#define EXPORT __attribute__((visibility("default")))

EXPORT char *strdup(const char *text);

static atomic_uint asked;

static bool
must_fail(const void *caller)
{
	const char *file = getenv("FAILING_MALLOC_FILE");
	Dl_info info;

	if (file == NULL || dladdr(caller, &info) == 0 ||
	    info.dli_fname == NULL ||
	    (strstr(info.dli_fname, "senderwatch.so") == NULL &&
	    strstr(info.dli_fname, "libprotobuf-c") == NULL) ||
	    access(file, F_OK) != 0)
		return false;
	if (atomic_fetch_add(&asked, 1) % 3 != 0)
		return false;
	errno = ENOMEM;
	return true;
}

#define FAILS must_fail(__builtin_return_address(0))

EXPORT void *
malloc(size_t size)
{
	return FAILS ? NULL : __libc_malloc(size);
}

EXPORT void *
calloc(size_t number, size_t size)
{
	return FAILS ? NULL : __libc_calloc(number, size);
}

EXPORT void *
realloc(void *old, size_t size)
{
	return FAILS ? NULL : __libc_realloc(old, size);
}

EXPORT char *
strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = FAILS ? NULL : __libc_malloc(size);

	return copy != NULL ? memcpy(copy, text, size) : NULL;
}
