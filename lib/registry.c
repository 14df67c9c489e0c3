/* Registry tables: what they say of registrable domains and suffixes. */
#include "registry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int
sw_registry_compare_rules(const void *a, const void *b)
{
	const struct rule *left = a, *right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return strcmp(left->domain, right->domain);
}

const struct sw_registry_type *
sw_registry_find_type(const struct sw_registry *registry, const char *name)
{
	for (size_t i = 0; i < registry->type_count; i++) {
		if (strcmp(registry->types[i]->name, name) == 0)
			return registry->types[i];
	}
	return NULL;
}

void
sw_registry_free(struct sw_registry **registry)
{
	struct sw_registry *r = *registry;

	*registry = NULL;
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->type_count; i++) {
		free(r->types[i]->name);
		free(r->types[i]->group);
		free(r->types[i]);
	}
	for (size_t i = 0; i < r->rule_count; i++)
		free(r->rules[i].domain);
	for (size_t i = 0; i < r->deeper_count; i++) {
		free(r->deepers[i].label);
		free(r->deepers[i].suffix);
	}
	for (size_t i = 0; i < r->label_count; i++) {
		free(r->labels[i].name);
		free(r->labels[i].language);
		free(r->labels[i].text);
	}
	free(r->types);
	free(r->rules);
	free(r->deepers);
	free(r->labels);
	free(r->tld);
	free(r);
}

const char *
sw_registry_tld(const struct sw_registry *registry)
{
	return registry->tld;
}

const struct sw_registry_type *
sw_registry_type(const struct sw_registry *registry, size_t index)
{
	return index < registry->type_count ? registry->types[index] : NULL;
}

const char *
sw_registry_label(const struct sw_registry *registry, const char *name,
    const char *language)
{
	for (size_t i = 0; i < registry->label_count; i++) {
		const struct label *label = &registry->labels[i];

		if (strcmp(label->name, name) == 0 &&
		    strcmp(label->language, language) == 0)
			return label->text;
	}
	return name;
}

bool
sw_registry_is_deeper(const struct sw_registry *registry, const char *label,
    size_t label_length, const char *suffix)
{
	for (size_t i = 0; i < registry->deeper_count; i++) {
		const struct deeper *deeper = &registry->deepers[i];

		if (strlen(deeper->label) == label_length &&
		    memcmp(deeper->label, label, label_length) == 0 &&
		    strcmp(deeper->suffix, suffix) == 0)
			return true;
	}
	return false;
}

static const struct sw_registry_type *
find_rule(const struct sw_registry *registry, enum rule_kind kind,
    const char *domain)
{
	/* Only compared with, never written through. */
	struct rule key = { .kind = kind, .domain = (char *)(uintptr_t)domain };
	const struct rule *rule = registry->rule_count == 0 ? NULL :
	    bsearch(&key, registry->rules, registry->rule_count,
	    sizeof(struct rule), sw_registry_compare_rules);

	return rule != NULL ? rule->type : NULL;
}

static const struct sw_registry_type *
name_type(const struct sw_registry *registry, const char *name)
{
	return find_rule(registry, RULE_NAME, name);
}

const struct sw_registry_type *
sw_registry_suffix_type(const struct sw_registry *registry, const char *suffix,
    const char **region)
{
	const struct sw_registry_type *type;

	*region = suffix;
	type = find_rule(registry, RULE_SUFFIX, suffix);
	for (const char *dot = strchr(suffix, '.'); type == NULL && dot != NULL;
	    dot = strchr(dot + 1, '.')) {
		type = find_rule(registry, RULE_UNDER, dot + 1);
		if (type != NULL)
			*region = dot + 1;
	}
	return type;
}

const struct sw_registry_type *
sw_registry_default_type(const struct sw_registry *registry, bool idn)
{
	return idn && registry->otherwise_idn != NULL ?
	    registry->otherwise_idn : registry->otherwise;
}

const struct sw_registry_type *
sw_registry_classify(const struct sw_registry *registry, const char *name,
    const char *suffix, const char **region)
{
	const struct sw_registry_type *type, *by_name;

	by_name = name_type(registry, name);
	type = sw_registry_suffix_type(registry, suffix, region);
	if (by_name != NULL)
		return by_name;
	return type != NULL ? type : sw_registry_default_type(registry,
	    strncmp(name, "xn--", 4) == 0);
}

bool
sw_registry_has_names(const struct sw_registry *registry, const char *suffix)
{
	for (size_t i = 0; i < registry->rule_count; i++) {
		const struct rule *rule = &registry->rules[i];
		const char *dot = strchr(rule->domain, '.');

		if (rule->kind == RULE_NAME && dot != NULL &&
		    strcmp(dot + 1, suffix) == 0)
			return true;
	}
	return false;
}

bool
sw_registry_has_deeper(const struct sw_registry *registry, const char *suffix)
{
	for (size_t i = 0; i < registry->deeper_count; i++) {
		if (strcmp(registry->deepers[i].suffix, suffix) == 0)
			return true;
	}
	return false;
}
