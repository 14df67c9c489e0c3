/*
 * The paths that a resolver's threads take with every answer allocate
 * nothing: this program puts its own allocator before the C library's, for
 * itself and every shared library, and makes it fail loudly meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "senderwatch/answer.h"
#include "tests/lib/names.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAVE_OWN_ALLOCATOR 0
#else
#define HAVE_OWN_ALLOCATOR 1

static size_t allocations;	/* since counting began */

/* glibc's, which ours stand before. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

#define SEEN __attribute__((visibility("default")))

SEEN void *
malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

SEEN void *
calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

SEEN void *
realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}
#endif

static struct sw_suffixes suffixes;
static const struct sw_registry *registries[8];

static int
set_up(void **state)
{
	(void)state;
	suffixes.psl = psl_load_file(LIST);
	suffixes.registries = registries;
	for (size_t i = 0; i < sw_registry_builtin_count && i < 8; i++) {
		const struct sw_registry_builtin *builtin =
		    &sw_registry_builtins[i];
		struct sw_registry *loaded;
		const char *reason;
		unsigned line;

		if (sw_registry_parse(&loaded, builtin->text, builtin->length,
		    &line, &reason) != SW_OK)
			return -1;
		registries[suffixes.registry_count++] = loaded;
	}
	suffixes.index = list_index(&suffixes);
	return suffixes.psl == NULL || suffixes.index == NULL ? -1 : 0;
}

static const struct lookup {
	const char *name;
	uint16_t type;
	enum sw_mechanism mechanism;
	const char *records[3];
} lookups[] = {
	{ "example.jp", SW_TYPE_MX, SW_MECHANISM_MX, { NULL } },
	{ "example.co.jp", SW_TYPE_TXT, SW_MECHANISM_SPF,
	    { "v=spf1 ip4:192.0.2.0/24 include:_spf.example.com ~all",
	    "google-site-verification=x" } },
	{ "example.co.jp", SW_TYPE_TXT, SW_MECHANISM_SPF,
	    { "v=spf1 a:museum -all" } },
	{ "_dmarc.city.yokohama.jp", SW_TYPE_TXT, SW_MECHANISM_DMARC,
	    { "v=DMARC1; p=reject; rua=mailto:d@example.jp" } },
	{ "s1._domainkey.mail.example.ne.jp", SW_TYPE_TXT, SW_MECHANISM_DKIM,
	    { "v=DKIM1; k=ed25519; "
	    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=" } },
	{ "_mta-sts.example.com", SW_TYPE_TXT, SW_MECHANISM_MTA_STS,
	    { "v=STSv1; id=1", "v=STSv1; id=2" } },
	{ "_smtp._tls.example.com", SW_TYPE_TXT, SW_MECHANISM_TLS_RPT,
	    { "v=TLSRPTv1; rua=mailto:t@example.com" } },
	{ "default._bimi.xn--wgv71a119e.jp", SW_TYPE_TXT, SW_MECHANISM_BIMI,
	    { "v=BIMI1; l=; a=;" } },
	{ "a.b.c.d.e.f.g.h.example.com", SW_TYPE_TXT, SW_MECHANISM_NONE,
	    { NULL } },
	{ "\\200\\201\\255.jp", SW_TYPE_TXT, SW_MECHANISM_NONE, { NULL } },
	{ "co.jp", SW_TYPE_MX, SW_MECHANISM_NONE, { NULL } },
};

/* Every record in two character-strings, so that joining is tried too. */
static size_t
write_rdata(const char *text, uint8_t *rdata)
{
	size_t length = strlen(text);

	rdata[0] = 0;
	rdata[1] = (uint8_t)(length + 2);
	rdata[2] = 1;
	rdata[3] = (uint8_t)text[0];
	rdata[4] = (uint8_t)(length - 1);
	memcpy(rdata + 5, text + 1, length - 1);
	return length + 4;
}

static void
judge(const struct lookup *lookup, const struct sw_name *name)
{
	uint8_t buffers[3][260];
	const uint8_t *rdata[3];
	size_t length[3];
	struct sw_answer answer = { .records = { 0, rdata, length } };
	struct sw_verdict verdict;

	for (size_t i = 0; i < 3 && lookup->records[i] != NULL; i++) {
		rdata[i] = buffers[i];
		length[i] = write_rdata(lookup->records[i], buffers[i]);
		answer.records.count++;
	}
	sw_answer_judge(name, &answer, &verdict);
	answer.records.count = 0;
	answer.rcode = SW_RCODE_NXDOMAIN;
	sw_answer_judge(name, &answer, &verdict);
}

static void
test_no_allocation(void **state)
{
	(void)state;
#if HAVE_OWN_ALLOCATOR
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		const struct lookup *lookup = &lookups[i];
		uint8_t wire[SW_NAME_WIRE_MAX];
		enum sw_mechanism mechanism;
		size_t length, before, after;
		struct sw_name name;

		length = sw_name_from_text(lookup->name, wire, sizeof(wire));
		assert_true(length > 0);
		before = allocations;
		mechanism = sw_name_match(&suffixes, wire, length,
		    lookup->type, &name);
		if (mechanism != SW_MECHANISM_NONE)
			judge(lookup, &name);
		after = allocations;
		if (mechanism != lookup->mechanism)
			print_error("# %s is %s\n", lookup->name,
			    sw_mechanism_text(mechanism));
		assert_int_equal(mechanism, lookup->mechanism);
		if (after != before)
			print_error("# %s allocates\n", lookup->name);
		assert_int_equal(after, before);
	}
#else
	skip();
#endif
}

/* The test itself must be able to fail, in a shared library too. */
static void
test_allocations_are_seen(void **state)
{
	(void)state;
#if HAVE_OWN_ALLOCATOR
	size_t before = allocations;
	psl_ctx_t *psl = psl_latest(NULL);

	assert_true(allocations > before);
	psl_free(psl);
#else
	skip();
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allocations_are_seen),
		cmocka_unit_test(test_no_allocation),
	};

	/* cmocka 1.1's skip() reads "not ok" in TAP. */
	if (!HAVE_OWN_ALLOCATOR) {
		puts("1..0 # SKIP sanitizers bring an allocator of their own");
		return 0;
	}
	return cmocka_run_group_tests_name("no allocation", tests, set_up,
	    NULL);
}
