/* What counts as what, and what is left out. */
#include "population.h"

#include <string.h>

#include "../../report/figures.h"
#include "senderwatch/dmarc.h"
#include "senderwatch/spf.h"

static struct sw_scheme *adoption;

static int
set_up(void **state)
{
	(void)state;
	adoption = sw_scheme_adoption();
	return adoption != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	sw_scheme_free(&adoption);
	return 0;
}

/* "domains mx ...": the count columns that are not 0, "name" or "name=2". */
static void
assert_counted(const struct sw_scheme *scheme,
    const struct sw_figures *figures, const char *expected)
{
	char text[4096] = "";

	for (size_t i = 0; i < scheme->column_count; i++) {
		const struct sw_source *source = &scheme->sources[i];
		uint64_t value = sw_form_value(scheme, &source->form,
		    figures->counts);
		size_t length = strlen(text);

		if (source->is_period || source->aspect != SW_ASPECT_OTHER ||
		    value == 0)
			continue;
		snprintf(text + length, sizeof(text) - length, "%s%s",
		    length > 0 ? " " : "", scheme->columns[i].name);
		length = strlen(text);
		if (value > 1)
			snprintf(text + length, sizeof(text) - length, "=%lu",
			    (unsigned long)value);
	}
	assert_string_equal(text, expected);
}

static void
assert_subject(const struct sw_scheme *scheme,
    const struct sw_store_subject *subject, const char *expected)
{
	struct sw_figures figures;

	assert_int_equal(sw_figures_init(&figures, scheme), SW_OK);
	count_subject(&figures, scheme, subject);
	assert_counted(scheme, &figures, expected);
	sw_figures_fini(&figures);
}

/* What all mechanisms but MX, SPF and DMARC add: nothing is known of them. */
#define MX_REST " dkim_unknown all_dkim_unknown mta_sts_unknown " \
	"all_mta_sts_unknown tls_rpt_unknown all_tls_rpt_unknown bimi_unknown " \
	"all_bimi_unknown dnssec_unknown all_dnssec_unknown"
#define REST " all_dkim_unknown all_mta_sts_unknown all_tls_rpt_unknown " \
	"all_bimi_unknown all_dnssec_unknown"

static void
assert_states(const char *states, const char *expected)
{
	struct kind kind = { "jp", "jp", "GENERAL", states, 1 };
	struct sw_store_subject subject = make_subject(&kind);

	assert_subject(adoption, &subject, expected);
}

static void
test_mx_domain(void **state)
{
	(void)state;
	assert_states("PPP", "domains mx spf_known spf dmarc_known dmarc "
	    "mx_known all_spf_known all_spf all_dmarc_known all_dmarc" MX_REST);
	assert_states("PAI", "domains mx spf_known dmarc_known spf_absent "
	    "dmarc_invalid mx_known all_spf_known all_spf_absent "
	    "all_dmarc_known all_dmarc_invalid" MX_REST);
}

static void
test_unknown_is_not_absent(void **state)
{
	(void)state;
	assert_states("P--", "domains mx mx_known spf_unknown all_spf_unknown "
	    "dmarc_unknown all_dmarc_unknown" MX_REST);
	assert_states("-PP", "domains mx_unknown all_spf_known all_spf "
	    "all_dmarc_known all_dmarc" REST);
	assert_states("--A", "domains mx_unknown all_spf_unknown "
	    "all_dmarc_known all_dmarc_absent" REST);
}

static void
test_null_mx_apart(void **state)
{
	(void)state;
	assert_states("NPP", "domains mx_known null_mx all_spf_known all_spf "
	    "all_dmarc_known all_dmarc" REST);
}

static void
test_no_mx(void **state)
{
	(void)state;
	assert_states("APP", "domains mx_known mx_absent all_spf_known all_spf "
	    "all_dmarc_known all_dmarc" REST);
	assert_states("IPP", "domains mx_known mx_invalid all_spf_known "
	    "all_spf all_dmarc_known all_dmarc" REST);
}

static void
test_nonexistent(void **state)
{
	(void)state;
	assert_states("XXX", "");
	assert_states("---", "");
	/* It existed for one lookup: it counts, and the rest is not known. */
	assert_states("PXX", "domains mx mx_known spf_unknown all_spf_unknown "
	    "dmarc_unknown all_dmarc_unknown" MX_REST);
	assert_states("XP-", "domains mx_unknown all_spf_known all_spf "
	    "all_dmarc_unknown" REST);
}

/* A newer sender's outcome says nothing that this program could count. */
static void
test_newer_outcome(void **state)
{
	struct kind kind = { "jp", "jp", "GENERAL", "PPP", 1 };
	struct sw_store_subject subject = make_subject(&kind);

	(void)state;
	subject.states[SW_MECHANISM_SPF].outcome = 200;
	assert_subject(adoption, &subject, "domains mx dmarc_known dmarc "
	    "mx_known spf_unknown all_spf_unknown all_dmarc_known all_dmarc"
	    MX_REST);
}

