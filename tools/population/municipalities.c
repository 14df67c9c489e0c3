#include "municipalities.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER "region_ja,region,spf,spf_total,dmarc,dmarc_total"

/* --- Reading -------------------------------------------------------------- */

static bool
take_line(struct municipalities *municipalities, const char *line)
{
	struct region *region =
	    &municipalities->regions[municipalities->region_count];
	char japanese[40], english[40];

	if (municipalities->region_count == REGIONS_MAX ||
	    sscanf(line, "%39[^,],%39[^,],%lu,%lu,%lu,%lu", japanese, english,
	    &region->spf, &region->spf_total, &region->dmarc,
	    &region->dmarc_total) != 6 ||
	    region->spf > region->spf_total || region->dmarc > region->spf ||
	    region->spf > region->dmarc_total)
		return false;
	snprintf(region->name, sizeof(region->name), "%s (%s)", japanese,
	    english);
	municipalities->region_count++;
	return true;
}

static bool
read_regions(struct municipalities *municipalities, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];
	unsigned number = 0;
	bool good = true;

	if (file == NULL) {
		perror(path);
		return false;
	}
	while (good && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		good = number++ == 0 ? strcmp(line, HEADER) == 0 :
		    take_line(municipalities, line);
	}
	good = good && municipalities->region_count > 0 && !ferror(file);
	if (!good)
		fprintf(stderr, "%s:%u: not a line of the survey of local "
		    "governments\n", path, number);
	fclose(file);
	return good;
}

static unsigned long
smaller(unsigned long a, unsigned long b)
{
	return a < b ? a : b;
}

/* Those that both groupings count to the same region. */
static void
add_region(struct municipalities *municipalities, size_t index)
{
	const struct region *region = &municipalities->regions[index];
	unsigned long both = smaller(region->spf_total, region->dmarc_total);

	for (unsigned long i = 0; i < both; i++)
		municipalities->list[municipalities->count++] =
		    (struct municipality){
			.spf_region = index, .dmarc_region = index,
			.spf = i < region->spf, .dmarc = i < region->dmarc
		};
}

/* Whoever is left, last, so that both groupings have the regions in order. */
static bool
add_others(struct municipalities *municipalities)
{
	const struct region *regions = municipalities->regions;
	size_t spf = 0, dmarc = 0, n = municipalities->region_count;
	unsigned long spf_done = 0, dmarc_done = 0;

	while (spf < n && dmarc < n) {
		if (regions[spf].spf_total <= regions[spf].dmarc_total +
		    spf_done) {
			spf++;
			spf_done = 0;
		} else if (regions[dmarc].dmarc_total <=
		    regions[dmarc].spf_total + dmarc_done) {
			dmarc++;
			dmarc_done = 0;
		} else {
			municipalities->list[municipalities->count++] =
			    (struct municipality){ .spf_region = spf,
			    .dmarc_region = dmarc };
			spf_done++;
			dmarc_done++;
		}
	}
	return spf == n;
}

/* Keep one for scale of them, in their order. */
static void
thin(struct municipalities *municipalities, unsigned long scale,
    struct random *random)
{
	size_t left = municipalities->count, kept = 0;
	size_t wanted = (left + scale / 2) / scale;

	for (size_t i = 0; i < municipalities->count; i++, left--) {
		if (random_below(random, left) >= wanted)
			continue;
		wanted--;
		municipalities->list[kept++] = municipalities->list[i];
	}
	municipalities->count = kept;
}

