/* Names that were asked, and names as text. The first octet is the type. */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "senderwatch/name.h"

#define LIST "/usr/share/publicsuffix/public_suffix_list.dat"

static struct sw_suffixes suffixes;

/* Names are matched with the index over the list and without it. */
static void
load_index(void)
{
	static char text[1 << 20];
	struct sw_suffix_index *index;
	FILE *file = fopen(LIST, "re");
	size_t length;

	HOLDS(file != NULL);
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	HOLDS(sw_suffix_index_new(&index, &suffixes, text, length) == SW_OK);
	suffixes.index = index;
}

static void
load(void)
{
	static const struct sw_registry *registries[8];
	static struct sw_registry *loaded;
	const char *reason;
	unsigned line;

	if (suffixes.psl != NULL)
		return;
	suffixes.psl = psl_load_file(LIST);
	HOLDS(suffixes.psl != NULL);
	suffixes.registries = registries;
	for (size_t i = 0; i < sw_registry_builtin_count && i < 8; i++) {
		const struct sw_registry_builtin *builtin =
		    &sw_registry_builtins[i];

		HOLDS(sw_registry_parse(&loaded, builtin->text,
		    builtin->length, &line, &reason) == SW_OK);
		registries[suffixes.registry_count++] = loaded;
	}
	load_index();
}

static void
check_match(const uint8_t *data, size_t size, uint16_t type)
{
	struct sw_suffixes plain = suffixes;
	struct sw_name name, other;

	memset(&name, 0, sizeof(name));
	memset(&other, 0, sizeof(other));
	plain.index = NULL;
	sw_name_match(&suffixes, data, size, type, &name);
	sw_name_match(&plain, data, size, type, &other);
	HOLDS(name.mechanism == other.mechanism);
	if (name.mechanism == SW_MECHANISM_NONE)
		return;
	HOLDS(name.subject_length == other.subject_length &&
	    memcmp(name.subject, other.subject, name.subject_length) == 0);
	HOLDS(strcmp(name.suffix, other.suffix) == 0);
	HOLDS(name.registry == other.registry && name.type == other.type);
	HOLDS(name.depth == other.depth);
	HOLDS(name.mechanism < SW_MECHANISM_COUNT);
	HOLDS(name.subject_length >= 3 &&
	    name.subject_length <= SW_NAME_WIRE_MAX);
	HOLDS(name.subject[name.subject_length - 1] == 0);
	HOLDS(memchr(name.suffix, '\0', sizeof(name.suffix)) != NULL);
	HOLDS(name.suffix[0] != '\0');
	HOLDS((name.type == NULL) || name.registry != NULL);
	for (size_t i = 0; i < name.subject_length; i++)
		HOLDS(name.subject[i] < 'A' || name.subject[i] > 'Z');
}

/* Without the list, the same is told but for DKIM, or nothing. */
static void
check_guess(const uint8_t *data, size_t size, uint16_t type)
{
	struct sw_name guess, name;

	sw_name_match(&suffixes, data, size, type, &name);
	if (sw_name_guess(data, size, type, &guess) == SW_MECHANISM_NONE) {
		HOLDS(name.mechanism == SW_MECHANISM_NONE ||
		    name.mechanism == SW_MECHANISM_DKIM);
		return;
	}
	HOLDS(guess.mechanism < SW_MECHANISM_COUNT &&
	    guess.mechanism != SW_MECHANISM_DKIM);
	HOLDS(guess.subject_length >= 1 &&
	    guess.subject_length <= SW_NAME_WIRE_MAX);
	if (name.mechanism == SW_MECHANISM_NONE)
		return;
	HOLDS(guess.mechanism == name.mechanism);
	HOLDS(guess.subject_length == name.subject_length &&
	    memcmp(guess.subject, name.subject, name.subject_length) == 0);
	HOLDS(guess.depth == name.depth);
}

static void
check_text(const uint8_t *data, size_t size)
{
	char text[SW_NAME_TEXT_MAX];
	uint8_t name[SW_NAME_WIRE_MAX];
	size_t length;

	if (sw_name_to_text(data, size, text, sizeof(text)) == 0)
		return;
	length = sw_name_from_text(text, name, sizeof(name));
	HOLDS(length > 0 && length <= size);
	HOLDS(memcmp(name, data, length) == 0);
	HOLDS(sw_name_is_within(data, length, name, length));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact;

	load();
	if (size < 1)
		return 0;
	exact = malloc(size);
	HOLDS(exact != NULL);
	memcpy(exact, data + 1, size - 1);
	suffixes.unlisted_tlds = (data[0] & 2) != 0;
	check_match(exact, size - 1,
	    (data[0] & 1) != 0 ? SW_TYPE_TXT : SW_TYPE_MX);
	check_guess(exact, size - 1,
	    (data[0] & 1) != 0 ? SW_TYPE_TXT : SW_TYPE_MX);
	check_text(exact, size - 1);
	free(exact);
	return 0;
}
