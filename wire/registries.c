/* Loading registry tables. */
#include "senderwatch/registries.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read_file.h"

#define FILE_SIZE_MAX (4u * 1024 * 1024)

/* Take over *registry in place of one of the same top-level domain. */
static enum sw_result
add(struct sw_registries *registries, struct sw_registry **registry)
{
	struct sw_registry **grown;

	for (size_t i = 0; i < registries->count; i++) {
		if (strcmp(sw_registry_tld(registries->list[i]),
		    sw_registry_tld(*registry)) != 0)
			continue;
		sw_registry_free(&registries->list[i]);
		registries->list[i] = *registry;
		*registry = NULL;
		return SW_OK;
	}
	grown = reallocarray(registries->list, registries->count + 1,
	    sizeof(*grown));
	if (grown == NULL)
		return SW_ERR_MEMORY;
	registries->list = grown;
	grown[registries->count++] = *registry;
	*registry = NULL;
	return SW_OK;
}

static enum sw_result
parse(struct sw_registries *registries, const char *path, const char *text,
    size_t length, sw_setting_complaint complain, void *argument)
{
	struct sw_registry *registry = NULL;
	const char *reason;
	unsigned line;
	enum sw_result result = sw_registry_parse(&registry, text, length,
	    &line, &reason);

	if (result != SW_OK) {
		complain(argument, path, line, reason);
		return result;
	}
	result = add(registries, &registry);
	sw_registry_free(&registry);
	return result;
}

static enum sw_result
load_file(struct sw_registries *registries, const char *path,
    sw_setting_complaint complain, void *argument)
{
	enum sw_result result;
	char *text = NULL;
	size_t length;

	result = sw_read_file(path, FILE_SIZE_MAX, &text, &length);
	if (result != SW_OK)
		complain(argument, path, 0, strerror(errno));
	else
		result = parse(registries, path, text, length, complain,
		    argument);
	free(text);
	return result;
}

static int
is_table(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL &&
	    strcmp(dot, ".registry") == 0;
}

static enum sw_result
load_folder(struct sw_registries *registries, const char *folder,
    sw_setting_complaint complain, void *argument)
{
	enum sw_result result = SW_OK;
	struct dirent **entries;
	int count = scandir(folder, &entries, is_table, alphasort);

	if (count < 0) {
		complain(argument, folder, 0, strerror(errno));
		return SW_ERR_SYSTEM;
	}
	for (int i = 0; i < count; i++) {
		char *path = NULL;
		enum sw_result one = SW_ERR_MEMORY;

		if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) >= 0)
			one = load_file(registries, path, complain, argument);
		free(path);
		free(entries[i]);
		if (one != SW_OK)
			result = one;
	}
	free(entries);
	return result;
}

enum sw_result
sw_registries_load(struct sw_registries *registries, const char *folder,
    sw_setting_complaint complain, void *argument)
{
	enum sw_result result = SW_OK;

	memset(registries, 0, sizeof(*registries));
	for (size_t i = 0; i < sw_registry_builtin_count && result == SW_OK;
	    i++) {
		const struct sw_registry_builtin *builtin =
		    &sw_registry_builtins[i];

		result = parse(registries, builtin->tld, builtin->text,
		    builtin->length, complain, argument);
	}
	if (result == SW_OK && folder != NULL)
		result = load_folder(registries, folder, complain, argument);
	if (result != SW_OK)
		sw_registries_fini(registries);
	return result;
}

void
sw_registries_fini(struct sw_registries *registries)
{
	for (size_t i = 0; i < registries->count; i++)
		sw_registry_free(&registries->list[i]);
	free(registries->list);
	memset(registries, 0, sizeof(*registries));
}
