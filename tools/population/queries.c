#include "queries.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_LENGTH 512

bool
queries_begin(struct queries *queries)
{
	memset(queries, 0, sizeof(*queries));
	queries->planted = fopen("planted.txt", "w");
	if (queries->planted == NULL)
		perror("planted.txt");
	return queries->planted != NULL;
}

static bool
reserve(struct queries *queries)
{
	if (queries->size - queries->length < LINE_MAX_LENGTH) {
		size_t size = 2 * queries->size + 65536;
		char *text = realloc(queries->text, size);

		if (text == NULL)
			return false;
		queries->text = text;
		queries->size = size;
	}
	if (queries->count == queries->capacity) {
		size_t capacity = 2 * queries->capacity + 4096;
		size_t *lines = reallocarray(queries->lines, capacity,
		    sizeof(*lines));

		if (lines == NULL)
			return false;
		queries->lines = lines;
		queries->capacity = capacity;
	}
	return true;
}

__attribute__((format(printf, 2, 3)))
static void
add(struct queries *queries, const char *format, ...)
{
	va_list arguments;

	if (queries->failed || !reserve(queries)) {
		queries->failed = true;
		return;
	}
	va_start(arguments, format);
	queries->lines[queries->count++] = queries->length;
	queries->length += (size_t)vsnprintf(queries->text + queries->length,
	    LINE_MAX_LENGTH, format, arguments) + 1;
	va_end(arguments);
}

static void
mix_case(struct random *random, char *name)
{
	for (; *name != '\0'; name++) {
		if (random_percent(random, 50))
			*name = (char)toupper((unsigned char)*name);
	}
}

/* Once, sometimes again, sometimes in another case. */
static void
ask(struct queries *queries, struct random *random, const char *prefix,
    const char *name, const char *type)
{
	char mixed[NAME_SIZE];

	strcpy(mixed, name);
	if (random_percent(random, 3))
		mix_case(random, mixed);
	add(queries, "%s%s %s", prefix, mixed, type);
	if (random_percent(random, 10))
		add(queries, "%s%s %s", prefix, name, type);
}

static void
ask_mail(struct queries *queries, struct random *random, const char *name)
{
	ask(queries, random, "", name, "MX");
	ask(queries, random, "", name, "TXT");
	ask(queries, random, "_dmarc.", name, "TXT");
}

/* --- Noise --- */

static void
ask_addresses(struct queries *queries, const char *name)
{
	add(queries, "%s A", name);
	add(queries, "www.%s A", name);
	add(queries, "www.%s AAAA", name);
	add(queries, "mail.%s A", name);
	add(queries, "mx1.%s AAAA", name);
	add(queries, "%s NS", name);
}

/* Below the domain: nobody's business, whatever the type. */
static void
ask_subdomain(struct queries *queries, struct random *random, const char *name)
{
	char label[32];

	snprintf(label, sizeof(label), "zqsub%08zx",
	    random_below(random, 0xffffffff));
	fprintf(queries->planted, "%s\n", label);
	add(queries, "%s.%s MX", label, name);
	add(queries, "%s.%s TXT", label, name);
	add(queries, "_dmarc.%s.%s TXT", label, name);
	add(queries, "%s.%s A", label, name);
}

static void
ask_selector(struct queries *queries, struct random *random,
    const struct domain *domain)
{
	char label[32];

	if (domain->selector[0] != '\0') {
		fprintf(queries->planted, "%s\n", domain->selector);
		add(queries, "%s._domainkey.%s TXT", domain->selector,
		    domain->name);
	}
	if (!random_percent(random, 4))
		return;
	snprintf(label, sizeof(label), "zqsel%08zx",
	    random_below(random, 0xffffffff));
	fprintf(queries->planted, "%s\n", label);
	add(queries, "%s._domainkey.%s TXT", label, domain->name);
}

/* %{i}, %{ir}, %{l} and %{h} of RFC 7208 section 7, expanded. */
static void
ask_macros(struct queries *queries, struct random *random, const char *name)
{
	unsigned a = (unsigned)random_below(random, 256);
	unsigned b = (unsigned)random_below(random, 256);
	char user[32];

	snprintf(user, sizeof(user), "zquser%08zx",
	    random_below(random, 0xffffffff));
	fprintf(queries->planted, "%s\n10.77.%u.%u\n%u.%u.77.10\n", user, a, b,
	    b, a);
	add(queries, "10.77.%u.%u._spf.%s A", a, b, name);
	add(queries, "%u.%u.77.10.in-addr.%s TXT", b, a, name);
	add(queries, "%s._l.%s TXT", user, name);
	add(queries, "%s._at.10.77.%u.%u._h.%s TXT", user, a, b, name);
}

static void
ask_lists(struct queries *queries, struct random *random)
{
	unsigned last = (unsigned)random_below(random, 256);

	add(queries, "2.0.0.127.bl.example.jp TXT");
	add(queries, "%u.113.0.203.bl.example.jp A", last);
	add(queries, "%u.113.0.203.bl.example.jp TXT", last);
	add(queries, "%u.100.51.198.bl.example.jp A", last);
}

static void
ask_newer_mechanisms(struct queries *queries, const char *name)
{
	add(queries, "_mta-sts.%s TXT", name);
	add(queries, "_smtp._tls.%s TXT", name);
	add(queries, "default._bimi.%s TXT", name);
}

/* The tree walk of RFC 9989 section 4.10 goes up to public suffixes. */
static void
ask_tree_walk(struct queries *queries, const char *name)
{
	for (const char *dot = strchr(name, '.'); dot != NULL;
	    dot = strchr(dot + 1, '.')) {
		add(queries, "_dmarc.%s TXT", dot + 1);
	}
}

void
queries_add_domain(struct queries *queries, struct random *random,
    const struct domain *domain)
{
	ask_mail(queries, random, domain->name);
	ask_selector(queries, random, domain);
	if (random_percent(random, 6))
		ask_addresses(queries, domain->name);
	if (random_percent(random, 4))
		ask_subdomain(queries, random, domain->name);
	if (random_percent(random, 2))
		ask_macros(queries, random, domain->name);
	if (random_percent(random, 4))
		ask_lists(queries, random);
	if (random_percent(random, 4))
		ask_newer_mechanisms(queries, domain->name);
	if (random_percent(random, 1))
		ask_tree_walk(queries, domain->name);
}

void
queries_add_nonexistent(struct queries *queries, struct random *random,
    const char *name)
{
	ask_mail(queries, random, name);
	if (random_percent(random, 10))
		ask_addresses(queries, name);
}

/* --- Writing --- */

static void
shuffle(struct queries *queries, struct random *random)
{
	for (size_t i = queries->count; i > 1; i--) {
		size_t j = random_below(random, i), line = queries->lines[i - 1];

		queries->lines[i - 1] = queries->lines[j];
		queries->lines[j] = line;
	}
}

bool
queries_end(struct queries *queries, struct random *random)
{
	FILE *file = fopen("queries", "w");

	if (fclose(queries->planted) != 0 || file == NULL)
		queries->failed = true;
	if (!queries->failed) {
		shuffle(queries, random);
		for (size_t i = 0; i < queries->count; i++)
			fprintf(file, "%s\n", queries->text + queries->lines[i]);
	}
	if (file != NULL && fclose(file) != 0)
		queries->failed = true;
	if (queries->failed)
		perror("queries");
	free(queries->text);
	free(queries->lines);
	return !queries->failed;
}
