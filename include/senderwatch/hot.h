/*
 * What Unbound's threads run for a look-up stands together in the library, on as
 * few pages as can be: in a resolver at work none of it is at hand.
 */
#ifndef SENDERWATCH_HOT_H
#define SENDERWATCH_HOT_H

#define SW_HOT __attribute__((hot))
#define SW_LINE 64u	/* octets of the processor's cache */

#endif
