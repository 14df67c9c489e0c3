/*
 * What a table counts: a scheme of families. A family sorts subjects into
 * atoms that exclude one another and together make up its parent, one or more
 * atoms of a family before it; all start from "domains seen". So every
 * relation among the columns of a row is a sum over atoms, and what may be
 * shown can be judged family by family (suppress.h).
 *
 * All that is published is a form (a sum of atoms) or a share of two forms.
 */
#ifndef SENDERWATCH_REPORT_SCHEME_H
#define SENDERWATCH_REPORT_SCHEME_H

#include "senderwatch/store.h"
#include "table.h"

#define SW_FAMILIES_MAX 96
#define SW_SHARES_MAX 160

enum sw_family_kind {
	SW_FAMILY_DOMAINS,	/* one atom: seen to exist */
	SW_FAMILY_MX_HOSTS,	/* an MX domain; not, or not known */
	SW_FAMILY_MX_KNOWN,	/* of those that are none: known; not known */
	SW_FAMILY_MX_KIND,	/* of these: enum sw_mx_kind_atom */
	SW_FAMILY_KNOWN,	/* of a mechanism, 0 for DNSSEC: known; not */
	SW_FAMILY_PRESENT,	/* of those known: present; not */
	SW_FAMILY_LACKING,	/* of those not present: absent; invalid */
	SW_FAMILY_PARKED,	/* in use; parked */
	SW_FAMILY_PARKED_BY,	/* null MX; else exactly "v=spf1 -all" */
	SW_FAMILY_SLOT		/* a feature's values; atom 0: not stated */
};

/* Where a family asks a question, these are its atoms. */
#define SW_YES 0
#define SW_NO 1

enum sw_mx_kind_atom {
	SW_MX_KIND_ATOM_NULL,
	SW_MX_KIND_ATOM_ABSENT,
	SW_MX_KIND_ATOM_INVALID,
	SW_MX_KIND_ATOMS
};

#define SW_ATOM(atom) (UINT32_C(1) << (atom))

struct sw_family {
	enum sw_family_kind kind;
	unsigned mechanism;
	unsigned slot;
	size_t parent;		/* a family before it; 0 for the root too */
	uint32_t within;	/* atoms of the parent; 0 for the root */
	size_t atoms;		/* at most 31 */
	size_t offset;		/* of the first of them among all atoms */
	size_t end;		/* the next family that does not divide it */
};

/* A sum of atoms of at most two families. */
struct sw_term {
	size_t family;
	uint32_t atoms;
};
struct sw_form {
	struct sw_term terms[2];
	size_t count;
};

#define SW_SEEN_ANY 0xff	/* the mechanism that was seen most */

struct sw_share_of {
	char *name;		/* the measure */
	struct sw_form part;
	struct sw_form whole;
	struct sw_form pool;	/* coverage: whole of it; empty: none */
	bool at_least;		/* the rest of whole may have it unseen */
	unsigned mechanism;	/* whose resolver-days estimate it; 0: none */
	unsigned weighted;	/* mechanism of its resolver-days' share, or 0 */
	bool of_all;		/* whole is of all domains: totals bound it */
};

/* Where a column's cells come from. */
struct sw_source {
	enum sw_aspect aspect;	/* SW_ASPECT_OTHER: the form, or period */
	bool is_period;
	struct sw_form form;
	size_t share;
};

struct sw_scheme {
	struct sw_family families[SW_FAMILIES_MAX];
	size_t family_count;
	size_t atom_count;	/* of all families */
	struct sw_share_of shares[SW_SHARES_MAX];
	size_t share_count;
	struct sw_column *columns;	/* as tables have them */
	struct sw_source *sources;	/* one a column */
	size_t column_count;
	bool failed;		/* out of memory, or of room */
};

/* What is counted by the adoption and policy tables. NULL: out of memory. */
struct sw_scheme *sw_scheme_adoption(void);
struct sw_scheme *sw_scheme_policy(void);
struct sw_scheme *sw_scheme_quality(void);
void sw_scheme_free(struct sw_scheme **scheme);

/* The form's value, from the counts of all atoms. */
uint64_t sw_form_value(const struct sw_scheme *scheme,
    const struct sw_form *form, const uint64_t *counts);

/* --- For who describes a scheme ------------------------------------------- */

struct sw_scheme *sw_scheme_new(void);
/* All of these note a failure in the scheme. The root is family 0. */
size_t sw_scheme_add_family(struct sw_scheme *scheme,
    const struct sw_family *family);
/* Terms with two families make a sum of both. */
struct sw_form sw_form_of(size_t family, uint32_t atoms);
struct sw_form sw_form_sum(struct sw_form a, struct sw_form b);

/*
 * What is known of one mechanism, in steps, so that a part that may not be
 * shown does not take the others with it.
 */
struct sw_record_families {
	size_t known, present, lacking;
};
enum sw_record_part {
	SW_RECORD_KNOWN,
	SW_RECORD_PRESENT,
	SW_RECORD_ABSENT,
	SW_RECORD_INVALID,
	SW_RECORD_UNKNOWN,
	SW_RECORD_ANY,		/* known or not */
	SW_RECORD_PARTS
};
struct sw_record_families sw_scheme_add_record(struct sw_scheme *scheme,
    unsigned mechanism, size_t parent, uint32_t within);
struct sw_form sw_record_form(const struct sw_record_families *families,
    enum sw_record_part part);
/* "_known", "", ...: what names of columns end in. */
const char *sw_record_part_ending(enum sw_record_part part);
/* "whose SPF is known" for the label "SPF". */
void sw_record_part_title(enum sw_record_part part, const char *label,
    char *title, size_t size);
/* The column of that name, to be shown on terminals. */
void sw_scheme_set_brief(struct sw_scheme *scheme, const char *name,
    unsigned place, const char *en_1, const char *en_2, const char *ja_1,
    const char *ja_2);
/* Names and titles may be printed ones: they are copied. */
size_t sw_scheme_add_share(struct sw_scheme *scheme,
    const struct sw_share_of *share);
struct sw_column *sw_scheme_add_count(struct sw_scheme *scheme,
    struct sw_form form, const char *title, const char *name, ...)
    __attribute__((format(printf, 4, 5)));
struct sw_column *sw_scheme_add_aspect(struct sw_scheme *scheme, size_t share,
    enum sw_aspect aspect);
/* All aspects that the share can have, in the order of enum sw_aspect. */
void sw_scheme_add_aspects(struct sw_scheme *scheme, size_t share);
void sw_scheme_add_period(struct sw_scheme *scheme);

#endif
