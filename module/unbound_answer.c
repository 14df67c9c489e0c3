/*
 * Reading Unbound's answers. Of a query it reads the name, type and class that
 * were asked and the answer; never who asked.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#ifdef CLIENT_SUBNET
#include "edns-subnet/subnetmod.h"
#endif
#include "services/cache/dns.h"
#include "sldns/rrdef.h"
#include "util/config_file.h"
#include "util/data/msgreply.h"
#include "util/data/packed_rrset.h"
#include "util/module.h"
#include "util/net_help.h"

#include "module/unbound_answer.h"
#include "senderwatch/hot.h"
#include "senderwatch/name.h"

struct sw_unbound_zone {
	uint8_t name[SW_NAME_WIRE_MAX];
	size_t length;
	struct sw_unbound_zone *next;
};

/* The place of a module in the chain; -1 if it is not there. */
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

void
sw_unbound_setup_fini(struct sw_unbound_setup *setup)
{
	while (setup->held != NULL) {
		struct sw_unbound_zone *zone = setup->held;

		setup->held = zone->next;
		free(zone);
	}
}

/* A copy of the root or of a top-level domain hardly does but delegate. */
static bool
only_delegates(const struct sw_unbound_zone *zone)
{
	return zone->length == 0 || zone->name[0] == 0 ||
	    zone->name[zone->name[0] + 1] == 0;
}

/* What cachedb keeps of an auth-zone's answers tells nothing of where from. */
static bool
find_held(struct sw_unbound_setup *setup, const struct config_file *config)
{
	if (place_of("cachedb", config->module_conf) < 0)
		return true;
	for (const struct config_auth *auth = config->auths; auth != NULL;
	    auth = auth->next) {
		struct sw_unbound_zone *zone;

		if (auth->isrpz || !auth->for_upstream || auth->name == NULL)
			continue;
		zone = calloc(1, sizeof(*zone));
		if (zone == NULL)
			return false;
		zone->length = sw_name_from_text(auth->name, zone->name,
		    sizeof(zone->name));
		if (only_delegates(zone)) {
			free(zone);
			continue;
		}
		zone->next = setup->held;
		setup->held = zone;
	}
	return true;
}

