/*
 * What tells registrable domains apart, read from files: the Public Suffix
 * List, the registry tables, and the index over both (see name.h).
 */
#ifndef SENDERWATCH_SUFFIX_LIST_H
#define SENDERWATCH_SUFFIX_LIST_H

#include "senderwatch/name.h"
#include "senderwatch/registries.h"

struct sw_suffix_list {
	struct sw_suffixes suffixes;	/* for sw_name_match() */
	struct sw_registries registries;
	psl_ctx_t *psl;
	struct sw_suffix_index *index;
};

/*
 * Load the list from path, or from where publicsuffix.org's text is installed
 * if path is NULL; if nothing is there, libpsl's own copy serves, without an
 * index, and that is complained of. registries is a folder of further
 * registry tables, or NULL. Nothing is left to free unless it returns SW_OK.
 * Do not copy the struct: suffixes points into it.
 */
enum sw_result sw_suffix_list_load(struct sw_suffix_list *list,
    const char *path, const char *registries, bool unlisted_tlds,
    sw_setting_complaint complain, void *argument);
void sw_suffix_list_fini(struct sw_suffix_list *list);

#endif
