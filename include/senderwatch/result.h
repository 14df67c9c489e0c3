/*
 * What a function can say of itself.
 *
 * Bad input from outside is a result, never an assertion: a resolver and a
 * collector go on after any of these.
 */
#ifndef SENDERWATCH_RESULT_H
#define SENDERWATCH_RESULT_H

enum sw_result {
	SW_OK = 0,
	SW_ERR_INVALID,		/* malformed input, or an argument out of range */
	SW_ERR_MEMORY,		/* an allocation failed */
	SW_ERR_SYSTEM,		/* the operating system said no; errno tells */
	SW_ERR_TIMEOUT,		/* a deadline passed */
	SW_ERR_CLOSED,		/* the peer went away */
	SW_ERR_STORE,		/* the database refused; nothing was changed */
	SW_ERR_UNSUPPORTED	/* a version or feature that this build lacks */
};

/* A short English phrase; never NULL, also for values out of range. */
const char *sw_result_text(enum sw_result result);

#endif