/* An MX whose kind an older sender did not state is an MX. */
static void
test_mx_without_kind(void **state)
{
	struct kind kind = { "jp", "jp", "GENERAL", "N--", 1 };
	struct sw_store_subject subject = make_subject(&kind);

	(void)state;
	assert_true(sw_subject_has_null_mx(&subject));
	subject.states[SW_MECHANISM_MX].features = 0;
	assert_false(sw_subject_has_null_mx(&subject));
	assert_subject(adoption, &subject, "domains mx mx_known spf_unknown "
	    "all_spf_unknown dmarc_unknown all_dmarc_unknown" MX_REST);
}

static void
test_other_mechanisms(void **state)
{
	struct sw_store_subject subject = { .group = { "jp", "jp", "GENERAL" } };
	struct sw_store_state *bimi = &subject.states[SW_MECHANISM_BIMI];

	(void)state;
	bimi->known = true;
	bimi->outcome = SW_OUTCOME_ABSENT;
	bimi->dnssec = 1u << SW_DNSSEC_SECURE | 1u << SW_DNSSEC_INSECURE;
	subject.states[SW_MECHANISM_DKIM].known = true;
	subject.states[SW_MECHANISM_DKIM].outcome = SW_OUTCOME_PRESENT;
	assert_subject(adoption, &subject, "domains mx_unknown "
	    "all_spf_unknown all_dmarc_unknown all_dkim_known all_dkim "
	    "all_mta_sts_unknown all_tls_rpt_unknown all_bimi_known "
	    "all_bimi_absent all_dnssec_known all_dnssec");
	bimi->dnssec = 1u << SW_DNSSEC_INSECURE;
	subject.states[SW_MECHANISM_DKIM].known = false;
	assert_subject(adoption, &subject, "domains mx_unknown "
	    "all_spf_unknown all_dmarc_unknown all_dkim_unknown "
	    "all_mta_sts_unknown all_tls_rpt_unknown all_bimi_known "
	    "all_bimi_absent all_dnssec_known all_dnssec_absent");
}

/* Scripts rely on these names in this order; names are there once. */
static void
test_columns(void **state)
{
	static const char *const first[] = { "domains", "mx", "spf_known",
	    "spf", "dmarc_known", "dmarc", "spf_absent", "spf_invalid",
	    "dmarc_absent", "dmarc_invalid", "mx_known", "null_mx",
	    "mx_absent", "mx_invalid", "period" };
	struct sw_scheme *schemes[] = { adoption, sw_scheme_policy() };

	(void)state;
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		assert_string_equal(adoption->columns[i].name, first[i]);
	for (size_t s = 0; s < 2; s++) {
		assert_non_null(schemes[s]);
		for (size_t i = 0; i < schemes[s]->column_count; i++) {
			const char *name = schemes[s]->columns[i].name;

			assert_int_equal(strspn(name,
			    "abcdefghijklmnopqrstuvwxyz0123456789_"),
			    strlen(name));
			for (size_t k = 0; k < i; k++) {
				if (strcmp(name,
				    schemes[s]->columns[k].name) == 0)
					fail_msg("%s is there twice", name);
			}
		}
	}
	sw_scheme_free(&schemes[1]);
}

static struct sw_store_subject
policies(uint64_t spf, uint8_t spf_outcome, uint64_t dmarc,
    uint8_t dmarc_outcome)
{
	struct kind kind = { "jp", "jp", "GENERAL", "PPP", 1 };
	struct sw_store_subject subject = make_subject(&kind);

	subject.states[SW_MECHANISM_SPF].features = spf;
	subject.states[SW_MECHANISM_SPF].outcome = spf_outcome;
	subject.states[SW_MECHANISM_DMARC].features = dmarc;
	subject.states[SW_MECHANISM_DMARC].outcome = dmarc_outcome;
	return subject;
}

