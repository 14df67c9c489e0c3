/*
 * One case of the library's work, repeated, to be counted from outside:
 * usage: records CASE TIMES. Other parsers are loaded if they are there.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "senderwatch/answer.h"

#define HOSTILE_SIZE 4096
#define RDATA_MAX (HOSTILE_SIZE + HOSTILE_SIZE / 255 + 3)

static const char typical_spf[] =
    "v=spf1 ip4:192.0.2.0/24 include:_spf.google.com "
    "include:spf.protection.outlook.com ~all";
static const char typical_dmarc[] =
    "v=DMARC1; p=quarantine; sp=none; rua=mailto:dmarc@example.jp; "
    "ruf=mailto:dmarc@example.jp; fo=1; adkim=s; aspf=r; pct=100";
static const char typical_dkim[] = "v=DKIM1; k=rsa; p="
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAopCEUaKrKrxgWrLN9mRluuXUDT"
    "82w77F5HEOJ2WK3kl0eDTuLRX6NmTZYno3l/iDiqJ1gdx+07YkroGRqQPSN4OXrVUbDTq8"
    "GsKCSWjqzR7/zqSIbEFA1aREYhuWBlEXTwIEGQWELASK65XrvVMzJa5oT4lok9MkCn391u"
    "yo8Pi6qlGwKofvower+W9wXLYQeZ74sVg91ETIYAhJGUHRp824gFe8QM5S3rfWPSsPL01b"
    "QPen/HA+BTB1c7oiTogIp4tLC3J4xm2JH6gppMgKyhGdQiH0hWEfShw7FVgTzn33m7GW4+"
    "f68m7PAKyU4Qo9/LainTQFUSHkOJ+Av6jURwIDAQAB";

static uint8_t rdata[RDATA_MAX];
static struct sw_name subject = {
	.subject = "\7example\2jp",
	.subject_length = 12,
	.suffix = "jp",
};

/* Kept, so that nothing is optimised away. */
static volatile unsigned sink;

static size_t
write_rdata(const char *text)
{
	size_t size = strlen(text), length = 2;

	for (size_t i = 0; i < size; i += 255) {
		size_t part = size - i < 255 ? size - i : 255;

		rdata[length++] = (uint8_t)part;
		memcpy(rdata + length, text + i, part);
		length += part;
	}
	rdata[0] = (uint8_t)((length - 2) >> 8);
	rdata[1] = (uint8_t)(length - 2);
	return length;
}

static void
judge(enum sw_mechanism mechanism, const char *text, long times)
{
	const uint8_t *list[1] = { rdata };
	size_t length[1] = { write_rdata(text) };
	struct sw_answer answer = { .records = { 1, list, length } };
	struct sw_verdict verdict;

	subject.mechanism = mechanism;
	while (times-- > 0) {
		sw_answer_judge(&subject, &answer, &verdict);
		sink += verdict.outcome;
	}
}

/* A record of 4 kB: begin, part over and over, end. */
static const char *
hostile(const char *part, const char *end)
{
	static char text[HOSTILE_SIZE + 1];
	size_t length = (size_t)snprintf(text, sizeof(text), "v=spf1 ");

	while (length + strlen(part) + strlen(end) <= HOSTILE_SIZE) {
		memcpy(text + length, part, strlen(part));
		length += strlen(part);
	}
	memcpy(text + length, end, strlen(end) + 1);
	return text;
}

static const struct {
	const char *name;
	const char *part;
	const char *end;
} hostiles[] = {
	{ "hostile-terms", "a ", "-all" },
	{ "hostile-exists", "exists:%{d}.jp ", "-all" },
	{ "hostile-macros", "x=%{d}%{i}%{l1r-} ", "-all" },
	{ "hostile-ip6", "ip6:1:2:3:4:5:6:7:8/64 ", "-all" },
	{ "hostile-modifiers", "a=b ", "-all" },
	{ "hostile-spaces", " ", "-all" },
	{ "hostile-domain", "a:a.b-c.d/e/", "f.jp" },
	{ "hostile-slashes", "mx//0 ", "-all" },
	{ "hostile-name", "a-b", "c" },
	{ "hostile-digits", "ip4:", "0000" },
	{ "hostile-cidr", "a/0 ", "-all" },
	{ "hostile-qualifiers", "?a ", "-all" },
	{ "hostile-domains", "a:a.b ", "-all" },
};

#define LIST "/usr/share/publicsuffix/public_suffix_list.dat"

/* As the module does it: an index over the list. */
static struct sw_suffix_index *
load_index(const struct sw_suffixes *suffixes)
{
	static char text[1 << 20];
	struct sw_suffix_index *index;
	FILE *file = fopen(LIST, "re");
	size_t length;

	if (file == NULL)
		return NULL;
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	return sw_suffix_index_new(&index, suffixes, text, length) == SW_OK ?
	    index : NULL;
}

