/* What the tests of names share. */
#ifndef SENDERWATCH_TESTS_LIB_NAMES_H
#define SENDERWATCH_TESTS_LIB_NAMES_H

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
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

#define LIST "/usr/share/publicsuffix/public_suffix_list.dat"

/* An index over the list that suffixes->psl was loaded from; NULL if none. */
static inline struct sw_suffix_index *
list_index(const struct sw_suffixes *suffixes)
{
	FILE *file = fopen(LIST, "re");
	char *text = malloc(1 << 20);
	struct sw_suffix_index *index = NULL;
	size_t length;

	if (file != NULL && text != NULL) {
		length = fread(text, 1, 1 << 20, file);
		sw_suffix_index_new(&index, suffixes, text, length);
	}
	free(text);
	if (file != NULL)
		fclose(file);
	return index;
}

/* What is told of a name without the list is what the list says, or nothing. */
static inline void
check_guess(const uint8_t *wire, size_t length, uint16_t type,
    enum sw_mechanism mechanism, const struct sw_name *name)
{
	struct sw_name guess;

	sw_name_guess(wire, length, type, &guess);
	assert_int_not_equal(guess.mechanism, SW_MECHANISM_DKIM);
	if (mechanism == SW_MECHANISM_NONE)
		return;
	if (mechanism == SW_MECHANISM_DKIM) {
		assert_int_equal(guess.mechanism, SW_MECHANISM_NONE);
		return;
	}
	assert_int_equal(guess.mechanism, mechanism);
	assert_int_equal(guess.subject_length, name->subject_length);
	assert_memory_equal(guess.subject, name->subject,
	    name->subject_length);
	assert_int_equal(guess.depth, name->depth);
}

/* Asked with and without the index: both must say the same of everything. */
static inline enum sw_mechanism
match_both(const struct sw_suffixes *suffixes, const uint8_t *wire,
    size_t length, uint16_t type, struct sw_name *name)
{
	struct sw_suffixes plain = *suffixes;
	struct sw_name other;
	enum sw_mechanism mechanism;

	plain.index = NULL;
	mechanism = sw_name_match(suffixes, wire, length, type, name);
	assert_int_equal(mechanism, sw_name_match(&plain, wire, length, type,
	    &other));
	check_guess(wire, length, type, mechanism, name);
	if (mechanism == SW_MECHANISM_NONE)
		return mechanism;
	assert_int_equal(name->subject_length, other.subject_length);
	assert_memory_equal(name->subject, other.subject, other.subject_length);
	assert_string_equal(name->suffix, other.suffix);
	assert_ptr_equal(name->registry, other.registry);
	assert_ptr_equal(name->type, other.type);
	assert_int_equal(name->depth, other.depth);
	return mechanism;
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
