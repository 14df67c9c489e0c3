/* A registry table in memory: what parsing makes and questions read. */
#ifndef SW_LIB_REGISTRY_H
#define SW_LIB_REGISTRY_H

#include "senderwatch/registry.h"

enum rule_kind { RULE_SUFFIX, RULE_UNDER, RULE_NAME };

struct rule {
	enum rule_kind kind;
	unsigned line;
	char *domain;
	const struct sw_registry_type *type;
};

struct deeper {
	char *label;
	char *suffix;
};

struct label {
	char *name, *language, *text;
};

struct sw_registry {
	char *tld;
	struct sw_registry_type **types;
	size_t type_count;
	struct rule *rules;	/* sorted by kind and domain once parsed */
	size_t rule_count;
	struct deeper *deepers;
	size_t deeper_count;
	struct label *labels;
	size_t label_count;
	const struct sw_registry_type *otherwise, *otherwise_idn;
};

/* The order of rules: by kind and domain. */
int sw_registry_compare_rules(const void *a, const void *b);

#endif
