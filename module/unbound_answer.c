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
static bool
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
 * Did a policy make this answer, or does the operator hold the zone? QNAME
 * triggers and local data are answered before any module; what else an RPZ
 * makes up, and what comes from an auth-zone, has no authority of the
 * network's behind it and says so. But that is said of an alias chain's end
 * only, and forgotten in the cache: records of theirs have a trust besides,
 * which nothing from the network has.
 */
static int
is_local(const struct module_qstate *qstate,
    const struct sw_unbound_setup *setup)
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

		if (data->trust == rrset_trust_prim_noglue ||
		    is_held(setup, &reply->rrsets[i]->rk))
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
usable(const struct module_qstate *qstate, int id,
    const struct sw_unbound_setup *setup)
{
	const struct reply_info *reply;
	int rcode;

	if (qstate->return_rcode != LDNS_RCODE_NOERROR ||
	    qstate->return_msg == NULL || qstate->return_msg->rep == NULL)
		return SW_UNUSABLE_SERVFAIL;
	reply = qstate->return_msg->rep;
	if (is_bogus(qstate))
		return SW_UNUSABLE_BOGUS;
	if (is_local(qstate, setup))
		return SW_UNUSABLE_REWRITTEN;
	if (is_subnet_answer(qstate, id, setup->subnetcache))
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

SW_HOT void
sw_unbound_read(const struct module_qstate *qstate, int id,
    const struct sw_unbound_setup *setup, struct sw_lookup *lookup)
{
	lookup->usable = usable(qstate, id, setup);
	if (lookup->usable == SW_USABLE)
		read_answer(qstate->return_msg->rep, lookup);
}
