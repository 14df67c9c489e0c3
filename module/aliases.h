/*
 * What list and key make of the domains that were seen last: mail servers ask for
 * several records of a domain at about one time, and its HMAC takes as long as
 * judging one. One thread's; in memory that is not swapped if the system allows
 * it, and not dumped, for it holds the keys of digests.
 */
#ifndef SENDERWATCH_MODULE_ALIASES_H
#define SENDERWATCH_MODULE_ALIASES_H

#include <stddef.h>
#include <stdint.h>

#include "module/keys.h"
#include "senderwatch/result.h"

struct sw_aliases;

enum sw_result sw_aliases_new(struct sw_aliases **aliases);
void sw_aliases_free(struct sw_aliases **aliases);

/*
 * Of the subject of this tag: as it was left before, or with nothing known. It
 * takes the place of another's.
 */
struct sw_alias *sw_aliases_of(struct sw_aliases *aliases, uint64_t tag);

/* Said some time before, it saves waiting for memory. */
void sw_aliases_expect(const struct sw_aliases *aliases, uint64_t tag);

/* Bytes that they take. */
size_t sw_aliases_memory(void);

#endif
