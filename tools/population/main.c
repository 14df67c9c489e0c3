/*
 * Makes a population of .jp domains like the one that a survey found: zone
 * files for NSD, the queries that mail servers would send, and the truth.
 * The same every time.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain.h"
#include "municipalities.h"
#include "names.h"
#include "queries.h"
#include "survey.h"
#include "zones.h"

#define SUFFIXES_DEFAULT "/usr/share/publicsuffix/public_suffix_list.dat"
#define NONEXISTENT_PERCENT 6

static const char help[] =
    "Usage: population --survey FILE --output DIR [--scale N] [--suffixes FILE]\n"
    "       [--municipalities FILE]\n"
    "\n"
    "  --survey FILE    CSV: type,label_ja,total,mx,spf,dmarc\n"
    "  --output DIR     an existing folder for what is written:\n"
    "                     zones/, zones.conf  for NSD: one zone a domain, where\n"
    "                                         there are not too many\n"
    "                     queries             for dnsperf\n"
    "                     planted.txt         strings that must show up nowhere\n"
    "                     domains.csv         each domain and what it publishes\n"
    "                     truth.csv           their numbers by registry type\n"
    "  --scale N        one domain for N of the survey's (100)\n"
    "  --suffixes FILE  Public Suffix List (" SUFFIXES_DEFAULT ")\n"
    "  --municipalities FILE\n"
    "                   CSV: region_ja,region,spf,spf_total,dmarc,dmarc_total; then\n"
    "                   also writes which domains are local governments':\n"
    "                   municipalities.csv, truth-region_{spf,dmarc}.csv\n";

/* What the command line says. */
struct options {
	const char *survey;
	const char *municipalities;	/* or NULL */
	const char *suffixes;
	const char *output;
	unsigned long scale;
};

struct population {
	struct survey survey;
	struct municipalities municipalities;
	struct suffixes suffixes;
	struct names *names;
	struct random random;
	struct random elections;	/* so that the rest stays the same */
	struct zones zones;
	struct queries queries;
	FILE *domains;
	FILE *truth;
};

/* Domains that still have to be made, of one type. */
struct quota {
	unsigned long total, mx, spf, dmarc_spf, dmarc_other;
};

/* Is this one of the wanted that are left among those that are left? */
static bool
draw(struct random *random, unsigned long *wanted, unsigned long left)
{
	if (*wanted == 0 || random_below(random, left) >= *wanted)
		return false;
	--*wanted;
	return true;
}

/* Most who publish DMARC publish SPF too. */
static struct quota
quota_of(const struct survey_type *type)
{
	struct quota quota = { type->total, type->mx, type->spf, 0, 0 };
	unsigned long others = type->mx - type->spf;

	quota.dmarc_other = type->dmarc / 20 < others ? type->dmarc / 20 : others;
	if (type->dmarc - quota.dmarc_other > type->spf)
		quota.dmarc_other = type->dmarc - type->spf;
	quota.dmarc_spf = type->dmarc - quota.dmarc_other;
	return quota;
}

/*
 * Draw what the next domain has, so that the type's figures come out exactly
 * and what each domain has is independent of when it is made.
 */
static void
draw_traits(struct random *random, struct quota *quota, struct domain *domain)
{
	unsigned long mx = quota->mx, spf = quota->spf;

	domain->mx = draw(random, &quota->mx, quota->total--);
	domain->spf = domain->mx && draw(random, &quota->spf, mx);
	if (domain->spf)
		domain->dmarc = draw(random, &quota->dmarc_spf, spf);
	else
		domain->dmarc = domain->mx &&
		    draw(random, &quota->dmarc_other, mx - spf);
}

static void
count(struct survey_type *sum, const struct domain *domain)
{
	sum->total++;
	sum->mx += domain->mx;
	sum->spf += domain->spf;
	sum->dmarc += domain->dmarc;
}

/* Each domain is asked for everything, so all is known of the MX domains. */
static void
write_truth(FILE *truth, const struct survey_type *sum)
{
	fprintf(truth, "%s,%lu,%lu,%lu,%lu,%lu,%lu\n", sum->name, sum->total,
	    sum->mx, sum->mx, sum->spf, sum->mx, sum->dmarc);
}

static bool
make_nonexistent(struct population *population, const char *type)
{
	char name[NAME_SIZE];

	if (!random_percent(&population->random, NONEXISTENT_PERCENT))
		return true;
	if (!names_make(population->names, &population->random, type, name))
		return false;
	queries_add_nonexistent(&population->queries, &population->random, name);
	return true;
}

static bool
make_type(struct population *population, const struct survey_type *type,
    struct survey_type *all)
{
	struct quota quota = quota_of(type);
	struct survey_type sum = { .total = 0 };

