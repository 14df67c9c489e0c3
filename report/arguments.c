/* Values of options. */
#include "arguments.h"

#include <stdio.h>
#include <string.h>

#include "senderwatch/settings.h"
#include "senderwatch/store.h"

#define MIN_CELL_MAX 1000000000

bool
sw_argument_period(const char *value, uint32_t *first, uint32_t *last)
{
	const char *colon = strchr(value, ':');
	char text[16];

	/* Months are gone through to the one after the last: 9999-12 has none. */
	if (colon == NULL) {
		*first = *last = sw_month_parse(value);
		return sw_month_next(*first) != 0;
	}
	if ((size_t)(colon - value) >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(colon - value), value);
	*first = sw_month_parse(text);
	*last = sw_month_parse(colon + 1);
	return *first != 0 && *first <= *last && sw_month_next(*last) != 0;
}

bool
sw_argument_min_cell(const char *value, int64_t *min_cell)
{
	unsigned long number;

	if (!sw_setting_unsigned(value, 0, MIN_CELL_MAX, &number))
		return false;
	*min_cell = (int64_t)number;
	return true;
}
