/*
 * Domain names as they are registered under .jp, each given out once. What a
 * name's registry type is follows from how it was made, and from nothing
 * else: the truth that the demonstration is held against must not come from
 * the code that it tries.
 */
#ifndef SENDERWATCH_POPULATION_NAMES_H
#define SENDERWATCH_POPULATION_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "random.h"
#include "suffixes.h"

#define NAME_SIZE 256	/* with NUL */

struct names;

/* Room for at most capacity names. suffixes is borrowed; NULL: no memory. */
struct names *names_new(const struct suffixes *suffixes, size_t capacity);
void names_free(struct names *names);

/* Never give out this name. */
void names_reserve(struct names *names, const char *name);

/*
 * Make a new name of the registry type ("CO", "REGIONAL", ...) of the survey.
 * False if there is no such type.
 */
bool names_make(struct names *names, struct random *random, const char *type,
    char name[NAME_SIZE]);

#endif
