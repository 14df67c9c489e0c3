/* Batches as "senderwatch audit" shows them: all that is in them. */
#ifndef SENDERWATCH_REPORT_AUDIT_H
#define SENDERWATCH_REPORT_AUDIT_H

#include <stdio.h>

#include <jansson.h>

#include "senderwatch/codec.h"

/* In words. Write errors stay in the file. */
void sw_audit_write(FILE *file, const struct sw_batch *batch);
/* As an object; NULL if out of memory. */
json_t *sw_audit_json(const struct sw_batch *batch);

#endif
