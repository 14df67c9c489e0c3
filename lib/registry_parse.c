/* Registry tables: parsing. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "registry.h"

#define WORDS_MAX 4
#define LINE_MAX_LENGTH 1000
#define DOMAIN_MAX 253

/* A line that is being parsed: the first words, and where the rest begins. */
struct line {
	char text[LINE_MAX_LENGTH + 1];
	char *words[WORDS_MAX];
	unsigned count;
	unsigned number;
};

/* The same, and rules that are equal in the table's order. */
static int
compare_lines(const void *a, const void *b)
{
	const struct rule *left = a, *right = b;
	int order = sw_registry_compare_rules(a, b);

	if (order != 0)
		return order;
	return left->line < right->line ? -1 : left->line > right->line;
}

/* Grow an array by one zeroed element; NULL if out of memory. */
static void *
append(void **array, size_t *count, size_t size)
{
	char *grown = reallocarray(*array, *count + 1, size);

	if (grown == NULL)
		return NULL;
	*array = grown;
	return memset(grown + (*count)++ * size, 0, size);
}

/* Lower-case LDH labels without a final dot. */
static bool
is_domain(const char *text)
{
	size_t label = 0, total = 0;

	for (; *text != '\0'; text++, total++) {
		if (*text == '.') {
			if (label == 0)
				return false;
			label = 0;
		} else if (islower((unsigned char)*text) ||
		    isdigit((unsigned char)*text) || *text == '-') {
			if (++label > 63)
				return false;
		} else {
			return false;
		}
	}
	return label > 0 && total <= DOMAIN_MAX;
}

static bool
is_under_tld(const struct sw_registry *registry, const char *domain)
{
	const char *dot = strrchr(domain, '.');

	return strcmp(dot == NULL ? domain : dot + 1, registry->tld) == 0;
}

/*
 * UTF-8 without control characters (RFC 3629 section 4): it goes into tables,
 * JSON and pages.
 */
static bool
is_text(const char *text)
{
	const uint8_t *p = (const uint8_t *)text;

	while (*p != '\0') {
		unsigned more = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;
		uint8_t low = *p == 0xe0 ? 0xa0 : *p == 0xf0 ? 0x90 : 0x80;
		uint8_t high = *p == 0xed ? 0x9f : *p == 0xf4 ? 0x8f : 0xbf;

		if (*p < 0x20 || *p == 0x7f || (*p >= 0x80 && *p < 0xc2) ||
		    *p > 0xf4)
			return false;
		/* U+0080 to U+009F are control characters too. */
		if (*p == 0xc2)
			low = 0xa0;
		for (p++; more > 0; more--, p++) {
			if (*p < low || *p > high)
				return false;
			low = 0x80;
			high = 0xbf;
		}
	}
	return true;
}

static bool
is_type_name(const char *text)
{
	size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return length > 0 && length <= 32 && text[length] == '\0';
}

static enum sw_result
add_type(struct sw_registry *registry, const struct line *line,
    const char **reason)
{
	const char *group = line->words[line->count == 3 ? 2 : 1];
	struct sw_registry_type *type;
	struct sw_registry_type **slot;

	if (line->count > 3 || !is_type_name(line->words[1]) ||
	    !is_type_name(group)) {
		*reason = "type wants a name in capitals, and perhaps a group";
		return SW_ERR_INVALID;
	}
	if (sw_registry_find_type(registry, line->words[1]) != NULL) {
		*reason = "this type is there already";
		return SW_ERR_INVALID;
	}
	slot = append((void **)&registry->types, &registry->type_count,
	    sizeof(*slot));
	if (slot == NULL)
		return SW_ERR_MEMORY;
	type = *slot = calloc(1, sizeof(*type));
	if (type == NULL) {
		registry->type_count--;
		return SW_ERR_MEMORY;
	}
	type->name = strdup(line->words[1]);
	type->group = strdup(group);
	return type->name != NULL && type->group != NULL ? SW_OK :
	    SW_ERR_MEMORY;
}

