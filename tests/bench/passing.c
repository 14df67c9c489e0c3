/*
 * A module for Unbound's dynlib that passes everything on and does nothing: what
 * Unbound takes with it is what any module costs.
 */
#include "config.h"

#include "util/module.h"

#define EXPORT __attribute__((visibility("default")))

/* dynlib's six symbols. */
EXPORT int init(struct module_env *env, int id);
EXPORT void deinit(struct module_env *env, int id);
EXPORT void operate(struct module_qstate *qstate, enum module_ev event, int id,
    struct outbound_entry *outbound);
EXPORT void inform_super(struct module_qstate *qstate, int id,
    struct module_qstate *super);
EXPORT void clear(struct module_qstate *qstate, int id);
EXPORT size_t get_mem(struct module_env *env, int id);

int
init(struct module_env *env, int id)
{
	(void)env;
	(void)id;
	return 1;
}

void
deinit(struct module_env *env, int id)
{
	(void)env;
	(void)id;
}

void
operate(struct module_qstate *qstate, enum module_ev event, int id,
    struct outbound_entry *outbound)
{
	(void)outbound;
	if (event == module_event_new || event == module_event_pass)
		qstate->ext_state[id] = module_wait_module;
	else if (event == module_event_moddone)
		qstate->ext_state[id] = module_finished;
	else
		qstate->ext_state[id] = module_error;
}

void
inform_super(struct module_qstate *qstate, int id, struct module_qstate *super)
{
	(void)qstate;
	(void)id;
	(void)super;
}

void
clear(struct module_qstate *qstate, int id)
{
	(void)qstate;
	(void)id;
}

size_t
get_mem(struct module_env *env, int id)
{
	(void)env;
	(void)id;
	return 0;
}