	strcpy(sum.name, type->name);
	while (quota.total > 0) {
		struct domain domain = { .mx = false };

		draw_traits(&population->random, &quota, &domain);
		if (!names_make(population->names, &population->random,
		    type->name, domain.name) ||
		    !make_nonexistent(population, type->name)) {
			fprintf(stderr, "population: no such registry type: %s\n",
			    type->name);
			return false;
		}
		zones_add_domain(&population->zones, &population->random,
		    &domain);
		queries_add_domain(&population->queries, &population->random,
		    &domain);
		fprintf(population->domains, "%s,%s,%d,%d,%d\n", domain.name,
		    type->name, domain.mx, domain.spf, domain.dmarc);
		if (strcmp(type->name, "LG") == 0 ||
		    strcmp(type->name, "REGIONAL") == 0)
			municipalities_offer(&population->municipalities,
			    &population->elections, &domain);
		count(&sum, &domain);
		count(all, &domain);
	}
	write_truth(population->truth, &sum);
	return true;
}

static bool
make_all(struct population *population)
{
	struct survey_type all = { .name = "TOTAL" };

	fprintf(population->domains, "domain,group,mx,spf,dmarc\n");
	fprintf(population->truth,
	    "group,domains,mx,spf_known,spf,dmarc_known,dmarc\n");
	names_reserve(population->names, "example.jp");
	for (size_t i = 0; i < population->survey.count; i++) {
		if (!make_type(population, &population->survey.types[i], &all))
			return false;
	}
	write_truth(population->truth, &all);
	zones_add_others(&population->zones);
	return true;
}

static size_t
count_domains(const struct survey *survey)
{
	size_t total = 0;

	for (size_t i = 0; i < survey->count; i++)
		total += survey->types[i].total;
	return total;
}

static FILE *
open_file(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		perror(path);
	return file;
}

static bool
close_file(FILE *file, const char *path)
{
	if (file != NULL && (ferror(file) | fclose(file)) == 0)
		return true;
	perror(path);
	return false;
}

static bool
write_all(struct population *population)
{
	bool good;

	population->domains = open_file("domains.csv");
	population->truth = open_file("truth.csv");
	if (population->domains == NULL || population->truth == NULL ||
	    !zones_begin(&population->zones,
	    count_domains(&population->survey)) ||
	    !queries_begin(&population->queries))
		return false;
	good = make_all(population);
	good = zones_end(&population->zones) && good;
	good = queries_end(&population->queries, &population->random) && good;
	good = good && (population->municipalities.count == 0 ||
	    municipalities_write(&population->municipalities));
	good = close_file(population->domains, "domains.csv") && good;
	return close_file(population->truth, "truth.csv") && good;
}

/* The files that describe the population, before it changes the folder. */
static bool
read_all(struct population *population, const struct options *options)
{
	return survey_read(&population->survey, options->survey,
	    options->scale) &&
	    (options->municipalities == NULL ||
	    municipalities_read(&population->municipalities,
	    options->municipalities, options->scale,
	    &population->elections)) &&
	    suffixes_read(&population->suffixes, options->suffixes);
}

static bool
run(const struct options *options)
{
	static struct population population;
	bool good;

	population.random.state = 20180703;
	population.elections.state = 20180704;
	if (!read_all(&population, options))
		return false;
	if (chdir(options->output) != 0) {
		perror(options->output);
		return false;
	}
	population.names = names_new(&population.suffixes,
	    4096 + 2 * count_domains(&population.survey));
	good = population.names != NULL && write_all(&population);
	names_free(population.names);
	suffixes_free(&population.suffixes);
	municipalities_free(&population.municipalities);
	return good;
}

static bool
parse_scale(const char *text, unsigned long *scale)
{
	char *end;

	errno = 0;
	*scale = strtoul(text, &end, 10);
	return *text >= '1' && *text <= '9' && *end == '\0' && errno == 0 &&
	    *scale <= 1000000;
}

static bool
parse_options(int argc, char **argv, struct options *options, bool *asked)
{
	static const struct option long_options[] = {
		{ "survey", required_argument, NULL, 's' },
		{ "municipalities", required_argument, NULL, 'm' },
		{ "output", required_argument, NULL, 'o' },
		{ "scale", required_argument, NULL, 'n' },
		{ "suffixes", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	bool good = true;
	int option;

	while ((option = getopt_long(argc, argv, "", long_options,
	    NULL)) != -1) {
		if (option == 's')
			options->survey = optarg;
		else if (option == 'm')
			options->municipalities = optarg;
		else if (option == 'o')
			options->output = optarg;
		else if (option == 'p')
			options->suffixes = optarg;
		else if (option == 'n')
			good = parse_scale(optarg, &options->scale) && good;
		else if (option == 'h')
			*asked = true;
		else
			good = false;
	}
	return good && (*asked || (options->survey != NULL &&
	    options->output != NULL && optind == argc));
}

int
main(int argc, char **argv)
{
	struct options options = { .suffixes = SUFFIXES_DEFAULT, .scale = 100 };
	bool asked = false;

	if (!parse_options(argc, argv, &options, &asked)) {
		fputs(help, stderr);
		return 2;
	}
	if (asked)
		return fputs(help, stdout) < 0;
	return run(&options) ? 0 : 1;
}