static void
test_policies(void **state)
{
	struct sw_scheme *scheme = sw_scheme_policy();
	struct sw_store_subject subject;
	uint64_t spf = 0, dmarc = 0;

	(void)state;
	assert_non_null(scheme);
	spf = sw_features_set(spf, SW_SPF_FINAL, SW_SPF_FINAL_SOFTFAIL);
	spf = sw_features_set(spf, SW_SPF_SOURCES, SW_SPF_SOURCES_TOO_MANY);
	spf = sw_features_set(spf, SW_SPF_PTR, 2);
	dmarc = sw_features_set(dmarc, SW_DMARC_POLICY,
	    SW_DMARC_POLICY_REJECT);
	dmarc = sw_features_set(dmarc, SW_DMARC_SUBDOMAINS,
	    SW_DMARC_POLICY_NONE);
	dmarc = sw_features_set(dmarc, SW_DMARC_CLASS, SW_DMARC_CLASS_VALID);
	dmarc = sw_features_set(dmarc, SW_DMARC_TESTING, 200);
	subject = policies(spf, SW_OUTCOME_PRESENT, dmarc, SW_OUTCOME_PRESENT);
	assert_subject(scheme, &subject, "domains spf_known spf "
	    "spf_final_softfail spf_sources_too_many spf_ptr_yes dmarc_known "
	    "dmarc dmarc_policy_reject dmarc_subdomains_none "
	    "dmarc_testing_unstated dmarc_reports_unstated "
	    "dmarc_alignment_unstated dmarc_standard_unstated "
	    "dmarc_class_valid");
	spf = sw_features_set(0, SW_SPF_ERROR, SW_SPF_ERROR_MULTIPLE);
	dmarc = sw_features_set(0, SW_DMARC_CLASS, SW_DMARC_CLASS_BARE);
	subject = policies(spf, SW_OUTCOME_INVALID, dmarc, SW_OUTCOME_INVALID);
	assert_subject(scheme, &subject, "domains spf_known spf_invalid "
	    "spf_error_multiple dmarc_known dmarc_invalid "
	    "dmarc_class_error_bare");
	sw_scheme_free(&scheme);
}

static void
test_parked(void **state)
{
	struct sw_scheme *scheme = sw_scheme_policy();
	struct kind kind = { "jp", "jp", "GENERAL", "N-A", 1 };
	struct sw_store_subject subject;
	uint64_t spf = 0;

	(void)state;
	assert_non_null(scheme);
	spf = sw_features_set(spf, SW_SPF_FINAL, SW_SPF_FINAL_FAIL);
	spf = sw_features_set(spf, SW_SPF_SOURCES, SW_SPF_SOURCES_NOBODY);
	subject = policies(spf, SW_OUTCOME_PRESENT, 0, SW_OUTCOME_ABSENT);
	assert_subject(scheme, &subject, "domains parked parked_nobody "
	    "parked_spf_known parked_spf parked_spf_final_fail "
	    "parked_spf_sources_nobody parked_spf_ptr_unstated "
	    "parked_dmarc_known parked_dmarc_absent");
	/* Nobody may send, but softly: in use. */
	spf = sw_features_set(spf, SW_SPF_FINAL, SW_SPF_FINAL_SOFTFAIL);
	subject = policies(spf, SW_OUTCOME_PRESENT, 0, SW_OUTCOME_ABSENT);
	assert_subject(scheme, &subject, "domains spf_known spf "
	    "spf_final_softfail spf_sources_nobody spf_ptr_unstated "
	    "dmarc_known dmarc_absent");
	subject = make_subject(&kind);
	assert_subject(scheme, &subject, "domains parked parked_null_mx "
	    "parked_spf_unknown parked_dmarc_known parked_dmarc_absent");
	sw_scheme_free(&scheme);
}

/* A family's atoms sum up to its parent, whatever is counted. */
static void
test_families_sum_up(void **state)
{
	static const char letters[] = "PNAIX-";
	struct sw_figures figures, sum;

	(void)state;
	assert_int_equal(sw_figures_init(&figures, adoption), SW_OK);
	assert_int_equal(sw_figures_init(&sum, adoption), SW_OK);
	for (size_t i = 0; i < 216; i++) {
		char states[4] = { letters[i % 6], letters[i / 6 % 6],
		    letters[i / 36], '\0' };
		struct kind kind = { "jp", "jp", "GENERAL", states, 1 };
		struct sw_store_subject subject = make_subject(&kind);

		for (size_t k = 0; k <= i % 3; k++)
			count_subject(&figures, adoption, &subject);
	}
	for (size_t i = 1; i < adoption->family_count; i++) {
		const struct sw_family *family = &adoption->families[i];
		struct sw_form above = sw_form_of(family->parent,
		    family->within);
		struct sw_form all = sw_form_of(i, SW_ATOM(family->atoms) - 1);

		assert_int_equal(sw_form_value(adoption, &above,
		    figures.counts), sw_form_value(adoption, &all,
		    figures.counts));
	}
	assert_int_equal(sw_figures_add(&sum, adoption, &figures), SW_OK);
	assert_int_equal(sw_figures_add(&sum, adoption, &figures), SW_OK);
	for (size_t i = 0; i < adoption->atom_count; i++)
		assert_int_equal(sum.counts[i], 2 * figures.counts[i]);
	sw_figures_fini(&sum);
	sw_figures_fini(&figures);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mx_domain),
		cmocka_unit_test(test_unknown_is_not_absent),
		cmocka_unit_test(test_null_mx_apart),
		cmocka_unit_test(test_no_mx),
		cmocka_unit_test(test_nonexistent),
		cmocka_unit_test(test_newer_outcome),
		cmocka_unit_test(test_mx_without_kind),
		cmocka_unit_test(test_other_mechanisms),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_policies),
		cmocka_unit_test(test_parked),
		cmocka_unit_test(test_families_sum_up),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