bool
municipalities_read(struct municipalities *municipalities, const char *path,
    unsigned long scale, struct random *random)
{
	unsigned long spf = 0, dmarc = 0;

	memset(municipalities, 0, sizeof(*municipalities));
	if (!read_regions(municipalities, path))
		return false;
	for (size_t i = 0; i < municipalities->region_count; i++) {
		spf += municipalities->regions[i].spf_total;
		dmarc += municipalities->regions[i].dmarc_total;
	}
	municipalities->list = calloc(spf + 1, sizeof(*municipalities->list));
	if (municipalities->list == NULL || spf != dmarc) {
		fprintf(stderr, "%s: %s\n", path, spf == dmarc ?
		    "out of memory" : "not as many for SPF as for DMARC");
		return false;
	}
	for (size_t i = 0; i < municipalities->region_count; i++)
		add_region(municipalities, i);
	if (!add_others(municipalities))
		return false;
	thin(municipalities, scale, random);
	return true;
}

void
municipalities_free(struct municipalities *municipalities)
{
	free(municipalities->list);
}

/* --- Domains -------------------------------------------------------------- */

/* A region must not go with when its domains are made: start anywhere. */
void
municipalities_offer(struct municipalities *municipalities,
    struct random *random, const struct domain *domain)
{
	size_t count = municipalities->count, start;

	if (!domain->mx || count == 0)
		return;
	start = random_below(random, count);
	for (size_t i = 0; i < count; i++) {
		struct municipality *one =
		    &municipalities->list[(start + i) % count];

		if (one->name[0] != '\0' || one->spf != domain->spf ||
		    one->dmarc != domain->dmarc)
			continue;
		strcpy(one->name, domain->name);
		return;
	}
}

/* --- Writing -------------------------------------------------------------- */

static bool
close_file(FILE *file, const char *path)
{
	if ((ferror(file) | fclose(file)) == 0)
		return true;
	perror(path);
	return false;
}

static bool
write_list(const struct municipalities *municipalities)
{
	static const char path[] = "municipalities.csv";
	FILE *file = fopen(path, "w");

	if (file == NULL) {
		perror(path);
		return false;
	}
	fputs("domain,region_spf,region_dmarc\n", file);
	for (size_t i = 0; i < municipalities->count; i++) {
		const struct municipality *one = &municipalities->list[i];

		fprintf(file, "%s,%s,%s\n", one->name,
		    municipalities->regions[one->spf_region].name,
		    municipalities->regions[one->dmarc_region].name);
	}
	return close_file(file, path);
}

/* Columns as in a report; of a region, or of all. */
static void
write_truth_row(FILE *file, const struct municipalities *municipalities,
    bool dmarc, size_t region)
{
	bool all = region == municipalities->region_count;
	unsigned long count = 0, present = 0;

	for (size_t i = 0; i < municipalities->count; i++) {
		const struct municipality *one = &municipalities->list[i];

		if (!all && region != (dmarc ? one->dmarc_region :
		    one->spf_region))
			continue;
		count++;
		present += dmarc ? one->dmarc : one->spf;
	}
	if (count > 0)
		fprintf(file, "%s,%lu,%lu,%lu,%lu\n", all ? "TOTAL" :
		    municipalities->regions[region].name, count, count, count,
		    present);
}

static bool
write_truth(const struct municipalities *municipalities, bool dmarc)
{
	const char *path = dmarc ? "truth-region_dmarc.csv" :
	    "truth-region_spf.csv";
	FILE *file = fopen(path, "w");

	if (file == NULL) {
		perror(path);
		return false;
	}
	fprintf(file, "group,domains,mx,%s\n", dmarc ? "dmarc_known,dmarc" :
	    "spf_known,spf");
	for (size_t i = 0; i <= municipalities->region_count; i++)
		write_truth_row(file, municipalities, dmarc, i);
	return close_file(file, path);
}

bool
municipalities_write(struct municipalities *municipalities)
{
	size_t kept = 0;

	for (size_t i = 0; i < municipalities->count; i++) {
		if (municipalities->list[i].name[0] != '\0')
			municipalities->list[kept++] = municipalities->list[i];
	}
	municipalities->count = kept;
	return write_list(municipalities) &&
	    write_truth(municipalities, false) &&
	    write_truth(municipalities, true);
}
