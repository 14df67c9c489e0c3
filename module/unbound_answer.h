/*
 * Reading Unbound's answers: whether one may be looked at, and what it says.
 * For files that see Unbound's headers.
 */
#ifndef SENDERWATCH_MODULE_UNBOUND_ANSWER_H
#define SENDERWATCH_MODULE_UNBOUND_ANSWER_H

#include "module/observer.h"

struct config_file;
struct module_qstate;

/*
 * What of Unbound's configuration decides what an answer is. Made at its
 * start, and not changed after; subnetcache is that module's place in the
 * chain, which is its id, or -1.
 */
struct sw_unbound_setup {
	int subnetcache;
	struct sw_unbound_zone *held;	/* see is_held() */
};

/* SW_ERR_MEMORY, and nothing to free then. */
enum sw_result sw_unbound_setup_init(struct sw_unbound_setup *setup,
    const struct config_file *config);
void sw_unbound_setup_fini(struct sw_unbound_setup *setup);

/*
 * Fill in usable, and where that is SW_USABLE the rest of lookup; name, name
 * length and type stand there already. All of it is borrowed from qstate. id:
 * this module's.
 */
void sw_unbound_read(const struct module_qstate *qstate, int id,
    const struct sw_unbound_setup *setup, struct sw_lookup *lookup);

#endif
