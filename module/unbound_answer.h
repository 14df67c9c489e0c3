/*
 * Reading Unbound's answers: whether one may be looked at, and what it says.
 * For files that see Unbound's headers.
 */
#ifndef SENDERWATCH_MODULE_UNBOUND_ANSWER_H
#define SENDERWATCH_MODULE_UNBOUND_ANSWER_H

#include "module/observer.h"

struct module_qstate;

/* The place of a module in the chain, which is its id; -1 if it is not there. */
int sw_unbound_place_of(const char *module, const char *chain);

/*
 * Fill in usable, and where that is SW_USABLE the rest of lookup; name, name
 * length and type stand there already. All of it is borrowed from qstate. id:
 * this module's; subnetcache: that module's place, or -1.
 */
void sw_unbound_read(const struct module_qstate *qstate, int id,
    int subnetcache, struct sw_lookup *lookup);

#endif
