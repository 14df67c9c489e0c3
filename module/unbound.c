/*
 * The glue to Unbound: dynlib's six symbols, and the reading of answers.
 *
 * The only file that sees Unbound's headers. Of a query it reads the name,
 * type and class that were asked and the answer; never who asked.
 */
#include "config.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dynlibmod/dynlibmod.h"
#ifdef CLIENT_SUBNET
#include "edns-subnet/subnetmod.h"
#endif
#include "services/cache/dns.h"
#include "sldns/rrdef.h"
#include "util/config_file.h"
#include "util/data/msgreply.h"
#include "util/data/packed_rrset.h"
#include "util/log.h"
#include "util/module.h"
#include "util/net_help.h"

#include "module/build_id.h"
#include "module/link.h"
#include "module/log.h"
#include "module/observer.h"
#include "module/options.h"
#include "module/sender.h"

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

/*
 * One module of the chain; the same file may be loaded as several. Immutable
 * once init() is over, but for the sender.
 */
struct instance {
	struct sw_options options;
	struct sw_link *link;
	struct sw_observer *observer;
	struct sw_sender *sender;
	int subnetcache;	/* its place in the module chain, or -1 */
	/*
	 * An Unbound without threads forks its workers after init(), and a
	 * thread does not survive a fork: each process starts its own at its
	 * first answer. Counts forks; UINT_MAX: none started yet.
	 */
	atomic_uint started;
	atomic_llong failed_at;	/* when starting failed, or 0: once a second */
	unsigned made_in;	/* forks when init() made it */
	struct instance *next;	/* of all that live; Unbound's main thread's */
};

static atomic_uint forks;
static struct instance *instances;

static void
count_fork(void)
{
	atomic_fetch_add(&forks, 1);
}

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

