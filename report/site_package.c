/* The data package: see the header. */
#include "senderwatch-config.h"
#include "site_package.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "format.h"

#define PATH_ROOM 160
/* Goes up when a table's file changes its meaning. */
#define PACKAGE_SCHEMA "1"

/* New references only; a NULL from jansson makes the whole of it fail. */

static const char *
field_type(enum sw_unit unit)
{
	switch (unit) {
	case SW_UNIT_SHARE:
	case SW_UNIT_NUMBER:
		return "number";
	case SW_UNIT_TEXT:
		return "string";
	default:
		return "integer";
	}
}

static json_t *
make_fields(const struct sw_table *table)
{
	json_t *fields = json_array();

	/* As the CSV has them: see format_csv.c. */
	if (json_array_append_new(fields, json_pack("{s:s, s:s, s:s}", "name",
	    "group", "type", "string", "title", "group of domains")) != 0) {
		json_decref(fields);
		return NULL;
	}
	for (size_t i = 0; i < table->column_count; i++) {
		const struct sw_column *column = &table->columns[i];

		if (json_array_append_new(fields, json_pack(
		    "{s:s, s:s, s:s, s:s}", "name", column->name, "type",
		    field_type(column->unit), "title", column->title,
		    "unit", sw_unit_text(column->unit))) != 0) {
			json_decref(fields);
			return NULL;
		}
	}
	return fields;
}

static json_t *
make_schema(const struct sw_table *table)
{
	return json_pack("{s:o, s:[s, s, s]}", "fields", make_fields(table),
	    "missingValues", "", SW_CELL_WORD_SUPPRESSED,
	    SW_CELL_WORD_WITHHELD);
}

static json_t *
make_hash(const struct sw_tree_file *file)
{
	char text[sizeof("sha256:") + 2 * SW_TREE_HASH_SIZE] = "sha256:";

	for (size_t i = 0; i < SW_TREE_HASH_SIZE; i++)
		snprintf(text + strlen(text), 3, "%02x", file->hash[i]);
	return json_string(text);
}

static json_t *
make_resource(const struct sw_tree *tree,
    const struct sw_site_section *section, bool csv)
{
	const char *extension = csv ? "csv" : "json";
	char path[PATH_ROOM], name[PATH_ROOM];
	const struct sw_tree_file *file;
	json_t *resource;

	snprintf(path, sizeof(path), "data/%s.%s", section->slug, extension);
	snprintf(name, sizeof(name), "%s%s", section->slug,
	    csv ? "" : "-json");
	file = sw_tree_find(tree, path);
	if (file == NULL)
		return NULL;
	resource = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o}",
	    "name", name, "path", path + strlen("data/"),
	    "title", sw_site_section_title(&sw_site_words_en, section),
	    "profile", csv ? "tabular-data-resource" : "data-resource",
	    "format", extension, "mediatype", csv ? "text/csv" :
	    "application/json", "encoding", "utf-8",
	    "bytes", (json_int_t)file->length, "hash", make_hash(file));
	if (resource != NULL && csv && json_object_set_new(resource, "schema",
	    make_schema(section->table)) != 0) {
		json_decref(resource);
		return NULL;
	}
	return resource;
}

static json_t *
make_resources(const struct sw_tree *tree, const struct sw_site *site)
{
	json_t *resources = json_array();

	for (size_t i = 0; i < site->count; i++) {
		if (json_array_append_new(resources, make_resource(tree,
		    &site->sections[i], true)) != 0 ||
		    json_array_append_new(resources, make_resource(tree,
		    &site->sections[i], false)) != 0) {
			json_decref(resources);
			return NULL;
		}
	}
	return resources;
}

static enum sw_result
write_descriptor(struct sw_tree *tree, const struct sw_site *site)
{
	json_t *package = json_pack("{s:s, s:s, s:s, s:s, s:o}",
	    "profile", "data-package", "name", "senderwatch",
	    "title", sw_site_words_en.title, "version", PACKAGE_SCHEMA,
	    "resources", make_resources(tree, site));
	char *text = NULL;
	enum sw_result result = SW_ERR_MEMORY;

	if (package != NULL)
		text = json_dumps(package, JSON_INDENT(2) |
		    JSON_PRESERVE_ORDER);
	if (text != NULL)
		result = sw_tree_write(tree, "data/datapackage.json", text,
		    strlen(text));
	free(text);
	json_decref(package);
	return result;
}

static enum sw_result
write_table(struct sw_tree *tree, const struct sw_site_section *section,
    const char *extension, sw_format_write write)
{
	const struct sw_format_options options = { 0 };
	char path[PATH_ROOM], *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	enum sw_result result, closed;

	if (file == NULL)
		return SW_ERR_MEMORY;
	result = write(file, section->table, &options);
	closed = fclose(file) == 0 ? SW_OK : SW_ERR_MEMORY;
	if (result == SW_OK)
		result = closed;
	snprintf(path, sizeof(path), "data/%s.%s", section->slug, extension);
	if (result == SW_OK)
		result = sw_tree_write(tree, path, text, length);
	free(text);
	return result;
}

enum sw_result
sw_site_package(struct sw_tree *tree, const struct sw_site *site)
{
	enum sw_result result = SW_OK;

	for (size_t i = 0; i < site->count && result == SW_OK; i++) {
		result = write_table(tree, &site->sections[i], "csv",
		    sw_format_csv);
		if (result == SW_OK)
			result = write_table(tree, &site->sections[i], "json",
			    sw_format_json);
	}
	return result == SW_OK ? write_descriptor(tree, site) : result;
}