static enum sw_result
add_rule(struct sw_registry *registry, enum rule_kind kind,
    const struct line *line, const char **reason)
{
	const struct sw_registry_type *type;
	struct rule *rule;

	if (line->count != 3 || !is_domain(line->words[1])) {
		*reason = "wanted: a domain in lower case, and a type";
		return SW_ERR_INVALID;
	}
	if (!is_under_tld(registry, line->words[1])) {
		*reason = "this domain is another registry's";
		return SW_ERR_INVALID;
	}
	type = sw_registry_find_type(registry, line->words[2]);
	if (type == NULL) {
		*reason = "no such type above";
		return SW_ERR_INVALID;
	}
	rule = append((void **)&registry->rules, &registry->rule_count,
	    sizeof(*rule));
	if (rule == NULL)
		return SW_ERR_MEMORY;
	rule->kind = kind;
	rule->line = line->number;
	rule->type = type;
	rule->domain = strdup(line->words[1]);
	return rule->domain != NULL ? SW_OK : SW_ERR_MEMORY;
}

static enum sw_result
add_deeper(struct sw_registry *registry, const struct line *line,
    const char **reason)
{
	struct deeper *deeper;

	if (line->count != 3 || !is_domain(line->words[1]) ||
	    strchr(line->words[1], '.') != NULL ||
	    !is_domain(line->words[2])) {
		*reason = "wanted: a label, and a public suffix";
		return SW_ERR_INVALID;
	}
	if (!is_under_tld(registry, line->words[2])) {
		*reason = "this domain is another registry's";
		return SW_ERR_INVALID;
	}
	deeper = append((void **)&registry->deepers, &registry->deeper_count,
	    sizeof(*deeper));
	if (deeper == NULL)
		return SW_ERR_MEMORY;
	deeper->label = strdup(line->words[1]);
	deeper->suffix = strdup(line->words[2]);
	return deeper->label != NULL && deeper->suffix != NULL ? SW_OK :
	    SW_ERR_MEMORY;
}

static enum sw_result
add_label(struct sw_registry *registry, const struct line *line,
    const char **reason)
{
	struct label *label;

	if (line->count != 4) {
		*reason = "wanted: a type or group, a language, and text";
		return SW_ERR_INVALID;
	}
	if (!is_text(line->words[1]) || !is_text(line->words[2]) ||
	    !is_text(line->words[3])) {
		*reason = "the label is not UTF-8, or has control characters";
		return SW_ERR_INVALID;
	}
	label = append((void **)&registry->labels, &registry->label_count,
	    sizeof(*label));
	if (label == NULL)
		return SW_ERR_MEMORY;
	label->name = strdup(line->words[1]);
	label->language = strdup(line->words[2]);
	label->text = strdup(line->words[3]);
	return label->name != NULL && label->language != NULL &&
	    label->text != NULL ? SW_OK : SW_ERR_MEMORY;
}

static enum sw_result
set_default(const struct sw_registry *registry,
    const struct sw_registry_type **type, const struct line *line,
    const char **reason)
{
	if (*type != NULL) {
		*reason = "this default is there already";
		return SW_ERR_INVALID;
	}
	*type = line->count == 2 ?
	    sw_registry_find_type(registry, line->words[1]) : NULL;
	if (*type != NULL)
		return SW_OK;
	*reason = "wanted: a type that stands above";
	return SW_ERR_INVALID;
}

static enum sw_result
parse_line(struct sw_registry *registry, const struct line *line,
    const char **reason)
{
	const char *verb = line->words[0];

	if (registry->tld == NULL) {
		if (strcmp(verb, "registry") != 0 || line->count != 2 ||
		    !is_domain(line->words[1]) ||
		    strchr(line->words[1], '.') != NULL) {
			*reason = "the first line must be: registry TLD";
			return SW_ERR_INVALID;
		}
		registry->tld = strdup(line->words[1]);
		return registry->tld != NULL ? SW_OK : SW_ERR_MEMORY;
	}
	if (line->count < 2) {
		*reason = "a word is missing";
		return SW_ERR_INVALID;
	}
	if (strcmp(verb, "type") == 0)
		return add_type(registry, line, reason);
	if (strcmp(verb, "label") == 0)
		return add_label(registry, line, reason);
	if (strcmp(verb, "suffix") == 0)
		return add_rule(registry, RULE_SUFFIX, line, reason);
	if (strcmp(verb, "under") == 0)
		return add_rule(registry, RULE_UNDER, line, reason);
	if (strcmp(verb, "name") == 0)
		return add_rule(registry, RULE_NAME, line, reason);
	if (strcmp(verb, "deeper") == 0)
		return add_deeper(registry, line, reason);
	if (strcmp(verb, "default") == 0)
		return set_default(registry, &registry->otherwise, line,
		    reason);
	if (strcmp(verb, "default-idn") == 0)
		return set_default(registry, &registry->otherwise_idn, line,
		    reason);
	*reason = "unknown word at the start of the line";
	return SW_ERR_INVALID;
}

