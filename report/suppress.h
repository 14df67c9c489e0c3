/*
 * Disclosure control: no published figure may speak of a few subjects only,
 * and none may be worked out from the others.
 *
 * A figure is sensitive where it counts 1 to min_cell - 1 subjects. First,
 * groups of so few subjects are merged into one row, with the next smallest
 * until it stands for two groups and for min_cell subjects. Then, family by
 * family (scheme.h): where an atom of a family is sensitive in a row, the
 * whole family is hidden there, and with it all that divides it further.
 * Further rows lose the family until whoever knows all that is published can
 * give each sensitive figure no narrower range than min_cell wide; where all
 * rows do not suffice, the total loses it too.
 *
 * That range is exact: a hidden family is a table of rows and atoms whose
 * margins alone are known, and its cells range from max(0, r + c - n) to
 * min(r, c) for the row's sum r, the atom's sum c and the sum of all n.
 *
 * Zeros are shown: they speak of no subject. Groups of one class sum up to a
 * figure that is public elsewhere (the suffixes of a registry type), so that
 * the same is asked of each class by itself; and where groups without a class
 * are few beside such classes, the table leaves them out.
 */
#ifndef SENDERWATCH_REPORT_SUPPRESS_H
#define SENDERWATCH_REPORT_SUPPRESS_H

#include "groups.h"

/*
 * Set merged and hidden of all groups, of the merged row and of the total,
 * and withheld. Does nothing where min_cell is 0.
 */
enum sw_result sw_suppress(struct sw_groups *groups, uint64_t min_cell);

/* Are all families of the form shown? */
bool sw_form_is_shown(const struct sw_form *form, const bool *hidden);

#endif
