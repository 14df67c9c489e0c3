#include "roster.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The oldest are forgotten, which costs no more than another line. */
#define SIZE 4096

struct sw_roster {
	pthread_mutex_t lock;
	size_t count;
	size_t next;
	uint8_t instances[SIZE][SW_INSTANCE_SIZE];
};

enum sw_result
sw_roster_new(struct sw_roster **roster)
{
	*roster = calloc(1, sizeof(**roster));
	if (*roster == NULL)
		return SW_ERR_MEMORY;
	pthread_mutex_init(&(*roster)->lock, NULL);
	return SW_OK;
}

void
sw_roster_free(struct sw_roster **roster)
{
	if (*roster == NULL)
		return;
	pthread_mutex_destroy(&(*roster)->lock);
	free(*roster);
	*roster = NULL;
}

bool
sw_roster_enter(struct sw_roster *roster,
    const uint8_t instance[SW_INSTANCE_SIZE])
{
	bool known = false;

	pthread_mutex_lock(&roster->lock);
	for (size_t i = 0; i < roster->count && !known; i++)
		known = memcmp(roster->instances[i], instance,
		    SW_INSTANCE_SIZE) == 0;
	if (!known) {
		memcpy(roster->instances[roster->next], instance,
		    SW_INSTANCE_SIZE);
		roster->next = (roster->next + 1) % SIZE;
		if (roster->count < SIZE)
			roster->count++;
	}
	pthread_mutex_unlock(&roster->lock);
	return !known;
}
