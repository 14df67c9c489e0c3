/* What the files share that check a database. */
#ifndef SW_STORE_CHECK_H
#define SW_STORE_CHECK_H

#include "internal.h"
#include "senderwatch/maintenance.h"

struct sw_checker {
	struct sw_store *store;
	const struct sw_store_check *check;
	unsigned complaints;	/* of the part that is being checked */
};

/* Complain, unless there were too many complaints of this part. */
void sw_check_complain(struct sw_checker *checker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* check_sightings.c, check_runs.c */
enum sw_result sw_check_sightings(struct sw_checker *checker);
enum sw_result sw_check_runs(struct sw_checker *checker);

#endif