enum sw_result
sw_unbound_setup_init(struct sw_unbound_setup *setup,
    const struct config_file *config)
{
	*setup = (struct sw_unbound_setup){
		.subnetcache = place_of("subnetcache", config->module_conf),
	};
	if (find_held(setup, config))
		return SW_OK;
	sw_unbound_setup_fini(setup);
	return SW_ERR_MEMORY;
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
 * Is a record's name in a zone that this resolver holds? Only to be asked where
 * answers may have been in cachedb: they come back without any mark, and are
 * in Unbound's own cache then as if they were from the network.
 */
static __attribute__((noinline)) bool
is_held(const struct sw_unbound_setup *setup,
    const struct packed_rrset_key *record)
{
	for (const struct sw_unbound_zone *zone = setup->held; zone != NULL;
	    zone = zone->next) {
		if (sw_name_is_within(record->dname, record->dname_len,
		    zone->name, zone->length))
			return true;
	}
	return false;
}

/*
 * Was the answer made for the network of whoever asked? One that subnetcache
 * kept may be. Another is if its authority gave it a scope; of the struct that
 * tells, nothing else is read. Unbound's own marks don't do: no_cache_store is
 * over when subnetcache is done, and is_subnet_answer stands for every answer
 * that passed it.
 */
static int
is_subnet_answer(const struct module_qstate *qstate, int id, int subnetcache)
{
#ifdef CLIENT_SUBNET
	const struct subnet_qstate *subnet;

	if (subnetcache < 0)
		return 0;
	if (subnetcache > id && subnetcache + 1 < MAX_MODULE &&
	    qstate->ext_state[subnetcache + 1] == module_state_initial)
		return 1;
	subnet = qstate->minfo[subnetcache];
	return subnet != NULL && subnet->max_scope > 0;
#else
	(void)qstate;
	(void)id;
	(void)subnetcache;
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
	    (reply->security == sec_status_indeterminate &&
	    reply->reason_bogus != LDNS_EDE_DNSSEC_INDETERMINATE &&
	    qstate->env->cfg->val_permissive_mode);
}

/* What else an answer's records say. */
struct seen {
	/*
	 * Did a policy make this answer, or does the operator hold the zone?
	 * QNAME triggers and local data are answered before any module; what
	 * else an RPZ makes up, and what comes from an auth-zone, has no
	 * authority of the network's behind it and says so. But that is said of
	 * an alias chain's end only, and forgotten in the cache: records of
	 * theirs have a trust besides, which nothing from the network has.
	 */
	bool local;
	/*
	 * Is there a record of that type, or the SOA that denies it? NOERROR
	 * without either is of servers that are lame, and of forwarders that
	 * don't resolve. Unbound takes it for an answer; it proves nothing (RFC
	 * 2308 sections 2.2 and 5).
	 */
	bool proof;
};

/* Point to the records of the type asked and to the SOA, and tell of a CNAME. */
static struct seen
read_records(const struct reply_info *reply,
    const struct sw_unbound_setup *setup, uint16_t wanted,
    struct sw_answer *answer)
{
	struct seen seen = { .local = reply->authoritative != 0 };

	for (size_t i = 0; i < reply->an_numrrsets + reply->ns_numrrsets;
	    i++) {
		const struct ub_packed_rrset_key *key = reply->rrsets[i];
		const struct packed_rrset_data *data = key->entry.data;
		bool answers = i < reply->an_numrrsets;
		uint16_t type = ntohs(key->rk.type);

		if (data->trust == rrset_trust_prim_noglue ||
		    (setup->held != NULL && is_held(setup, &key->rk)))
			seen.local = true;
		if (answers && type == wanted) {
			answer->records.count = data->count;
			answer->records.rdata =
			    (const uint8_t *const *)data->rr_data;
			answer->records.length = data->rr_len;
			seen.proof = true;
		} else if (!answers && type == LDNS_RR_TYPE_SOA) {
			answer->soa = key->rk.dname;
			answer->soa_length = key->rk.dname_len;
			seen.proof = true;
		} else if (answers && (type == LDNS_RR_TYPE_CNAME ||
		    type == LDNS_RR_TYPE_DNAME)) {
			answer->cname = true;
		}
	}
	return seen;
}

/* Is there an answer that may be looked at? If not, what it set is nothing. */
static enum sw_usable
read_answer(const struct module_qstate *qstate, int id,
    const struct sw_unbound_setup *setup, struct sw_answer *answer)
{
	const struct reply_info *reply;
	struct seen seen;

	if (qstate->return_rcode != LDNS_RCODE_NOERROR ||
	    qstate->return_msg == NULL || qstate->return_msg->rep == NULL)
		return SW_UNUSABLE_SERVFAIL;
	reply = qstate->return_msg->rep;
	if (is_bogus(qstate))
		return SW_UNUSABLE_BOGUS;
#ifdef UNBOUND_HAS_RPZ_APPLIED
	if (qstate->rpz_applied)
		return SW_UNUSABLE_REWRITTEN;
#endif
	seen = read_records(reply, setup, qstate->qinfo.qtype, answer);
	if (seen.local)
		return SW_UNUSABLE_REWRITTEN;
	if (is_subnet_answer(qstate, id, setup->subnetcache))
		return SW_UNUSABLE_SUBNET;
	answer->rcode = (uint16_t)FLAGS_GET_RCODE(reply->flags);
	answer->truncated = (reply->flags & BIT_TC) != 0;
	return answer->rcode == LDNS_RCODE_NXDOMAIN ||
	    (answer->rcode == LDNS_RCODE_NOERROR && seen.proof) ?
	    SW_USABLE : SW_UNUSABLE_SERVFAIL;
}

SW_HOT void
sw_unbound_read(const struct module_qstate *qstate, int id,
    const struct sw_unbound_setup *setup, struct sw_lookup *lookup)
{
	lookup->usable = read_answer(qstate, id, setup, &lookup->answer);
	if (lookup->usable == SW_USABLE)
		lookup->dnssec = dnssec_of(qstate->return_msg->rep->security);
	else
		lookup->answer = (struct sw_answer){ .rcode = 0 };
}
