/* The frame of an HTML page: head with the style sheet, navigation, end. */
#ifndef SENDERWATCH_REPORT_PAGE_H
#define SENDERWATCH_REPORT_PAGE_H

#include <stdio.h>

#include "labels.h"

/*
 * Up to and from where the sections stand, one for each language, with the
 * language's code as its id.
 */
void sw_page_begin(FILE *file, const struct sw_table *table,
    const struct sw_block *block, const struct sw_labels *const *languages,
    size_t count);
void sw_page_end(FILE *file);

#endif