/*
 * Cut a line into at most WORDS_MAX words; a label's text keeps its blanks.
 * What is wrong with it, or NULL.
 */
static const char *
split(struct line *line, const char *text, size_t length)
{
	char *p = line->text, *comment;

	line->count = 0;
	if (length > LINE_MAX_LENGTH)
		return "the line is too long";
	if (memchr(text, '\0', length) != NULL)
		return "the line holds a NUL";
	memcpy(p, text, length);
	p[length] = '\0';
	comment = strchr(p, '#');
	if (comment != NULL)
		*comment = '\0';
	for (;;) {
		p += strspn(p, " \t\r");
		if (*p == '\0')
			return NULL;
		if (line->count == WORDS_MAX)
			return "too many words";
		line->words[line->count++] = p;
		if (line->count == WORDS_MAX &&
		    strcmp(line->words[0], "label") == 0) {
			size_t end = strlen(p);

			while (end > 0 && strchr(" \t\r", p[end - 1]) != NULL)
				p[--end] = '\0';
			return NULL;
		}
		p += strcspn(p, " \t\r");
		if (*p != '\0')
			*p++ = '\0';
	}
}

/* Sort the rules; the line of one that repeats another, or 0. */
static unsigned
sort_rules(struct sw_registry *registry)
{
	unsigned repeated = 0;

	if (registry->rule_count == 0)
		return 0;
	qsort(registry->rules, registry->rule_count, sizeof(struct rule),
	    compare_lines);
	for (size_t i = 1; i < registry->rule_count; i++) {
		const struct rule *rule = &registry->rules[i];

		if (sw_registry_compare_rules(rule - 1, rule) == 0 &&
		    (repeated == 0 || rule->line < repeated))
			repeated = rule->line;
	}
	return repeated;
}

/* Each line in turn, up to the first bad one. */
static enum sw_result
parse_lines(struct sw_registry *registry, const char *text, size_t length,
    unsigned *number, const char **reason)
{
	const char *end = text + length;
	struct line line;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		const char *complaint;

		if (eol == NULL)
			eol = end;
		line.number = ++*number;
		complaint = split(&line, text, (size_t)(eol - text));
		if (complaint != NULL) {
			*reason = complaint;
			return SW_ERR_INVALID;
		}
		if (line.count > 0) {
			enum sw_result result = parse_line(registry, &line,
			    reason);

			if (result != SW_OK)
				return result;
		}
		text = eol < end ? eol + 1 : end;
	}
	return SW_OK;
}

enum sw_result
sw_registry_parse(struct sw_registry **registry, const char *text,
    size_t length, unsigned *line, const char **reason)
{
	enum sw_result result = SW_ERR_MEMORY;
	struct sw_registry *parsed = calloc(1, sizeof(*parsed));
	unsigned repeated;

	*registry = NULL;
	*line = 0;
	*reason = "out of memory";
	if (parsed == NULL)
		goto out;
	result = parse_lines(parsed, text, length, line, reason);
	if (result != SW_OK)
		goto out;
	result = SW_ERR_INVALID;
	*reason = "the table is empty";
	if (parsed->tld == NULL)
		goto out;
	*reason = "this domain has a type already";
	repeated = sort_rules(parsed);
	if (repeated != 0) {
		*line = repeated;
		goto out;
	}
	*registry = parsed;
	parsed = NULL;
	*reason = "";
	result = SW_OK;
out:
	sw_registry_free(&parsed);
	return result;
}