static struct instance *
instance_of(struct module_env *env, int id)
{
	struct dynlibmod_env *dynlib = env->modinfo[id];

	return dynlib == NULL ? NULL : dynlib->dyn_env;
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
 * A path as it reads within the chroot that Unbound is in by now: settings may
 * name it as it reads outside, as in Unbound's own configuration.
 */
static void
inside_chroot(char *path, const struct config_file *cfg)
{
	size_t length = cfg->chrootdir == NULL ? 0 : strlen(cfg->chrootdir);

	while (length > 0 && cfg->chrootdir[length - 1] == '/')
		length--;
	if (path != NULL && length > 0 &&
	    strncmp(path, cfg->chrootdir, length) == 0 && path[length] == '/')
		memmove(path, path + length, strlen(path + length) + 1);
}

static int
read_settings(struct instance *instance, struct config_file *cfg)
{
	struct sw_options *options = &instance->options;
	char *path = settings_path();
	int done = 0;

	if (path == NULL) {
		say(SW_LOG_ERROR, "out of memory");
		goto out;
	}
	inside_chroot(path, cfg);
	if (sw_options_read(options, path, say) != SW_OK)
		goto out;
	inside_chroot(options->socket, cfg);
	inside_chroot(options->key_file, cfg);
	inside_chroot(options->registries, cfg);
	inside_chroot(options->suffix_list, cfg);
	inside_chroot(options->spool, cfg);
	inside_chroot(options->status_file, cfg);
	inside_chroot(options->tls_authorities, cfg);
	inside_chroot(options->tls_certificate, cfg);
	inside_chroot(options->tls_key, cfg);
	done = 1;
out:
	free(path);
	return done;
}

static void
free_instance(struct instance *instance)
{
	if (instance == NULL)
		return;
	sw_sender_stop(&instance->sender);
	sw_observer_free(&instance->observer);
	sw_link_free(&instance->link);
	sw_options_fini(&instance->options);
	free(instance);
}

static void finish(struct instance *instance);

/*
 * Unbound ends the workers that it forked by exit(), and calls deinit() in
 * its first process only.
 */
static void
finish_forked(void)
{
	for (struct instance *i = instances; i != NULL; i = i->next) {
		if (i->made_in != atomic_load(&forks))
			finish(i);
	}
}

static void
watch_forks(void)
{
	static int watching;

	if (watching)
		return;
	pthread_atfork(NULL, NULL, count_fork);
	atexit(finish_forked);
	watching = 1;
}

/* The place of a module in the chain, which is its id; -1 if it is not there. */
static int
place_of(const char *module, const char *chain)
{
	static const char blanks[] = " \t\r\n";
	size_t length;

	for (int place = 0; chain != NULL; place++, chain += length) {
		chain += strspn(chain, blanks);
		length = strcspn(chain, blanks);
		if (length == 0)
			return -1;
		if (length == strlen(module) &&
		    strncmp(chain, module, length) == 0)
			return place;
	}
	return -1;
}

int
init(struct module_env *env, int id)
{
	struct dynlibmod_env *dynlib;
	struct instance *instance;

	if (!is_right_unbound())
		return 0;
	dynlib = env->modinfo[id];
	dynlib->dyn_env = NULL;
	instance = calloc(1, sizeof(*instance));
	if (instance == NULL) {
		say(SW_LOG_ERROR, "out of memory");
		return 0;
	}
	atomic_init(&instance->started, UINT_MAX);
	atomic_init(&instance->failed_at, 0);
	instance->subnetcache = place_of("subnetcache", env->cfg->module_conf);
	if (!read_settings(instance, env->cfg) ||
	    sw_link_new(&instance->link, &instance->options, say) != SW_OK ||
	    sw_observer_new(&instance->observer, &instance->options, say) !=
	    SW_OK) {
		free_instance(instance);
		return 0;
	}
	watch_forks();
	dynlib->dyn_env = instance;
	instance->made_in = atomic_load(&forks);
	instance->next = instances;
	instances = instance;
	say(SW_LOG_INFO, "watching; %zu bytes at most for %zu domains and "
	    "mechanisms", sw_observer_memory(instance->observer),
	    instance->options.capacity);
	return 1;
}

#define NUMBER(counter) (unsigned long long)c.counter

static void
log_counters(struct instance *instance)
{
	struct sw_counters c;

	sw_observer_counters(instance->observer, &c);
	say(SW_LOG_INFO, "seen %llu watched %llu observed %llu repeated %llu "
	    "sent %llu evicted %llu superseded %llu; unknown: servfail %llu "
	    "bogus %llu rewritten %llu subnet %llu private %llu malformed "
	    "%llu nonexistent %llu; unproven %llu; dropped: full %llu memory %llu stop %llu",
	    NUMBER(seen), NUMBER(watched), NUMBER(observed), NUMBER(repeated),
	    NUMBER(sent), NUMBER(evicted), NUMBER(superseded),
	    NUMBER(unknown_servfail), NUMBER(unknown_bogus),
	    NUMBER(unknown_rewritten), NUMBER(unknown_subnet),
	    NUMBER(unknown_private), NUMBER(unknown_malformed),
	    NUMBER(unknown_nonexistent), NUMBER(unproven),
	    NUMBER(dropped_full), NUMBER(dropped_memory),
	    NUMBER(dropped_stop));
}

/* What waits when no thread could be started is lost, and counted. */
static void
count_unsent(struct instance *instance)
{
	size_t left = sw_table_pending(sw_observer_table(instance->observer));

	if (left == 0)
		return;
	sw_observer_count_stop(instance->observer, left);
	say(SW_LOG_WARNING, "%zu observations were not delivered before the "
	    "stop", left);
}

/* Deliver what can be, and say what was counted. */
static void
finish(struct instance *instance)
{
	/* A forked worker that saw nothing has its parent's sender. */
	if (atomic_load(&instance->started) != atomic_load(&forks))
		instance->sender = NULL;
	if (instance->sender == NULL)
		count_unsent(instance);
	sw_sender_stop(&instance->sender);
	log_counters(instance);
}

static void
forget(const struct instance *instance)
{
	struct instance **at = &instances;

	while (*at != NULL && *at != instance)
		at = &(*at)->next;
	if (*at != NULL)
		*at = instance->next;
}

void
deinit(struct module_env *env, int id)
{
	struct dynlibmod_env *dynlib;
	struct instance *instance;
	char running[SW_BUILD_ID_TEXT_MAX];

	/* Unbound calls this also after a refusal to load. */
	sw_build_id_running(running);
	if (strcmp(running, sw_build_id_wanted()) != 0)
		return;
	dynlib = env->modinfo[id];
	instance = dynlib->dyn_env;
	if (instance == NULL)
		return;
	dynlib->dyn_env = NULL;
	forget(instance);
	finish(instance);
	free_instance(instance);
}

/* The sender of this process; where that fails, in a second's time again. */
static void
start_sender(struct instance *instance, time_t now)
{
	unsigned generation = atomic_load(&forks);
	unsigned started = atomic_load(&instance->started);
	long long failed_at = atomic_load(&instance->failed_at);

	if (started == generation || failed_at == (long long)now ||
	    !atomic_compare_exchange_strong(&instance->started, &started,
	    generation))
		return;
	/* One of a parent process, if any, is the parent's. */
	instance->sender = NULL;
	if (generation != instance->made_in)
		sw_keys_lock(sw_observer_keys(instance->observer), say);
	if (sw_sender_start(&instance->sender, instance->observer,
	    instance->link, &instance->options, say) == SW_OK)
		return;
	if (failed_at == 0)
		say(SW_LOG_ERROR, "can't start the thread that delivers; it "
		    "is tried again");
	atomic_store(&instance->failed_at, (long long)now);
	atomic_store(&instance->started, UINT_MAX);
}

static enum sw_dnssec
dnssec_of(enum sec_status status)
{
	switch (status) {
	case sec_status_secure:
		return SW_DNSSEC_SECURE;
	case sec_status_insecure:
		return SW_DNSSEC_INSECURE;
	default:
		return SW_DNSSEC_UNKNOWN;
	}
}

/*
 * Did a policy make this answer, or does the operator hold the zone? QNAME
 * triggers and local data are answered before any module; what else an RPZ
 * makes up, and what comes from an auth-zone, has no authority of the
 * network's behind it and says so. But that is said of an alias chain's end
 * only, and forgotten in the cache: records of theirs have a trust besides,
 * which nothing from the network has.
 */
static int
is_local(const struct module_qstate *qstate)
{
	const struct reply_info *reply = qstate->return_msg->rep;

#ifdef UNBOUND_HAS_RPZ_APPLIED
	if (qstate->rpz_applied)
		return 1;
#endif
	for (size_t i = 0; i < reply->an_numrrsets + reply->ns_numrrsets;
	    i++) {
		const struct packed_rrset_data *data =
		    reply->rrsets[i]->entry.data;

		if (data->trust == rrset_trust_prim_noglue)
			return 1;
	}
	return reply->authoritative != 0;
}

/*
 * Was the answer made for the network of whoever asked? One that subnetcache
 * kept may be. Another is if its authority gave it a scope; of the struct that
 * tells, nothing else is read. Unbound's own marks don't do: no_cache_store is
 * over when subnetcache is done, and is_subnet_answer stands for every answer
 * that passed it.
 */
static int
is_subnet_answer(const struct module_qstate *qstate,
    const struct instance *instance, int id)
{
#ifdef CLIENT_SUBNET
	int at = instance->subnetcache;
	const struct subnet_qstate *subnet;

	if (at < 0)
		return 0;
	if (at > id && at + 1 < MAX_MODULE &&
	    qstate->ext_state[at + 1] == module_state_initial)
		return 1;
	subnet = qstate->minfo[at];
	return subnet != NULL && subnet->max_scope > 0;
#else
	(void)qstate;
	(void)instance;
	(void)id;
	return 0;
#endif
}

/*
 * With val-permissive-mode, clients get bogus answers as indeterminate ones.
 * Those that are so for want of a trust anchor say that (RFC 8914 section
 * 4.6); what the others say differs between versions.
 */
static int
is_bogus(const struct module_qstate *qstate)
{
	const struct reply_info *reply = qstate->return_msg->rep;

	return reply->security == sec_status_bogus ||
	    reply->security == sec_status_secure_sentinel_fail ||
	    (qstate->env->cfg->val_permissive_mode &&
	    reply->security == sec_status_indeterminate &&
	    reply->reason_bogus != LDNS_EDE_DNSSEC_INDETERMINATE);
}

/*
 * NOERROR, but neither a record of that type nor the SOA that would deny it:
 * of servers that are lame, and of forwarders that don't resolve. Unbound
 * takes it for an answer; it proves nothing (RFC 2308 sections 2.2 and 5).
 */
static int
is_empty(const struct module_qstate *qstate)
{
	const struct reply_info *reply = qstate->return_msg->rep;

	for (size_t i = 0; i < reply->an_numrrsets + reply->ns_numrrsets;
	    i++) {
		uint16_t type = ntohs(reply->rrsets[i]->rk.type);

		if (type == (i < reply->an_numrrsets ? qstate->qinfo.qtype :
		    LDNS_RR_TYPE_SOA))
			return 0;
	}
	return 1;
}

static enum sw_usable
usable(const struct module_qstate *qstate, const struct instance *instance,
    int id)
{
	const struct reply_info *reply;
	int rcode;

	if (qstate->return_rcode != LDNS_RCODE_NOERROR ||
	    qstate->return_msg == NULL || qstate->return_msg->rep == NULL)
		return SW_UNUSABLE_SERVFAIL;
	reply = qstate->return_msg->rep;
	if (is_bogus(qstate))
		return SW_UNUSABLE_BOGUS;
	if (is_local(qstate))
		return SW_UNUSABLE_REWRITTEN;
	if (is_subnet_answer(qstate, instance, id))
		return SW_UNUSABLE_SUBNET;
	rcode = FLAGS_GET_RCODE(reply->flags);
	if (rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN)
		return SW_UNUSABLE_SERVFAIL;
	if (rcode == LDNS_RCODE_NOERROR && is_empty(qstate))
		return SW_UNUSABLE_SERVFAIL;
	return SW_USABLE;
}

/* Point lookup at the records of the type asked, and tell of a CNAME. */
static void
read_answer(const struct reply_info *reply, struct sw_lookup *lookup)
{
	lookup->answer.rcode = (uint16_t)FLAGS_GET_RCODE(reply->flags);
	lookup->answer.truncated = (reply->flags & BIT_TC) != 0;
	lookup->dnssec = dnssec_of(reply->security);
	for (size_t i = 0; i < reply->an_numrrsets; i++) {
		const struct ub_packed_rrset_key *key = reply->rrsets[i];
		const struct packed_rrset_data *data = key->entry.data;
		uint16_t type = ntohs(key->rk.type);

		if (type == LDNS_RR_TYPE_CNAME || type == LDNS_RR_TYPE_DNAME)
			lookup->answer.cname = true;
		if (type != lookup->type)
			continue;
		lookup->answer.records.count = data->count;
		lookup->answer.records.rdata =
		    (const uint8_t *const *)data->rr_data;
		lookup->answer.records.length = data->rr_len;
	}
	for (size_t i = 0; i < reply->ns_numrrsets; i++) {
		const struct ub_packed_rrset_key *key =
		    reply->rrsets[reply->an_numrrsets + i];

		if (ntohs(key->rk.type) != LDNS_RR_TYPE_SOA)
			continue;
		lookup->answer.soa = key->rk.dname;
		lookup->answer.soa_length = key->rk.dname_len;
	}
}

static void
observe(struct module_qstate *qstate, int id)
{
	struct instance *instance;
	struct sw_lookup lookup = {
		.name = qstate->qinfo.qname,
		.name_length = qstate->qinfo.qname_len,
		.type = qstate->qinfo.qtype,
	};

	if ((lookup.type != LDNS_RR_TYPE_MX &&
	    lookup.type != LDNS_RR_TYPE_TXT) ||
	    qstate->qinfo.qclass != LDNS_RR_CLASS_IN)
		return;
	instance = instance_of(qstate->env, id);
	if (instance == NULL)
		return;
	start_sender(instance, *qstate->env->now);
	lookup.usable = usable(qstate, instance, id);
	if (lookup.usable == SW_USABLE)
		read_answer(qstate->return_msg->rep, &lookup);
	sw_observer_see(instance->observer, &lookup, *qstate->env->now);
}

void
operate(struct module_qstate *qstate, enum module_ev event, int id,
    struct outbound_entry *outbound)
{
	(void)outbound;
	switch (event) {
	case module_event_new:
	case module_event_pass:
		qstate->ext_state[id] = module_wait_module;
		break;
	case module_event_moddone:
		observe(qstate, id);
		qstate->ext_state[id] = module_finished;
		break;
	default:
		qstate->ext_state[id] = module_error;
		break;
	}
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
	struct instance *instance = instance_of(env, id);

	return instance == NULL ? 0 : sizeof(*instance) +
	    sw_observer_memory(instance->observer);
}
