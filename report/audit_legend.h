/* What each field that leaves a resolver means, for "senderwatch audit". */
#ifndef SENDERWATCH_REPORT_AUDIT_LEGEND_H
#define SENDERWATCH_REPORT_AUDIT_LEGEND_H

#include <stdio.h>

/* By the names of proto/senderwatch.proto, of which it holds every one. */
void sw_audit_legend(FILE *out);

#endif
