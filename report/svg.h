/* Making gnuplot's SVG fit to stand inside an HTML page. */
#ifndef SENDERWATCH_REPORT_SVG_H
#define SENDERWATCH_REPORT_SVG_H

#include "senderwatch/result.h"

/*
 * Cut an SVG document down to its <svg> element (*element, the caller frees)
 * without what a page can't have twice or readers don't need: definitions,
 * titles, the canvas's id. label names the picture for those who can't see
 * it. SW_ERR_INVALID where the document is no SVG, or holds a script.
 */
enum sw_result sw_svg_inline(const char *document, const char *label,
    char **element);

#endif