static void
match(const char *text, uint16_t type, long times)
{
	struct sw_suffixes suffixes = { .psl = psl_load_file(LIST) };
	struct sw_suffix_index *index;
	static const struct sw_registry *registries[8];
	uint8_t wire[SW_NAME_WIRE_MAX];
	struct sw_name name;
	size_t length;

	for (size_t i = 0; i < sw_registry_builtin_count && i < 8; i++) {
		struct sw_registry *loaded;
		const char *reason;
		unsigned line;

		if (sw_registry_parse(&loaded, sw_registry_builtins[i].text,
		    sw_registry_builtins[i].length, &line, &reason) == SW_OK)
			registries[suffixes.registry_count++] = loaded;
	}
	suffixes.registries = registries;
	suffixes.index = index = load_index(&suffixes);
	length = sw_name_from_text(text, wire, sizeof(wire));
	while (times-- > 0)
		sink += sw_name_match(&suffixes, wire, length, type, &name);
	sw_suffix_index_free(&index);
}

/* libspf2: compile the record, which is its parse, and free it. */
static int
libspf2(const char *text, long times)
{
	void *library = dlopen("libspf2.so.2", RTLD_NOW), *server, *response;
	void *(*server_new)(int, int), *(*response_new)(void *);
	int (*compile)(void *, void *, void **, const char *);
	void (*record_free)(void *), (*response_free)(void *);

	if (library == NULL)
		return -1;
	*(void **)&server_new = dlsym(library, "SPF_server_new");
	*(void **)&response_new = dlsym(library, "SPF_response_new");
	*(void **)&compile = dlsym(library, "SPF_record_compile");
	*(void **)&record_free = dlsym(library, "SPF_record_free");
	*(void **)&response_free = dlsym(library, "SPF_response_free");
	server = server_new(2, 0);
	while (times-- > 0) {
		void *record = NULL;

		response = response_new(NULL);
		sink += (unsigned)compile(server, response, &record, text);
		if (record != NULL)
			record_free(record);
		response_free(response);
	}
	return 0;
}

static int
libopendmarc(const char *text, long times)
{
	void *library = dlopen("libopendmarc.so.2", RTLD_NOW), *policy;
	void *(*policy_new)(const char *, int), *(*policy_free)(void *);
	int (*parse)(void *, const char *, const char *);

	if (library == NULL)
		return -1;
	*(void **)&policy_new =
	    dlsym(library, "opendmarc_policy_connect_init");
	*(void **)&policy_free =
	    dlsym(library, "opendmarc_policy_connect_shutdown");
	*(void **)&parse = dlsym(library, "opendmarc_policy_parse_dmarc");
	while (times-- > 0) {
		policy = policy_new("192.0.2.1", 4);
		sink += (unsigned)parse(policy, "example.jp", text);
		policy_free(policy);
	}
	return 0;
}

static int
run(const char *name, long times)
{
	for (size_t i = 0; i < sizeof(hostiles) / sizeof(hostiles[0]); i++) {
		if (strcmp(name, hostiles[i].name) != 0)
			continue;
		judge(SW_MECHANISM_SPF, hostile(hostiles[i].part,
		    hostiles[i].end), times);
		return 0;
	}
	if (strcmp(name, "spf") == 0)
		judge(SW_MECHANISM_SPF, typical_spf, times);
	else if (strcmp(name, "dmarc") == 0)
		judge(SW_MECHANISM_DMARC, typical_dmarc, times);
	else if (strcmp(name, "dkim") == 0)
		judge(SW_MECHANISM_DKIM, typical_dkim, times);
	else if (strcmp(name, "spf-libspf2") == 0)
		return libspf2(typical_spf, times);
	else if (strcmp(name, "dmarc-libopendmarc") == 0)
		return libopendmarc(typical_dmarc, times);
	else if (strcmp(name, "name-type") == 0)
		match("example.co.jp", 1, times);
	else if (strcmp(name, "name-www") == 0)
		match("www.example.co.jp", SW_TYPE_TXT, times);
	else if (strcmp(name, "name-deep") == 0)
		match("2.0.0.127.zen.dnsbl.example.co.jp", SW_TYPE_TXT, times);
	else if (strcmp(name, "name-acme") == 0)
		match("_acme-challenge.www.example.com", SW_TYPE_TXT, times);
	else if (strcmp(name, "name-spf") == 0)
		match("example.co.jp", SW_TYPE_TXT, times);
	else if (strcmp(name, "name-dmarc") == 0)
		match("_dmarc.example.co.jp", SW_TYPE_TXT, times);
	else if (strcmp(name, "name-dkim") == 0)
		match("s1._domainkey.mail.example.co.jp", SW_TYPE_TXT, times);
	else
		return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc != 3 || run(argv[1], strtol(argv[2], NULL, 10)) != 0) {
		fprintf(stderr, "records: no such case or library\n");
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
