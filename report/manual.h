/* The manual pages, as "senderwatch help VERB" opens them. */
#ifndef SENDERWATCH_REPORT_MANUAL_H
#define SENDERWATCH_REPORT_MANUAL_H

#include <stdbool.h>

/*
 * Show a page of section 1 by man(1), which pages it, and wait until the
 * reader leaves. False: standard output is no terminal, or there is no such
 * page, or no man(1).
 */
bool sw_manual_show(const char *page);

#endif
