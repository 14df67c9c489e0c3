#include "zones.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "records.h"

#define ZONES_PER_FOLDER 1000

/* A zone file with SOA and NS; NULL after a message to stderr. */
static FILE *
open_zone(struct zones *zones, const char *name)
{
	char folder[32], path[64 + NAME_SIZE];
	FILE *file;

	snprintf(folder, sizeof(folder), "zones/%04zu",
	    zones->count / ZONES_PER_FOLDER);
	if (zones->count % ZONES_PER_FOLDER == 0 &&
	    mkdir(folder, 0755) != 0 && errno != EEXIST)
		perror(folder);
	zones->count++;
	snprintf(path, sizeof(path), "%s/%s.zone", folder, name);
	file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		zones->failed = true;
		return NULL;
	}
	fprintf(zones->clauses, "zone:\n name: \"%s\"\n zonefile: \"%s\"\n",
	    name, path);
	fprintf(file, "$ORIGIN %s.\n$TTL 3600\n"
	    "@ SOA ns.example.net. hostmaster.example.net. 1 7200 900 1209600 900\n"
	    "@ NS ns.example.net.\n", name);
	return file;
}

static void
close_zone(struct zones *zones, FILE *file)
{
	if (fclose(file) == 0)
		return;
	perror("writing a zone");
	zones->failed = true;
}

static bool
open_folder(void)
{
	if (mkdir("zones", 0755) == 0 || errno == EEXIST)
		return true;
	perror("zones");
	return false;
}

bool
zones_begin(struct zones *zones, size_t domains)
{
	memset(zones, 0, sizeof(*zones));
	zones->domains = domains;
	zones->random.state = 20180705;
	if (!open_folder())
		return false;
	zones->clauses = fopen("zones.conf", "w");
	if (zones->clauses == NULL) {
		perror("zones.conf");
		return false;
	}
	/* Names of jp that are in no zone below it are NXDOMAIN, with its SOA. */
	zones->jp = open_zone(zones, "jp");
	return zones->jp != NULL;
}

bool
zones_end(struct zones *zones)
{
	close_zone(zones, zones->jp);
	if (fclose(zones->clauses) != 0) {
		perror("zones.conf");
		zones->failed = true;
	}
	return !zones->failed;
}

static void
add_hosted(FILE *file, struct random *random, struct domain *domain)
{
	fprintf(file, "$ORIGIN %s.\n", domain->name);
	records_write(file, random, domain);
	fputs("* A 192.0.2.80\n", file);
	/* The wildcard above ends where there are names below. */
	if (domain->selector[0] != '\0')
		fputs("*._domainkey A 192.0.2.80\n", file);
}

void
zones_add_domain(struct zones *zones, struct random *random,
    struct domain *domain)
{
	FILE *file;

	if (random_below(&zones->random, zones->domains) >= ZONES_OWN) {
		add_hosted(zones->jp, random, domain);
		return;
	}
	file = open_zone(zones, domain->name);
	if (file == NULL)
		return;
	records_write(file, random, domain);
	close_zone(zones, file);
}

static void
add_zone(struct zones *zones, const char *name, const char *body)
{
	FILE *file = open_zone(zones, name);

	if (file == NULL)
		return;
	fputs(body, file);
	close_zone(zones, file);
}

void
zones_add_others(struct zones *zones)
{
	add_zone(zones, "example.net", RECORDS_PROVIDER_ZONE);
	add_zone(zones, "example.com",
	    "_spf TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n");
	add_zone(zones, "example.jp",
	    "@ A 192.0.2.80\n"
	    "2.0.0.127.bl A 127.0.0.2\n"
	    "2.0.0.127.bl TXT \"listed for testing\"\n"
	    "*.113.0.203.bl A 127.0.0.2\n"
	    "*.113.0.203.bl TXT \"listed, see bl.example.jp\"\n");
}
