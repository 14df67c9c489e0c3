/* An index over the Public Suffix List. */
#include "suffix_index.h"

#include <stdlib.h>
#include <string.h>

#include <idn2.h>

#define LINE_LENGTH_MAX 500

/* Where the suffix stands, or would stand. */
static uint64_t *
find_slot(const struct sw_suffix_index *index, const uint8_t *name,
    size_t length)
{
	uint64_t hash = sw_suffix_hash(name, length), slot;
	size_t at = hash & index->mask;

	for (; (slot = index->slots[at]) != 0; at = (at + 1) & index->mask) {
		const struct sw_suffix *suffix =
		    &index->suffixes[(uint32_t)slot - 1];

		if (sw_suffix_is(suffix, name, length))
			break;
	}
	return &index->slots[at];
}

/* Twice the slots, and the suffixes put in again. */
static enum sw_result
grow(struct sw_suffix_index *index)
{
	size_t room = index->room == 0 ? 1024 : 2 * index->room;
	struct sw_suffix *suffixes = reallocarray(index->suffixes, room,
	    sizeof(*suffixes));
	uint64_t *slots;

	if (suffixes == NULL)
		return SW_ERR_MEMORY;
	index->suffixes = suffixes;
	slots = calloc(2 * room, sizeof(*slots));
	if (slots == NULL)
		return SW_ERR_MEMORY;
	free(index->slots);
	index->slots = slots;
	index->room = room;
	index->mask = 2 * room - 1;
	for (size_t i = 0; i < index->count; i++) {
		const struct sw_suffix *suffix = &suffixes[i];

		*find_slot(index, suffix->name, suffix->length) =
		    sw_suffix_hash(suffix->name, suffix->length) >> 32 << 32 |
		    (i + 1);
	}
	return SW_OK;
}

static const struct sw_registry *
find_registry(const struct sw_suffixes *suffixes, const char *text)
{
	const char *dot = strrchr(text, '.');

	return sw_registry_of_tld(suffixes, dot != NULL ? dot + 1 : text);
}

/* All that is known of a suffix that was just added. */
static enum sw_result
fill(struct sw_suffix *suffix, const struct sw_suffixes *suffixes,
    const char *text, const uint8_t *name, size_t length)
{
	const char *region = text;
	uint8_t *own_name = calloc(1, length + SW_SUFFIX_PADDING);

	suffix->name = own_name;
	suffix->text = NULL;
	if (own_name == NULL)
		return SW_ERR_MEMORY;
	memcpy(own_name, name, length);
	suffix->length = (uint8_t)length;
	suffix->is_suffix = psl_is_public_suffix2(suffixes->psl, text,
	    PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
	suffix->registry = find_registry(suffixes, text);
	if (suffix->registry != NULL) {
		suffix->type = sw_registry_suffix_type(suffix->registry, text,
		    &region);
		suffix->has_names = sw_registry_has_names(suffix->registry,
		    text);
		suffix->has_deeper = sw_registry_has_deeper(suffix->registry,
		    text);
	}
	suffix->text = strdup(region);
	return suffix->text != NULL ? SW_OK : SW_ERR_MEMORY;
}

static enum sw_result
add(struct sw_suffix_index *index, const struct sw_suffixes *suffixes,
    const char *text, bool wildcard)
{
	uint8_t name[SW_NAME_WIRE_MAX + SW_SUFFIX_PADDING] = { 0 };
	size_t length = sw_name_from_text(text, name, SW_NAME_WIRE_MAX);
	enum sw_result result = SW_OK;
	struct sw_suffix *suffix;
	uint64_t *slot;

	if (length == 0 || strlen(text) >= SW_SUFFIX_MAX)
		return SW_ERR_INVALID;
	if (index->count == index->room)
		result = grow(index);
	if (result != SW_OK)
		return result;
	slot = find_slot(index, name, length);
	if (*slot != 0) {
		suffix = &index->suffixes[(uint32_t)*slot - 1];
		suffix->has_wildcard |= wildcard;
		return SW_OK;
	}
	suffix = &index->suffixes[index->count++];
	memset(suffix, 0, sizeof(*suffix));
	suffix->has_wildcard = wildcard;
	result = fill(suffix, suffixes, text, name, length);
	if (result == SW_OK)
		*slot = sw_suffix_hash(name, length) >> 32 << 32 | index->count;
	return result;
}

/* One line of the list: a rule up to the first blank, or a comment. */
static enum sw_result
add_line(struct sw_suffix_index *index, const struct sw_suffixes *suffixes,
    const char *line, size_t length)
{
	char rule[LINE_LENGTH_MAX + 1], *text = rule, *ascii = NULL;
	bool wildcard = false;
	enum sw_result result;

	while (length > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		length--;
	}
	if (length > LINE_LENGTH_MAX && line[0] != '/')
		return SW_ERR_INVALID;
	if (length == 0 || line[0] == '/')
		return SW_OK;
	memcpy(rule, line, length);
	rule[length] = '\0';
	rule[strcspn(rule, " \t\r")] = '\0';
	if (strncmp(text, "*.", 2) == 0) {
		wildcard = true;
		text += 2;
	} else if (*text == '!') {
		text++;
	}
	/* "*" alone is the list's default, see unlisted_tlds. */
	if (*text == '\0' || strcmp(text, "*") == 0)
		return SW_OK;
	if (idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return SW_ERR_INVALID;
	result = add(index, suffixes, ascii, wildcard);
	idn2_free(ascii);
	return result;
}

/* What names have below them, and what none has, is known when all are in. */
static void
find_branches(struct sw_suffix_index *index)
{
	for (size_t i = 0; i < index->count; i++) {
		const struct sw_suffix *suffix = &index->suffixes[i];
		uint8_t trait = sw_suffix_trait(suffix->name, suffix->length);
		size_t bit = sw_suffix_filter_bit(sw_suffix_hash(suffix->name,
		    suffix->length));
		size_t label = 1 + (size_t)suffix->name[0];
		uint64_t slot = *find_slot(index, suffix->name + label,
		    suffix->length - label);

		index->filter[bit / 64] |= UINT64_C(1) << bit % 64;
		if (suffix->has_wildcard || suffix->has_deeper)
			index->branches[trait] = true;
		if (slot != 0)
			index->suffixes[(uint32_t)slot - 1].below[trait / 64] |=
			    UINT64_C(1) << trait % 64;
	}
}

enum sw_result
sw_suffix_index_new(struct sw_suffix_index **index,
    const struct sw_suffixes *suffixes, const char *text, size_t length)
{
	struct sw_suffix_index *made = calloc(1, sizeof(*made));
	const char *end = text + length;
	enum sw_result result = made != NULL ? grow(made) : SW_ERR_MEMORY;

	*index = NULL;
	while (result == SW_OK && text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		if (eol == NULL)
			eol = end;
		result = add_line(made, suffixes, text, (size_t)(eol - text));
		text = eol < end ? eol + 1 : end;
	}
	if (result == SW_OK) {
		find_branches(made);
		*index = made;
		made = NULL;
	}
	sw_suffix_index_free(&made);
	return result;
}

void
sw_suffix_index_free(struct sw_suffix_index **index)
{
	struct sw_suffix_index *i = *index;

	*index = NULL;
	if (i == NULL)
		return;
	for (size_t k = 0; k < i->count; k++) {
		free((uint8_t *)(uintptr_t)i->suffixes[k].name);
		free((char *)(uintptr_t)i->suffixes[k].text);
	}
	free(i->suffixes);
	free(i->slots);
	free(i);
}
