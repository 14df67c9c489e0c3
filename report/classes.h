/*
 * Classes of subjects: those whose states count for the same atoms and shares
 * of a scheme. Nearly all subjects are of a class that was met before, so that
 * a table of these saves asking each subject all of a scheme's questions.
 */
#ifndef SENDERWATCH_REPORT_CLASSES_H
#define SENDERWATCH_REPORT_CLASSES_H

#include "scheme.h"

/* A share whose whole or part the class is in. */
struct sw_class_share {
	uint8_t share;		/* of the scheme */
	bool whole;
	bool part;
};

/* No atoms: never seen to exist. */
struct sw_class {
	uint16_t atom_count;
	uint16_t share_count;
	uint16_t atoms[SW_FAMILIES_MAX];	/* among all of the scheme */
	struct sw_class_share shares[SW_SHARES_MAX];
};

/* --- classify.c: one subject ---------------------------------------------- */

/*
 * The class that a subject is of, by its SW_MECHANISM_COUNT states. One whose
 * outcome is NONEXISTENT, or one that this program does not know, is no known
 * state.
 */
void sw_classify(const struct sw_scheme *scheme,
    const struct sw_store_state *states, struct sw_class *class);

/* All of the states that sw_classify() looks at, of equal classes equal. */
struct sw_class_key {
	uint64_t words[SW_MECHANISM_COUNT];	/* outcomes; features of each */
};
/* Which features it looks at. */
void sw_classify_asked(const struct sw_scheme *scheme,
    struct sw_class_key *asked);
void sw_classify_key(const struct sw_class_key *asked,
    const struct sw_store_state *states, struct sw_class_key *key);

/* Is the latest known MX state of a subject a null MX? */
bool sw_subject_has_null_mx(const struct sw_store_subject *subject);

/* --- classes.c: those met so far ------------------------------------------ */

#define SW_CLASSES_MAX 4096

struct sw_classes;

/* NULL: out of memory. The scheme outlives it. */
struct sw_classes *sw_classes_new(const struct sw_scheme *scheme);
void sw_classes_free(struct sw_classes **classes);

/* The number of a class; call sw_classes_clear() first where it is full. */
size_t sw_classes_find(struct sw_classes *classes,
    const struct sw_store_state *states);
const struct sw_class *sw_classes_get(const struct sw_classes *classes,
    size_t number);

bool sw_classes_are_full(const struct sw_classes *classes);
/* Forget them: no number of before holds. */
void sw_classes_clear(struct sw_classes *classes);

#endif
