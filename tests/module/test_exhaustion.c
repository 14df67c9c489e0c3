/*
 * Streams and spool files when memory is exhausted, to a byte: libfstrm asserts
 * that it gets what it asks for, so it must not be asked in vain. This program's
 * malloc() gives a thread no more than a budget and what it frees itself, as an
 * arena of its own does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/spool.h"
#include "tests/wire/streams.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MALLOC 0	/* the sanitizers have theirs */
#else
#define OWN_MALLOC 1
#endif

#define STEP 64
#define UNLIMITED (-1)

static _Thread_local long budget = UNLIMITED;

#if OWN_MALLOC
/* The C library's own. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

/* For libfstrm, too. */
#define EXPORT __attribute__((visibility("default")))

static bool
has(size_t size)
{
	if (budget == UNLIMITED || (long)size + 16 <= budget)
		return true;
	errno = ENOMEM;
	return false;
}

static void *
take(void *memory)
{
	if (budget != UNLIMITED && memory != NULL)
		budget -= (long)malloc_usable_size(memory);
	return memory;
}

static void
give(void *memory)
{
	if (budget != UNLIMITED && memory != NULL)
		budget += (long)malloc_usable_size(memory);
}

EXPORT void *
malloc(size_t size)
{
	return has(size) ? take(__libc_malloc(size)) : NULL;
}

EXPORT void *
calloc(size_t number, size_t size)
{
	return has(number * size) ? take(__libc_calloc(number, size)) : NULL;
}

EXPORT void *
realloc(void *old, size_t size)
{
	if (!has(size))
		return NULL;
	give(old);
	return take(__libc_realloc(old, size));
}

EXPORT void
free(void *memory)
{
	give(memory);
	__libc_free(memory);
}
#endif

static void
log_nothing(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
log_nothing(enum sw_log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* The collector's end, with all the memory that it wants. */
static void *
acknowledge(void *argument)
{
	static const struct sw_stream_options options = {
		.operation_ms = PATIENCE_MS
	};
	struct sw_stream *stream;
	struct fstrm_reader *reader = make_reader(*(int *)argument, &options,
	    &stream);
	const uint8_t *frame;
	size_t length;

	while (fstrm_reader_read(reader, &frame, &length) == fstrm_res_success)
		continue;
	fstrm_reader_destroy(&reader);
	return NULL;
}

static enum sw_result
deliver_with(long bytes, const uint8_t *frame, size_t length)
{
	static const struct sw_stream_options options = {
		.operation_ms = PATIENCE_MS, .reserve = true
	};
	struct fstrm_rdwr *rdwr = NULL;
	struct sw_stream *stream = NULL;
	enum sw_result result;
	pthread_t peer;
	int fds[2];

	make_pair(fds, 0);
	pthread_create(&peer, NULL, acknowledge, &fds[1]);
	budget = bytes;
	result = sw_stream_new(fds[0], &options, &rdwr, &stream);
	if (result == SW_OK)
		result = sw_stream_deliver(&rdwr, stream, frame, length);
	budget = UNLIMITED;
	pthread_join(peer, NULL);
	return result;
}

static void
streaming(void **state)
{
	static const uint8_t frame[1000] = { 1 };
	unsigned refused = 0, done = 0;

	(void)state;
	for (long bytes = 0; bytes < 2 * (long)SW_WRITER_MEMORY;
	    bytes += STEP) {
		enum sw_result result = deliver_with(bytes, frame,
		    sizeof(frame));

		assert_true(result == SW_OK || result == SW_ERR_MEMORY);
		refused += result != SW_OK;
		done += result == SW_OK;
	}
	assert_true(refused > 0);
	assert_true(done > 0);
}

static char folder[] = "/tmp/senderwatch-exhaustion-XXXXXX";

static unsigned
count_files(void)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL)
		count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
	closedir(directory);
	return count;
}

static enum sw_result
count_frame(void *argument, const uint8_t *frame, size_t length)
{
	(void)frame;
	assert_int_equal(length, 1000);
	++*(unsigned *)argument;
	return SW_OK;
}

static enum sw_result
spool_with(long bytes, uint8_t number)
{
	static const uint8_t frame[1000] = { 1 };
	const uint8_t instance[SW_INSTANCE_SIZE] = { number };
	struct sw_spool *spool = NULL;
	enum sw_result result;

	budget = bytes;
	result = sw_spool_begin(&spool, folder, instance, 1024 * 1024);
	if (result == SW_OK)
		result = sw_spool_add(spool, frame, sizeof(frame));
	if (result == SW_OK)
		result = sw_spool_commit(&spool);
	else
		sw_spool_discard(&spool);
	budget = UNLIMITED;
	return result;
}

static void
spooling(void **state)
{
	unsigned refused = 0, delivered = 0;

	(void)state;
	for (long bytes = 0; bytes < 6 * (long)SW_WRITER_MEMORY;
	    bytes += STEP) {
		enum sw_result result = spool_with(bytes, 1);

		/* Nothing, or all of it, and never half of a file. */
		assert_int_equal(count_files(), result == SW_OK);
		refused += result != SW_OK;
		if (result != SW_OK)
			continue;
		assert_int_equal(sw_spool_drain(folder, count_frame,
		    &delivered, log_nothing), SW_OK);
		assert_int_equal(count_files(), 0);
	}
	assert_true(refused > 0);
	assert_true(delivered > 0);
}

static void
draining(void **state)
{
	unsigned refused = 0, delivered = 0;
	enum sw_result result = SW_ERR_MEMORY;

	(void)state;
	assert_int_equal(spool_with(UNLIMITED, 1), SW_OK);
	assert_int_equal(spool_with(UNLIMITED, 2), SW_OK);
	for (long bytes = 0; result != SW_OK; bytes += 100 * STEP) {
		budget = bytes;
		result = sw_spool_drain(folder, count_frame, &delivered,
		    log_nothing);
		budget = UNLIMITED;
		refused += result == SW_ERR_MEMORY;
		/* A file is not damaged for want of memory. */
		assert_true(result == SW_OK || (result != SW_ERR_UNSUPPORTED &&
		    count_files() > 0));
	}
	assert_true(refused > 0);
	assert_in_range(delivered, 2, 4);
	assert_int_equal(count_files(), 0);
}

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streaming),
		cmocka_unit_test(spooling),
		cmocka_unit_test(draining),
	};

	if (!OWN_MALLOC) {
		puts("1..0 # SKIP the sanitizers have a malloc() of their own");
		return 0;
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
