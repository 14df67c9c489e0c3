/* An array by place: see the header. */
#include "places.h"

#include <stdlib.h>
#include <string.h>

void **
sw_places_need(struct sw_places *places, uint32_t place)
{
	size_t count = 2 * (size_t)place + 64;
	void **list;

	if (place < places->count)
		return &places->list[place];
	list = reallocarray(places->list, count, sizeof(*list));
	if (list == NULL)
		return NULL;
	memset(&list[places->count], 0,
	    (count - places->count) * sizeof(*list));
	places->list = list;
	places->count = count;
	return &list[place];
}

void
sw_places_fini(struct sw_places *places)
{
	free(places->list);
	memset(places, 0, sizeof(*places));
}
