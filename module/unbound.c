/*
 * The glue to Unbound: dynlib's six symbols.
 *
 * This and unbound_answer.c are the only files that see Unbound's headers. Of
 * a query they read the name, type and class that were asked and the answer;
 * never who asked.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dynlibmod/dynlibmod.h"
#include "sldns/rrdef.h"
#include "util/alloc.h"
#include "util/config_file.h"
#include "util/log.h"
#include "util/module.h"

#include "module/build_id.h"
#include "module/instance.h"
#include "module/log.h"
#include "module/unbound_answer.h"
#include "senderwatch/hot.h"

#define EXPORT __attribute__((visibility("default")))

/*
 * dynlib looks these up by name; no header declares them.
 */
EXPORT int init(struct module_env *env, int id);
EXPORT void deinit(struct module_env *env, int id);
EXPORT void operate(struct module_qstate *qstate, enum module_ev event, int id,
    struct outbound_entry *outbound);
EXPORT void inform_super(struct module_qstate *qstate, int id,
    struct module_qstate *super);
EXPORT void clear(struct module_qstate *qstate, int id);
EXPORT size_t get_mem(struct module_env *env, int id);

_Static_assert(sizeof(struct sw_unbound_setup) <= SW_INSTANCE_ROOM,
    "it stands in the instance's room");

