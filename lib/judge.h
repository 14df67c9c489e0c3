/*
 * What lib/answer.c knows of a mechanism: how to tell its records from the
 * others of an RRset, and what one record of it means.
 */
#ifndef SENDERWATCH_LIB_JUDGE_H
#define SENDERWATCH_LIB_JUDGE_H

#include "senderwatch/answer.h"
#include "senderwatch/txt.h"

static inline void
sw_verdict_set(struct sw_verdict *verdict, enum sw_outcome outcome,
    const char *reason, const char *section)
{
	verdict->outcome = outcome;
	verdict->reason = reason;
	verdict->section = section;
}

/* A whole RRset of MX records, at least one. */
void sw_mx_judge(const struct sw_rrset *records, struct sw_verdict *verdict);

/* One TXT record that was selected: set outcome, features, reason, section. */
void sw_spf_judge(const struct sw_txt *txt, struct sw_verdict *verdict);
void sw_dmarc_judge(const struct sw_txt *txt, struct sw_verdict *verdict);
void sw_dkim_judge(const struct sw_txt *txt, struct sw_verdict *verdict);
void sw_mta_sts_judge(const struct sw_txt *txt, struct sw_verdict *verdict);
void sw_tls_rpt_judge(const struct sw_txt *txt, struct sw_verdict *verdict);
void sw_bimi_judge(const struct sw_txt *txt, struct sw_verdict *verdict);

#endif
