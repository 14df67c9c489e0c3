/* What the tests of names share. */
#ifndef SENDERWATCH_TESTS_LIB_NAMES_H
#define SENDERWATCH_TESTS_LIB_NAMES_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "senderwatch/name.h"

/* Labels between dots, taken as they are, in wire format; "" is the root. */
static inline size_t
to_wire(const char *text, uint8_t wire[SW_NAME_WIRE_MAX + 64])
{
	size_t used = 0;

	while (*text != '\0') {
		size_t label = strcspn(text, ".");

		assert(used + label + 2 < SW_NAME_WIRE_MAX + 64);
		wire[used++] = (uint8_t)label;
		memcpy(wire + used, text, label);
		used += label;
		text += label + (text[label] == '.');
	}
	wire[used++] = 0;
	return used;
}

/* The table for .jp that programs carry, or NULL. */
static inline struct sw_registry *
builtin_registry(const char *tld)
{
	for (size_t i = 0; i < sw_registry_builtin_count; i++) {
		const struct sw_registry_builtin *builtin =
		    &sw_registry_builtins[i];
		struct sw_registry *registry;
		const char *reason;
		unsigned line;

		if (strcmp(builtin->tld, tld) != 0)
			continue;
		if (sw_registry_parse(&registry, builtin->text,
		    builtin->length, &line, &reason) == SW_OK)
			return registry;
	}
	return NULL;
}

#endif
