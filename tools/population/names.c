#include "names.h"

#include <ctype.h>
#include <idn2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct names {
	const struct suffixes *suffixes;
	uint64_t *used;		/* hashes of names, open addressing, 0: free */
	size_t mask;
};

/* --- Names that are taken --- */

static uint64_t
hash(const char *name)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (; *name != '\0'; name++)
		value = (value ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	value = random_mix(value);
	return value != 0 ? value : 1;
}

/* False if the name is taken, or, once in 1e12, if its hash is. */
static bool
take(struct names *names, const char *name)
{
	uint64_t value = hash(name);
	size_t i = value & names->mask;

	while (names->used[i] != 0) {
		if (names->used[i] == value)
			return false;
		i = (i + 1) & names->mask;
	}
	names->used[i] = value;
	return true;
}

void
names_reserve(struct names *names, const char *name)
{
	take(names, name);
}

static void
reserve_list(struct names *names, const struct suffix_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		take(names, list->names[i]);
}

struct names *
names_new(const struct suffixes *suffixes, size_t capacity)
{
	static const char *const attributes[] = { "ac.jp", "ad.jp", "co.jp",
		"ed.jp", "go.jp", "gr.jp", "lg.jp", "ne.jp", "or.jp" };
	struct names *names = calloc(1, sizeof(*names));
	size_t size = 8192;

	if (names == NULL)
		return NULL;
	while (size < 2 * capacity)
		size *= 2;
	names->used = calloc(size, sizeof(*names->used));
	if (names->used == NULL) {
		free(names);
		return NULL;
	}
	names->mask = size - 1;
	names->suffixes = suffixes;
	for (size_t i = 0; i < COUNT(attributes); i++)
		take(names, attributes[i]);
	reserve_list(names, &suffixes->municipalities);
	reserve_list(names, &suffixes->prefectures);
	reserve_list(names, &suffixes->kanji);
	reserve_list(names, &suffixes->cities);
	return names;
}

void
names_free(struct names *names)
{
	if (names == NULL)
		return;
	free(names->used);
	free(names);
}

/* --- Labels --- */

static const char *
pick(struct random *random, const char *const *words, size_t count)
{
	return words[random_below(random, count)];
}
#define PICK(random, words) pick(random, words, COUNT(words))

static void
make_syllables(struct random *random, char *out, size_t size)
{
	size_t parts = 2 + random_below(random, 4);

	out[0] = '\0';
	while (parts-- > 0)
		strncat(out, PICK(random, word_syllables), size - strlen(out) - 1);
}

/* sakura-kensetsu, morinaka, hoshi24, i-tsukuru, ... */
static void
make_label(struct random *random, char *out, size_t size)
{
	char stem[24];

	make_syllables(random, stem, sizeof(stem));
	switch (random_below(random, 8)) {
	case 0:
		snprintf(out, size, "%s-%s", stem, PICK(random, word_trades));
		break;
	case 1:
		snprintf(out, size, "%s%s", PICK(random, word_firsts), stem);
		break;
	case 2:
		snprintf(out, size, "%s%zu", stem, random_below(random, 100));
		break;
	case 3:
		snprintf(out, size, "%c-%s", (char)('a' + random_below(random,
		    26)), stem);
		break;
	case 4:
		snprintf(out, size, "%s-%s", PICK(random, word_firsts), stem);
		break;
	default:
		snprintf(out, size, "%s%s", stem, PICK(random, word_trades));
	}
}

/* Two to four Japanese words as an A-label. */
static bool
make_japanese_label(struct random *random, char *out, size_t size)
{
	char text[128] = "";
	char *ascii = NULL;
	size_t parts = 2 + random_below(random, 3);
	bool made;

	while (parts-- > 0)
		strncat(text, PICK(random, word_japanese),
		    sizeof(text) - strlen(text) - 1);
	made = idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT) == IDN2_OK &&
	    strlen(ascii) < size;
	if (made)
		strcpy(out, ascii);
	idn2_free(ascii);
	return made;
}

/* --- Names of each kind --- */

static const char *
pick_suffix(struct random *random, const struct suffix_list *list)
{
	return list->names[random_below(random, list->count)];
}

static void
make_local_government(struct random *random, const char *label, char *name)
{
	static const char *const kinds[] = { "metro", "pref", "city", "town",
		"vill", "union" };

	if (random_percent(random, 60))
		snprintf(name, NAME_SIZE, "%s.%s.lg.jp", PICK(random, kinds),
		    label);
	else
		snprintf(name, NAME_SIZE, "%s.lg.jp", label);
}

/* Geographic: municipalities, designated cities, and the governments' own. */
static void
make_geographic(const struct suffixes *suffixes, struct random *random,
    const char *label, char *name)
{
	static const char *const own[] = { "pref", "city", "metro" };
	char ward[64];

	switch (random_below(random, 8)) {
	case 0:
		make_syllables(random, ward, sizeof(ward));
		snprintf(name, NAME_SIZE, "%s.%s.%s", label, ward,
		    pick_suffix(random, &suffixes->cities));
		break;
	case 1:
		snprintf(name, NAME_SIZE, "city.%s",
		    pick_suffix(random, &suffixes->cities));
		break;
	case 2:
		snprintf(name, NAME_SIZE, "%s.%s", PICK(random, own),
		    pick_suffix(random, &suffixes->prefectures));
		break;
	default:
		snprintf(name, NAME_SIZE, "%s.%s", label,
		    pick_suffix(random, &suffixes->municipalities));
	}
}

static void
make_regional(const struct suffixes *suffixes, struct random *random,
    const char *label, char *name)
{
	char japanese[64];
	size_t kind = random_below(random, 100);

	if (kind < 40)
		make_geographic(suffixes, random, label, name);
	else if (kind < 80)
		snprintf(name, NAME_SIZE, "%s.%s", label,
		    pick_suffix(random, &suffixes->prefectures));
	else
		snprintf(name, NAME_SIZE, "%s.%s", random_percent(random, 50) &&
		    make_japanese_label(random, japanese, sizeof(japanese)) ?
		    japanese : label, pick_suffix(random, &suffixes->kanji));
}

static void
make_general(struct random *random, const char *label, char *name)
{
	char japanese[64];

	snprintf(name, NAME_SIZE, "%s.jp", random_percent(random, 10) &&
	    make_japanese_label(random, japanese, sizeof(japanese)) ? japanese :
	    label);
}

static bool
make_attribute(const char *type, const char *label, char *name)
{
	static const char *const types[] = { "AC", "AD", "CO", "ED", "GO", "GR",
		"NE", "OR" };

	for (size_t i = 0; i < COUNT(types); i++) {
		if (strcmp(type, types[i]) != 0)
			continue;
		snprintf(name, NAME_SIZE, "%s.%c%c.jp", label,
		    tolower((unsigned char)type[0]),
		    tolower((unsigned char)type[1]));
		return true;
	}
	return false;
}

bool
names_make(struct names *names, struct random *random, const char *type,
    char name[NAME_SIZE])
{
	char label[64];

	do {
		make_label(random, label, sizeof(label));
		if (strcmp(type, "LG") == 0)
			make_local_government(random, label, name);
		else if (strcmp(type, "REGIONAL") == 0)
			make_regional(names->suffixes, random, label, name);
		else if (strcmp(type, "GENERAL") == 0)
			make_general(random, label, name);
		else if (!make_attribute(type, label, name))
			return false;
	} while (!take(names, name));
	return true;
}
