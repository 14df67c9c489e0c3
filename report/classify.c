/* Which atoms and shares of a scheme a subject counts for. */
#include <string.h>

#include "classes.h"
#include "senderwatch/mx.h"
#include "senderwatch/spf.h"

#define ATOM_NONE (-1)	/* the subject is not in the family's parent */

static bool
is_known(const struct sw_store_state *state)
{
	return state->known && (state->outcome == SW_OUTCOME_PRESENT ||
	    state->outcome == SW_OUTCOME_ABSENT ||
	    state->outcome == SW_OUTCOME_INVALID);
}

static bool
is(const struct sw_store_state *state, uint8_t outcome)
{
	return state->known && state->outcome == outcome;
}

static bool
has_null_mx(const struct sw_store_state *states)
{
	const struct sw_store_state *mx = &states[SW_MECHANISM_MX];

	return is(mx, SW_OUTCOME_PRESENT) &&
	    sw_features_get(mx->features, SW_MX_KIND) == SW_MX_KIND_NULL;
}

static bool
has_hosts(const struct sw_store_state *states)
{
	return is(&states[SW_MECHANISM_MX], SW_OUTCOME_PRESENT) &&
	    !has_null_mx(states);
}

static int
mx_kind_atom(const struct sw_store_state *states)
{
	if (has_null_mx(states))
		return SW_MX_KIND_ATOM_NULL;
	return is(&states[SW_MECHANISM_MX], SW_OUTCOME_ABSENT) ?
	    SW_MX_KIND_ATOM_ABSENT : SW_MX_KIND_ATOM_INVALID;
}

/*
 * Signed where any answer was proven: an alias into an unsigned zone makes
 * the answers below the subject insecure, and takes nothing from the subject.
 */
static unsigned
dnssec_seen(const struct sw_store_state *states)
{
	unsigned seen = 0;

	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		if (is_known(&states[i]))
			seen |= states[i].dnssec;
	}
	return seen & (1u << SW_DNSSEC_SECURE | 1u << SW_DNSSEC_INSECURE);
}

static bool
mechanism_known(const struct sw_store_state *states, unsigned mechanism)
{
	return mechanism != 0 ? is_known(&states[mechanism]) :
	    dnssec_seen(states) != 0;
}

static bool
mechanism_present(const struct sw_store_state *states, unsigned mechanism)
{
	return mechanism != 0 ? is(&states[mechanism], SW_OUTCOME_PRESENT) :
	    (dnssec_seen(states) & 1u << SW_DNSSEC_SECURE) != 0;
}

static bool
mechanism_absent(const struct sw_store_state *states, unsigned mechanism)
{
	return mechanism == 0 || is(&states[mechanism], SW_OUTCOME_ABSENT);
}

static bool
is_parked(const struct sw_store_state *states)
{
	const struct sw_store_state *spf = &states[SW_MECHANISM_SPF];

	return has_null_mx(states) || (is(spf, SW_OUTCOME_PRESENT) &&
	    sw_features_get(spf->features, SW_SPF_FINAL) == SW_SPF_FINAL_FAIL &&
	    sw_features_get(spf->features, SW_SPF_SOURCES) ==
	    SW_SPF_SOURCES_NOBODY);
}

/* Values of a newer sender are not stated in words that we have. */
static int
slot_atom(const struct sw_family *family, const struct sw_store_state *states)
{
	uint8_t value = sw_features_get(
	    states[family->mechanism].features, family->slot);

	return value < family->atoms ? value : 0;
}

static int
find_atom(const struct sw_family *family, const struct sw_store_state *states)
{
	switch (family->kind) {
	case SW_FAMILY_MX_HOSTS:
		return has_hosts(states) ? SW_YES : SW_NO;
	case SW_FAMILY_MX_KNOWN:
		return is_known(&states[SW_MECHANISM_MX]) ? SW_YES : SW_NO;
	case SW_FAMILY_MX_KIND:
		return mx_kind_atom(states);
	case SW_FAMILY_KNOWN:
		return mechanism_known(states, family->mechanism) ? SW_YES :
		    SW_NO;
	case SW_FAMILY_PRESENT:
		return mechanism_present(states, family->mechanism) ? SW_YES :
		    SW_NO;
	case SW_FAMILY_LACKING:
		return mechanism_absent(states, family->mechanism) ? SW_YES :
		    SW_NO;
	case SW_FAMILY_PARKED:
		return is_parked(states) ? SW_NO : SW_YES;
	case SW_FAMILY_PARKED_BY:
		return has_null_mx(states) ? SW_YES : SW_NO;
	case SW_FAMILY_SLOT:
		return slot_atom(family, states);
	default:
		return 0;
	}
}

