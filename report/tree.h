/*
 * A folder of files that appears whole or not at all: written under a
 * temporary name beside it, read back, then renamed. Not for threads.
 */
#ifndef SENDERWATCH_REPORT_TREE_H
#define SENDERWATCH_REPORT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "senderwatch/result.h"

struct sw_tree;

#define SW_TREE_HASH_SIZE 32	/* SHA-256 */

struct sw_tree_file {
	char *name;		/* "en/index.html" */
	uint64_t length;
	uint8_t hash[SW_TREE_HASH_SIZE];
};

/*
 * Begin a folder that will stand at path. What stands there may be nothing,
 * an empty folder, or a folder that was written here before: anything else is
 * left alone, SW_ERR_INVALID. On failure *tree holds the text of
 * sw_tree_error(), and is to be freed; it is NULL where memory was out.
 */
enum sw_result sw_tree_begin(struct sw_tree **tree, const char *path);

/* Write one file; folders above it are made. Names are ours, never data. */
enum sw_result sw_tree_write(struct sw_tree *tree, const char *name,
    const void *content, size_t length);

/* Files in the order in which they were written; NULL past the end. */
const struct sw_tree_file *sw_tree_file(const struct sw_tree *tree,
    size_t index);
/* The one of that name, or NULL. */
const struct sw_tree_file *sw_tree_find(const struct sw_tree *tree,
    const char *name);

/*
 * Read all files back, compare them with what was written, make them durable,
 * and put the folder in its place, the old one of which goes. On failure the
 * old one stands as it was.
 */
enum sw_result sw_tree_commit(struct sw_tree *tree);

/* What went wrong, for people; "" if nothing did. NULL is out of memory. */
const char *sw_tree_error(const struct sw_tree *tree);

/* Remove what was not committed. */
void sw_tree_free(struct sw_tree **tree);

/* Remove a folder that was written here, and nothing else. */
enum sw_result sw_tree_remove(const char *path);

#endif
