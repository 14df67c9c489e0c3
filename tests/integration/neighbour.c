/*
 * Another module for Unbound's dynlib, loaded beside senderwatch.so: it passes
 * all on, counts, and exports names that senderwatch.so has inside. Both are
 * opened RTLD_GLOBAL, so that whoever called these would end here.
 */
#include "config.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "util/log.h"
#include "util/module.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int init(struct module_env *env, int id);
EXPORT void deinit(struct module_env *env, int id);
EXPORT void operate(struct module_qstate *qstate, enum module_ev event, int id,
    struct outbound_entry *outbound);
EXPORT void inform_super(struct module_qstate *qstate, int id,
    struct module_qstate *super);
EXPORT void clear(struct module_qstate *qstate, int id);
EXPORT size_t get_mem(struct module_env *env, int id);
EXPORT void sw_instance_see(void);
EXPORT void sw_instance_free(void);
EXPORT void sw_unbound_read(void);
EXPORT void sw_name_match(void);

static atomic_ulong answers;

int
init(struct module_env *env, int id)
{
	(void)env;
	(void)id;
	atomic_store(&answers, 0);
	return 1;
}

void
deinit(struct module_env *env, int id)
{
	(void)env;
	(void)id;
	log_info("neighbour: %lu answers", atomic_load(&answers));
}

void
operate(struct module_qstate *qstate, enum module_ev event, int id,
    struct outbound_entry *outbound)
{
	(void)outbound;
	if (event == module_event_new || event == module_event_pass) {
		qstate->ext_state[id] = module_wait_module;
		return;
	}
	if (event == module_event_moddone)
		atomic_fetch_add(&answers, 1);
	qstate->ext_state[id] = event == module_event_moddone ?
	    module_finished : module_error;
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

void sw_instance_see(void) { abort(); }
void sw_instance_free(void) { abort(); }
void sw_unbound_read(void) { abort(); }
void sw_name_match(void) { abort(); }