static bool
exists(const struct sw_store_state *states)
{
	for (size_t i = 1; i < SW_MECHANISM_COUNT; i++) {
		if (is_known(&states[i]))
			return true;
	}
	return false;
}

/* The atom of each family. */
static void
find_atoms(const struct sw_scheme *scheme, const struct sw_store_state *states,
    int8_t atoms[SW_FAMILIES_MAX])
{
	size_t next;

	memset(atoms, ATOM_NONE, SW_FAMILIES_MAX);
	if (!exists(states))
		return;
	atoms[0] = 0;
	for (size_t i = 1; i < scheme->family_count; i = next) {
		const struct sw_family *family = &scheme->families[i];
		int above = atoms[family->parent];

		/* What divides a family that it is not in need not be tried. */
		next = family->end;
		if (above == ATOM_NONE ||
		    (family->within & SW_ATOM(above)) == 0)
			continue;
		atoms[i] = (int8_t)find_atom(family, states);
		next = i + 1;
	}
}

static bool
holds(const struct sw_form *form, const int8_t atoms[SW_FAMILIES_MAX])
{
	for (size_t i = 0; i < form->count; i++) {
		int atom = atoms[form->terms[i].family];

		if (atom != ATOM_NONE &&
		    (form->terms[i].atoms & SW_ATOM(atom)) != 0)
			return true;
	}
	return false;
}

void
sw_classify(const struct sw_scheme *scheme,
    const struct sw_store_state *states, struct sw_class *class)
{
	int8_t atoms[SW_FAMILIES_MAX];

	class->atom_count = class->share_count = 0;
	find_atoms(scheme, states, atoms);
	for (size_t i = 0; i < scheme->family_count; i++) {
		if (atoms[i] != ATOM_NONE)
			class->atoms[class->atom_count++] = (uint16_t)(
			    scheme->families[i].offset + (size_t)atoms[i]);
	}
	for (size_t i = 0; i < scheme->share_count; i++) {
		const struct sw_class_share share = {
			.share = (uint8_t)i,
			.whole = holds(&scheme->shares[i].whole, atoms),
			.part = holds(&scheme->shares[i].part, atoms)
		};

		if (share.whole || share.part)
			class->shares[class->share_count++] = share;
	}
}

/* Which slots of a mechanism's features find_atom() asks for: their bits. */
static uint64_t
features_asked(const struct sw_scheme *scheme, unsigned mechanism)
{
	uint64_t bits = 0;

	if (mechanism == SW_MECHANISM_MX)
		bits = sw_features_set(bits, SW_MX_KIND, UINT8_MAX);
	for (size_t i = 0; i < scheme->family_count; i++) {
		const struct sw_family *family = &scheme->families[i];

		if (family->kind == SW_FAMILY_SLOT &&
		    family->mechanism == mechanism)
			bits = sw_features_set(bits, family->slot, UINT8_MAX);
		if (family->kind == SW_FAMILY_PARKED &&
		    mechanism == SW_MECHANISM_SPF)
			bits = sw_features_set(sw_features_set(bits,
			    SW_SPF_FINAL, UINT8_MAX), SW_SPF_SOURCES,
			    UINT8_MAX);
	}
	return bits;
}

void
sw_classify_asked(const struct sw_scheme *scheme, struct sw_class_key *asked)
{
	for (unsigned i = 1; i < SW_MECHANISM_COUNT; i++)
		asked->words[i] = features_asked(scheme, i);
}

void
sw_classify_key(const struct sw_class_key *asked,
    const struct sw_store_state *states, struct sw_class_key *key)
{
	uint64_t outcomes = dnssec_seen(states);

	for (unsigned i = 1; i < SW_MECHANISM_COUNT; i++) {
		bool known = is_known(&states[i]);

		outcomes = outcomes << 8 | (known ? states[i].outcome : 0);
		key->words[i] = known ? states[i].features & asked->words[i] :
		    0;
	}
	key->words[0] = outcomes;
}

bool
sw_subject_has_null_mx(const struct sw_store_subject *subject)
{
	return has_null_mx(subject->states);
}
