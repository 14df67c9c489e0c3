/*
 * The registry tables that a program works with: those that it carries, and
 * an operator's own, which replace the carried one of the same top-level
 * domain.
 */
#ifndef SENDERWATCH_REGISTRIES_H
#define SENDERWATCH_REGISTRIES_H

#include "senderwatch/registry.h"
#include "senderwatch/settings.h"

struct sw_registries {
	struct sw_registry **list;
	size_t count;
};

/*
 * Load the carried tables, and the files *.registry in folder unless it is
 * NULL. What is wrong with a file is complained of by line.
 */
enum sw_result sw_registries_load(struct sw_registries *registries,
    const char *folder, sw_setting_complaint complain, void *argument);
void sw_registries_fini(struct sw_registries *registries);

#endif
