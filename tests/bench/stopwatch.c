/*
 * A module for Unbound's dynlib that passes everything on to another, and
 * measures how long that one's operate() takes in Unbound's threads.
 *
 * The other is the file that STOPWATCH_MODULE names; at the end, a line
 * "stopwatch: CALLS calls, NANOSECONDS ns" is written to stderr. A call in
 * which the thread was interrupted tells nothing: it counts as the others do on
 * average. What reading the clock takes is taken off: it is measured before each
 * call, since in a resolver at work its instructions are not at hand. The
 * processor's own counter is read where there is one, when all that stands
 * before is done: clock_gettime() reads memory, which is not at hand either.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))
#define INTERRUPTED_NS 20000.0

/* dynlib's six symbols; what the pointers stand for is the other's business. */
EXPORT int init(void *env, int id);
EXPORT void deinit(void *env, int id);
EXPORT void operate(void *qstate, int event, int id, void *outbound);
EXPORT void inform_super(void *qstate, int id, void *super);
EXPORT void clear(void *qstate, int id);
EXPORT size_t get_mem(void *env, int id);

static struct {
	int (*init)(void *, int);
	void (*deinit)(void *, int);
	void (*operate)(void *, int, int, void *);
	void (*inform_super)(void *, int, void *);
	void (*clear)(void *, int);
	size_t (*get_mem)(void *, int);
} other;

/* Ticks, but for calls. */
static atomic_ullong calls, interrupted, sum;
static double tick_ns;

static unsigned long long
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * 1000000000 +
	    (unsigned long long)now.tv_nsec;
}

static unsigned long long
ticks(void)
{
#if defined(__x86_64__)
	unsigned long long now;

	__builtin_ia32_lfence();
	now = __builtin_ia32_rdtsc();
	__builtin_ia32_lfence();
	return now;
#else
	return now_ns();
#endif
}

static void
measure_clock(void)
{
	unsigned long long ns = now_ns(), begin = ticks();

	while (now_ns() - ns < 20000000)
		continue;
	tick_ns = (double)(now_ns() - ns) / (double)(ticks() - begin);
}

int
init(void *env, int id)
{
	const char *path = getenv("STOPWATCH_MODULE");
	void *file = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (file == NULL) {
		fprintf(stderr, "stopwatch: %s\n", path == NULL ?
		    "STOPWATCH_MODULE is not set" : dlerror());
		return 0;
	}
	/* As dlsym(3) has it. */
	*(void **)&other.init = dlsym(file, "init");
	*(void **)&other.deinit = dlsym(file, "deinit");
	*(void **)&other.operate = dlsym(file, "operate");
	*(void **)&other.inform_super = dlsym(file, "inform_super");
	*(void **)&other.clear = dlsym(file, "clear");
	*(void **)&other.get_mem = dlsym(file, "get_mem");
	measure_clock();
	return other.init(env, id);
}

void
deinit(void *env, int id)
{
	unsigned long long all = calls, whole = all - interrupted;

	other.deinit(env, id);
	fprintf(stderr, "stopwatch: %llu calls, %.0f ns\n", all, whole == 0 ? 0 :
	    (double)sum / (double)whole * tick_ns * (double)all);
}

void
operate(void *qstate, int event, int id, void *outbound)
{
	void (*function)(void *, int, int, void *) = other.operate;
	unsigned long long empty = ticks(), begin = ticks(), took;

	function(qstate, event, id, outbound);
	took = ticks() - begin;
	empty = begin - empty;
	atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
	if ((double)(took + empty) * tick_ns < INTERRUPTED_NS)
		atomic_fetch_add_explicit(&sum, took - empty,
		    memory_order_relaxed);
	else
		atomic_fetch_add_explicit(&interrupted, 1,
		    memory_order_relaxed);
}

void
inform_super(void *qstate, int id, void *super)
{
	other.inform_super(qstate, id, super);
}

void
clear(void *qstate, int id)
{
	other.clear(qstate, id);
}

size_t
get_mem(void *env, int id)
{
	return other.get_mem(env, id);
}
