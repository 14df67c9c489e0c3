/* The database that verbs take where none is named. */
#ifndef SENDERWATCH_REPORT_DATABASE_H
#define SENDERWATCH_REPORT_DATABASE_H

#include "senderwatch/store.h"

#define SW_DATABASE_DEFAULT SW_LOCALSTATEDIR "/lib/senderwatch/senderwatch.db"

/* Say what went wrong with a database, in one line. */
void sw_say_store(const struct sw_store *store, const char *path,
    enum sw_result result);

#endif
