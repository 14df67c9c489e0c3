/*
 * make_database FILE MONTHS: a new database of several months, for tests of
 * the program: domains of all kinds of .jp, seen by four resolvers on some
 * days, merged as the collector does. Seeded: the same file each time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "senderwatch/dmarc.h"
#include "senderwatch/mx.h"
#include "senderwatch/spf.h"
#include "senderwatch/store.h"

#include "../random.h"

#define FIRST_MONTH 202609
#define RESOLVERS 4
#define BATCH 4096

static const struct kind {
	const char *suffix;
	const char *type;
	unsigned count;
	unsigned adoption;	/* of DMARC, in percent, in the first month */
} kinds[] = {
	{ "ad.jp", "AD", 30, 20 }, { "ac.jp", "AC", 400, 45 },
	{ "co.jp", "CO", 2500, 35 }, { "ed.jp", "ED", 150, 12 },
	{ "go.jp", "GO", 90, 80 }, { "gr.jp", "GR", 60, 10 },
	{ "city.lg.jp", "LG", 120, 50 }, { "ne.jp", "NE", 200, 25 },
	{ "or.jp", "OR", 700, 22 }, { "chiyoda.tokyo.jp", "GEOGRAPHIC", 12, 9 },
	{ "hokkaido.jp", "PREFECTURE", 25, 9 }, { "jp", "GENERAL", 4000, 18 },
	{ "com", "", 300, 40 },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

struct writer {
	struct sw_store *store;
	struct sw_observation *observations;
	size_t count;
	uint64_t sequences[RESOLVERS];
	unsigned resolver;
	uint32_t day;
	bool failed;
};

static void
flush(struct writer *writer)
{
	static const char *const names[RESOLVERS] = {
		"resolver-1", "resolver-2", "resolver-3", "resolver-4"
	};
	struct sw_group groups[KIND_COUNT];
	struct sw_batch batch = {
		.instance = { (uint8_t)(writer->resolver + 1) },
		.sequence = ++writer->sequences[writer->resolver],
		.key_id = { 1 }, .resolver = names[writer->resolver],
		.software = "test", .sent_day = writer->day, .groups = groups,
		.group_count = KIND_COUNT,
		.observations = writer->observations,
		.observation_count = writer->count
	};
	struct sw_store_delivery delivery = {
		.batch = &batch, .resolver = names[writer->resolver]
	};

	for (size_t i = 0; i < KIND_COUNT; i++)
		groups[i] = (struct sw_group){ kinds[i].suffix,
		    kinds[i].type[0] != '\0' ? "jp" : "", kinds[i].type };
	if (writer->count > 0 && sw_store_merge(writer->store, &delivery, 1,
	    writer->day, NULL) != SW_OK) {
		fprintf(stderr, "%s\n", sw_store_error(writer->store));
		writer->failed = true;
	}
	writer->count = 0;
}

static bool
chance(uint64_t *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

/* What a domain publishes: the same on each call, but for who began. */
static void
describe(struct sw_observation *one, const struct kind *kind,
    unsigned mechanism, uint64_t *random, unsigned months)
{
	unsigned adoption = mechanism == SW_MECHANISM_MX ? 82 :
	    mechanism == SW_MECHANISM_SPF ? 70 :
	    mechanism == SW_MECHANISM_DMARC ? kind->adoption + 3 * months :
	    kind->adoption / 4;
	bool present = chance(random, adoption);
	bool invalid = chance(random, 2);

	one->mechanism = (uint8_t)mechanism;
	one->outcome = present ? SW_OUTCOME_PRESENT : invalid &&
	    mechanism != SW_MECHANISM_DKIM ? SW_OUTCOME_INVALID :
	    SW_OUTCOME_ABSENT;
	one->dnssec = chance(random, 5) ? SW_DNSSEC_SECURE :
	    SW_DNSSEC_INSECURE;
	if (!present)
		return;
	memset(one->digest, (int)mechanism, sizeof(one->digest));
	if (mechanism == SW_MECHANISM_MX)
		one->features = sw_features_set(0, SW_MX_KIND,
		    chance(random, 4) ? SW_MX_KIND_NULL : SW_MX_KIND_HOSTS);
	else if (mechanism == SW_MECHANISM_SPF)
		one->features = sw_features_set(0, SW_SPF_FINAL,
		    chance(random, 40) ? SW_SPF_FINAL_FAIL :
		    SW_SPF_FINAL_SOFTFAIL);
	else if (mechanism == SW_MECHANISM_DMARC)
		one->features = sw_features_set(0, SW_DMARC_POLICY,
		    chance(random, 70) ? SW_DMARC_POLICY_NONE :
		    chance(random, 50) ? SW_DMARC_POLICY_QUARANTINE :
		    SW_DMARC_POLICY_REJECT);
}

/* Some domains are looked up daily, most of them hardly ever. */
static unsigned
popularity(uint32_t domain)
{
	uint64_t random = domain;
	unsigned u = random_below(&random, 1000);

	return u < 50 ? 60 : u < 200 ? 15 : u < 500 ? 4 : 1;
}

/* All that one resolver observes on one day. */
static void
write_day(struct writer *writer, unsigned months)
{
	uint32_t domain = 0;

	for (uint32_t k = 0; k < KIND_COUNT; k++) {
		for (unsigned i = 0; i < kinds[k].count; i++, domain++) {
			uint64_t seen = (uint64_t)domain << 32 ^ writer->day <<
			    4 ^ writer->resolver;

			for (unsigned m = 1; m < SW_MECHANISM_COUNT; m++) {
				uint64_t own = (uint64_t)domain * 16 + m, id =
				    domain;
				struct sw_observation *one =
				    &writer->observations[writer->count];

				if (!chance(&seen, popularity(domain)))
					continue;
				memset(one, 0, sizeof(*one));
				random_bytes(&id, one->subject,
				    SW_PSEUDONYM_SIZE);
				one->day = writer->day;
				one->group = k;
				describe(one, &kinds[k], m, &own, months);
				/* No answer proves that there is no DKIM. */
				if (m == SW_MECHANISM_DKIM &&
				    one->outcome != SW_OUTCOME_PRESENT)
					continue;
				if (++writer->count == BATCH)
					flush(writer);
			}
		}
	}
	flush(writer);
}

int
main(int argc, char **argv)
{
	struct writer writer = { 0 };
	uint32_t month = FIRST_MONTH;
	unsigned count = argc == 3 ? (unsigned)atoi(argv[2]) : 0;

	if (count == 0 || count > 24) {
		fputs("usage: make_database FILE MONTHS\n", stderr);
		return 2;
	}
	writer.observations = calloc(BATCH, sizeof(*writer.observations));
	if (writer.observations == NULL || sw_store_open(&writer.store,
	    argv[1], SW_STORE_WRITE) != SW_OK) {
		fprintf(stderr, "%s\n", sw_store_error(writer.store));
		return 1;
	}
	for (unsigned i = 0; i < count; i++, month = sw_month_next(month)) {
		/* Three days of a month are enough for all estimators. */
		for (uint32_t day = 0; day < 3; day++) {
			writer.day = sw_month_first_day(month) + 5 * day;
			for (writer.resolver = 0; writer.resolver < RESOLVERS;
			    writer.resolver++)
				write_day(&writer, i);
		}
	}
	free(writer.observations);
	sw_store_close(&writer.store);
	return writer.failed ? 1 : 0;
}
