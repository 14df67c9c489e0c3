/* What each field that leaves a resolver means. */
#include "audit_legend.h"

#include <stddef.h>

struct meaning {
	const char *field, *text;
};

static const struct meaning batch[] = {
	{ "instance", "random, new at each start: tells a batch that is sent again from a new one" },
	{ "sequence", "1, 2, ...: the same" },
	{ "key_id", "which key made the pseudonyms; it does not tell the key" },
	{ "resolver", "what the operator calls this resolver" },
	{ "software", "versions of Senderwatch and of Unbound" },
	{ "sent_day", "the day on which the batch was made" },
	{ "groups", "the public suffixes of the domains below" },
	{ "observations", "see below" },
	{ "counters", "totals since the start, see below" },
	{ NULL, NULL }
};

static const struct meaning group[] = {
	{ "suffix", "a public suffix, such as co.jp: under it, many have registered domains" },
	{ "registry", "whose table of registry types knows it" },
	{ "type", "the registry type, such as CO: what kind of registrant" },
	{ NULL, NULL }
};

static const struct meaning observation[] = {
	{ "subject", "a domain's pseudonym: without the key nobody can tell whose" },
	{ "group", "the number of its group" },
	{ "mechanism", "what was looked up: MX, SPF, DMARC, ..." },
	{ "outcome", "whether it is published, not, or with an error" },
	{ "digest", "keyed, of domain and record: tells that the record changed, not what it says" },
	{ "features", "a few properties of the record, see doc/features.md; all are public in the DNS" },
	{ "dnssec", "whether the answer was signed and validated" },
	{ "day", "a day on which it was seen, once or often; no time of day" },
	{ "earlier", "days just before it, not told yet" },
	{ "name", "the domain in clear: only with names = plain" },
	{ NULL, NULL }
};

static const struct meaning counters[] = {
	{ "seen", "finished look-ups of MX and TXT, of all clients together" },
	{ "watched", "of these, for names that a mechanism is published at" },
	{ "observed", "of these, that told an outcome" },
	{ "repeated", "of these, known already on that day" },
	{ "sent", "observations that were acknowledged" },
	{ "evicted", "entries of the module's table given up for others" },
	{ "superseded", "states overwritten before they were delivered" },
	{ "unknown_servfail", "answers not looked at: none, or an error" },
	{ "unknown_bogus", "the same: DNSSEC validation failed" },
	{ "unknown_rewritten", "the same: made by the operator's policy" },
	{ "unknown_subnet", "the same: specific to a client's network" },
	{ "unknown_private", "the same: in the operator's private zones" },
	{ "unknown_malformed", "the same: too many records" },
	{ "unknown_nonexistent", "the same: a domain that was never seen to exist" },
	{ "unproven", "answers that prove nothing" },
	{ "dropped_full", "observations lost: the table was full" },
	{ "dropped_memory", "the same: out of memory" },
	{ "dropped_stop", "the same: not delivered before a stop" },
	{ NULL, NULL }
};

static void
print(FILE *out, const char *title, const struct meaning *meanings)
{
	fprintf(out, "%s\n", title);
	for (; meanings->field != NULL; meanings++)
		fprintf(out, "  %-20s %s\n", meanings->field, meanings->text);
}

void
sw_audit_legend(FILE *out)
{
	fprintf(out, "What leaves a resolver, and nothing else:\n\n");
	print(out, "of a batch", batch);
	print(out, "of a group", group);
	print(out, "of an observation", observation);
	print(out, "of the counters", counters);
	fprintf(out, "\n");
}
