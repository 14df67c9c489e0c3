/*
 * Run another program as a filter: text in, text out, in bounded time.
 */
#ifndef SENDERWATCH_REPORT_FILTER_H
#define SENDERWATCH_REPORT_FILTER_H

#include <stddef.h>

#include "senderwatch/result.h"

struct sw_filter {
	const char *program;		/* looked up in PATH without a slash */
	char *const *argv;
	unsigned ms;			/* limit for all of its life */
	size_t output_max;		/* bytes */
};

/*
 * Give input to the program and collect what it writes into *output (the
 * caller frees; a NUL stands after it). Input must fit into a pipe: at most
 * SW_FILTER_INPUT_MAX bytes. The program sees PATH and a UTF-8 locale, and
 * our standard error.
 *
 * SW_ERR_SYSTEM: it can't be run (errno tells), or it failed (errno 0).
 * SW_ERR_TIMEOUT: it took too long and was killed. SW_ERR_INVALID: too much
 * input or output.
 */
#define SW_FILTER_INPUT_MAX 32768
enum sw_result sw_filter_run(const struct sw_filter *filter,
    const char *input, size_t length, char **output, size_t *output_length);

/* What went wrong, in words, while errno is still that of the run. */
const char *sw_filter_trouble(enum sw_result result);

#endif