static void say(enum sw_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(enum sw_log_level level, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (level == SW_LOG_ERROR)
		log_err("senderwatch: %s", text);
	else if (level == SW_LOG_WARNING)
		log_warn("senderwatch: %s", text);
	else
		log_info("senderwatch: %s", text);
}

/* To be asked before any of Unbound's structs is looked into. */
static int
is_right_unbound(void)
{
	char running[SW_BUILD_ID_TEXT_MAX];

	sw_build_id_running(running);
	if (strcmp(running, sw_build_id_wanted()) == 0)
		return 1;
	say(SW_LOG_ERROR, "this module was built for Unbound %s with build id "
	    "%s, but the running one has build id %s: build it for that one",
	    sw_build_unbound_version(), sw_build_id_wanted(), running);
	return 0;
}

static struct sw_instance *
instance_of(const struct module_env *env, int id)
{
	const struct dynlibmod_env *dynlib = env->modinfo[id];

	return dynlib == NULL ? NULL : dynlib->dyn_env;
}

/* Immutable once init() is over. */
static struct sw_unbound_setup *
setup_of(struct sw_instance *instance)
{
	return sw_instance_room(instance);
}

static void
free_instance(struct sw_instance **instance)
{
	struct sw_unbound_setup setup;

	if (*instance == NULL)
		return;
	setup = *setup_of(*instance);
	sw_instance_free(instance);
	sw_unbound_setup_fini(&setup);
}

/* The file that the environment names, or the one next to unbound.conf. */
static char *
settings_path(void)
{
	const char *named = getenv("SENDERWATCH_CONF");
	const char *slash = strrchr(CONFIGFILE, '/');
	char *path = NULL;

	if (named != NULL && named[0] != '\0')
		return strdup(named);
	if (asprintf(&path, "%.*s/senderwatch.conf",
	    slash == NULL ? 1 : (int)(slash - CONFIGFILE),
	    slash == NULL ? "." : CONFIGFILE) < 0)
		return NULL;
	return path;
}

/*
 * dynlib closes this library at each reload, and all that it knew goes with it:
 * that this process was set up once stands in its environment.
 */
#define SET_UP "SENDERWATCH_SET_UP"

static void
note_set_up(void)
{
	char pid[24];

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	(void)setenv(SET_UP, pid, 1);
}

static int
was_set_up(void)
{
	const char *pid = getenv(SET_UP);

	return pid != NULL && strtol(pid, NULL, 10) == (long)getpid();
}

/*
 * To Unbound, a module that can't be set up is a reason to end. At a start that
 * is well; but whoever reloads a resolver that serves must not lose it to a
 * mistake in these settings.
 */
static int
go_on_without(void)
{
	if (!was_set_up())
		return 0;
	say(SW_LOG_ERROR, "nothing is watched from this reload on: mend what is "
	    "said above, and reload again");
	return 1;
}

int
init(struct module_env *env, int id)
{
	struct dynlibmod_env *dynlib;
	struct sw_instance *instance = NULL;
	char *path = NULL;
	int done = 0;

	if (!is_right_unbound())
		return 0;
	dynlib = env->modinfo[id];
	dynlib->dyn_env = NULL;
	path = settings_path();
	if (path == NULL) {
		say(SW_LOG_ERROR, "out of memory");
		goto out;
	}
	if (sw_instance_new(&instance, path, env->cfg->chrootdir, say) != SW_OK)
		goto out;
	if (sw_unbound_setup_init(setup_of(instance), env->cfg) != SW_OK) {
		say(SW_LOG_ERROR, "out of memory");
		goto out;
	}
	dynlib->dyn_env = instance;
	instance = NULL;
	done = 1;
	note_set_up();
out:
	free_instance(&instance);
	free(path);
	return done || go_on_without();
}

void
deinit(struct module_env *env, int id)
{
	struct dynlibmod_env *dynlib;
	struct sw_instance *instance;
	char running[SW_BUILD_ID_TEXT_MAX];

	/* Unbound calls this also after a refusal to load. */
	sw_build_id_running(running);
	if (strcmp(running, sw_build_id_wanted()) != 0)
		return;
	dynlib = env->modinfo[id];
	instance = dynlib->dyn_env;
	dynlib->dyn_env = NULL;
	free_instance(&instance);
}

/* Most look-ups end here: what else there is to do is kept out of their way. */
static inline int
is_watched_type(const struct query_info *asked)
{
	return (asked->qtype == LDNS_RR_TYPE_TXT ||
	    asked->qtype == LDNS_RR_TYPE_MX) &&
	    asked->qclass == LDNS_RR_CLASS_IN;
}

static void observe(struct module_qstate *qstate, int id);

/*
 * The first of what is hot: all of it is on one page then, and what look-ups of
 * other types meet is at its beginning.
 */
SW_HOT __attribute__((no_reorder, aligned(4096))) void
clear(struct module_qstate *qstate, int id)
{
	(void)qstate;
	(void)id;
}

SW_HOT __attribute__((no_reorder)) void
operate(struct module_qstate *qstate, enum module_ev event, int id,
    struct outbound_entry *outbound)
{
	(void)outbound;
	if (__builtin_expect(event == module_event_moddone, 1)) {
		qstate->ext_state[id] = module_finished;
		if (is_watched_type(&qstate->qinfo))
			observe(qstate, id);
		return;
	}
	qstate->ext_state[id] = event == module_event_new ||
	    event == module_event_pass ? module_wait_module : module_error;
}

SW_HOT __attribute__((no_reorder)) void
inform_super(struct module_qstate *qstate, int id, struct module_qstate *super)
{
	(void)qstate;
	(void)id;
	(void)super;
}

static SW_HOT __attribute__((no_reorder, noinline)) void
observe(struct module_qstate *qstate, int id)
{
	struct sw_instance *instance = instance_of(qstate->env, id);
	unsigned thread = (unsigned)qstate->env->alloc->thread_num;
	struct sw_lookup lookup = {
		.name = qstate->qinfo.qname,
		.name_length = qstate->qinfo.qname_len,
		.type = qstate->qinfo.qtype,
	};

	if (instance == NULL)
		return;
	sw_instance_expect(instance, thread);
	sw_unbound_read(qstate, id, setup_of(instance), &lookup);
	sw_instance_see(instance, &lookup, thread, *qstate->env->now);
}

/*
 * Asked by "unbound-control stats" with extended statistics: the one way in
 * which a module learns that somebody wants to know.
 */
size_t
get_mem(struct module_env *env, int id)
{
	struct sw_instance *instance = instance_of(env, id);

	if (instance == NULL)
		return 0;
	sw_instance_tell(instance, *env->now);
	return sw_instance_memory(instance);
}
