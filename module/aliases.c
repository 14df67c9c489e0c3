/* What list and key make of the domains that were seen last. */
#include "module/aliases.h"

#include <string.h>

#include <sodium.h>

#include "senderwatch/hot.h"

/* So many look-ups apart, the next of a domain mostly finds what it needs. */
#define ALIASES 2048u

/* Each in a line of its own. */
struct slot {
	struct sw_alias alias;
	uint8_t unused[SW_LINE - sizeof(struct sw_alias)];
};
_Static_assert(sizeof(struct slot) == SW_LINE, "a slot is a line");

struct sw_aliases {
	struct slot slots[ALIASES];
};

enum sw_result
sw_aliases_new(struct sw_aliases **aliases)
{
	*aliases = sodium_init() < 0 ? NULL : sodium_malloc(sizeof(**aliases));
	if (*aliases == NULL)
		return SW_ERR_MEMORY;
	memset(*aliases, 0, sizeof(**aliases));
	return SW_OK;
}

void
sw_aliases_free(struct sw_aliases **aliases)
{
	sodium_free(*aliases);	/* cleanses them; NULL is fine */
	*aliases = NULL;
}

static size_t
place_of(uint64_t tag)
{
	return tag % ALIASES;
}

struct sw_alias *
sw_aliases_of(struct sw_aliases *aliases, uint64_t tag)
{
	struct sw_alias *alias = &aliases->slots[place_of(tag)].alias;

	if (alias->tag != tag) {
		alias->tag = tag;
		alias->registrable = false;
		alias->grouped = false;
		alias->made = false;
	}
	return alias;
}

void
sw_aliases_expect(const struct sw_aliases *aliases, uint64_t tag)
{
	__builtin_prefetch(&aliases->slots[place_of(tag)], 1);
}

size_t
sw_aliases_memory(void)
{
	return sizeof(struct sw_aliases);
}
