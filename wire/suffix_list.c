/* What tells registrable domains apart, read from files. */
#include "senderwatch/suffix_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read_file.h"

#define LIST_SIZE_MAX (16u * 1024 * 1024)
/* How the list begins where it is compiled for libpsl (psl-make-dafsa). */
#define COMPILED "\x2e" "DAFSA@PSL_"

static psl_ctx_t *
parse_list(char *text, size_t length)
{
	FILE *file = fmemopen(text, length, "r");
	psl_ctx_t *psl = file != NULL ? psl_load_fp(file) : NULL;

	if (file != NULL)
		fclose(file);
	return psl;
}

/* Nothing is installed: what libpsl carries. */
static enum sw_result
use_builtin(struct sw_suffix_list *list, const char *path,
    sw_setting_complaint complain, void *argument)
{
	list->psl = psl_latest(NULL);
	complain(argument, path, 0, list->psl != NULL ?
	    "the Public Suffix List is not there: libpsl's own serves, which "
	    "takes longer" : "there is no Public Suffix List");
	return list->psl != NULL ? SW_OK : SW_ERR_SYSTEM;
}

static enum sw_result
use_text(struct sw_suffix_list *list, const char *path, char *text,
    size_t length, sw_setting_complaint complain, void *argument)
{
	enum sw_result result;

	list->psl = length > 0 ? parse_list(text, length) : NULL;
	if (list->psl == NULL || psl_suffix_count(list->psl) == 0) {
		complain(argument, path, 0, "is no Public Suffix List");
		return SW_ERR_INVALID;
	}
	if (strncmp(text, COMPILED, sizeof(COMPILED) - 1) == 0) {
		complain(argument, path, 0, "is compiled: publicsuffix.org's "
		    "text would be faster");
		return SW_OK;
	}
	list->suffixes.psl = list->psl;
	result = sw_suffix_index_new(&list->index, &list->suffixes, text,
	    length);
	if (result != SW_OK)
		complain(argument, path, 0, result == SW_ERR_INVALID ?
		    "a rule of the Public Suffix List makes no sense" :
		    sw_result_text(result));
	return result;
}

static enum sw_result
load_list(struct sw_suffix_list *list, const char *path,
    sw_setting_complaint complain, void *argument)
{
	const char *wanted = path != NULL ? path : SW_SUFFIX_LIST;
	char *text = NULL;
	size_t length = 0;
	enum sw_result result;

	result = sw_read_file(wanted, LIST_SIZE_MAX, &text, &length);
	if (result == SW_OK)
		result = use_text(list, wanted, text, length, complain,
		    argument);
	else if (path == NULL && errno == ENOENT)
		result = use_builtin(list, wanted, complain, argument);
	else
		complain(argument, wanted, 0, strerror(errno));
	free(text);
	return result;
}

enum sw_result
sw_suffix_list_load(struct sw_suffix_list *list, const char *path,
    const char *registries, bool unlisted_tlds, sw_setting_complaint complain,
    void *argument)
{
	enum sw_result result;

	memset(list, 0, sizeof(*list));
	result = sw_registries_load(&list->registries, registries, complain,
	    argument);
	if (result == SW_OK) {
		list->suffixes.registries =
		    (const struct sw_registry *const *)list->registries.list;
		list->suffixes.registry_count = list->registries.count;
		list->suffixes.unlisted_tlds = unlisted_tlds;
		result = load_list(list, path, complain, argument);
	}
	if (result != SW_OK) {
		sw_suffix_list_fini(list);
		return result;
	}
	list->suffixes.psl = list->psl;
	list->suffixes.index = list->index;
	return SW_OK;
}

void
sw_suffix_list_fini(struct sw_suffix_list *list)
{
	sw_suffix_index_free(&list->index);
	psl_free(list->psl);
	sw_registries_fini(&list->registries);
	memset(list, 0, sizeof(*list));
}
