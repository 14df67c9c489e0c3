#include "survey.h"

#include <stdio.h>
#include <string.h>

#define HEADER "type,label_ja,total,mx,spf,dmarc"

static unsigned long
scaled(unsigned long count, unsigned long scale)
{
	return (2 * count + scale) / (2 * scale);
}

static bool
take_line(struct survey *survey, const char *line, unsigned long scale)
{
	struct survey_type *type = &survey->types[survey->count];

	if (survey->count == SURVEY_TYPES_MAX ||
	    sscanf(line, "%15[A-Z],%*[^,],%lu,%lu,%lu,%lu", type->name,
	    &type->total, &type->mx, &type->spf, &type->dmarc) != 5)
		return false;
	if (type->mx > type->total || type->spf > type->mx ||
	    type->dmarc > type->mx)
		return false;
	type->total = scaled(type->total, scale);
	type->mx = scaled(type->mx, scale);
	type->spf = scaled(type->spf, scale);
	type->dmarc = scaled(type->dmarc, scale);
	survey->count++;
	return true;
}

bool
survey_read(struct survey *survey, const char *path, unsigned long scale)
{
	FILE *file = fopen(path, "r");
	char line[512];
	unsigned number = 0;
	bool good = true;

	memset(survey, 0, sizeof(*survey));
	if (file == NULL) {
		perror(path);
		return false;
	}
	while (good && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		good = number++ == 0 ? strcmp(line, HEADER) == 0 :
		    take_line(survey, line, scale);
	}
	if (!good || survey->count == 0)
		fprintf(stderr, "%s:%u: not a line of the survey\n", path, number);
	good = good && survey->count > 0 && !ferror(file);
	fclose(file);
	return good;
}
