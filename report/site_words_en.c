/* The site in English. */
#include "site_words.h"

static const char *const caution[] = {
	"Popular domains are looked up first and adopt more, so the observed "
	    "share is too high. In a simulation of 1.49 million domains, with a "
	    "million look-ups a month, it was 11 points too high, and the adjusted "
	    "share less than one point. The interval beside a share tells what "
	    "chance does, and nothing of this error.",
	"Read the adjusted share where there is one, and compare months by it. "
	    "The observed share is printed because other surveys print it.",
	NULL
};

static const char *const seen[] = {
	"Counted are registrable domains that somebody looked up in the month "
	    "and whose answers passed the observed resolvers. No query is sent for "
	    "the sake of this report. Nothing is known of who asked, and the names "
	    "are stored as keyed pseudonyms only.",
	"Each domain counts once, with its latest state in the month.",
	NULL
};

static const char *const known[] = {
	"A record is known where an answer proved that it is there, that it is "
	    "not, or that receivers must treat it as an error. Everything else is "
	    "unknown, and unknown is never taken for absent.",
	"An MX domain publishes at least one mail server. A null MX (RFC 7505) "
	    "says that the domain takes no mail: it is no MX domain.",
	"DKIM can be seen but not ruled out: keys stand under selectors that "
	    "only the sender knows. Its share is a lower bound.",
	NULL
};

static const char *const shares[] = {
	"Observed: published divided by known, with Wilson's 95 % interval "
	    "(Wilson 1927). It describes the domains that were seen.",
	"Adjusted: an estimate for all domains that are looked up at all, seen "
	    "or not. For those that publish and those that don't, the number of "
	    "unseen domains is estimated from how many were seen on exactly one "
	    "and exactly two resolver-days (Chao 1987, bias-corrected), then the "
	    "share is taken. Its 95 % interval is a delete-a-group jackknife over "
	    "64 random groups (Quenouille 1949, Tukey 1958). It is withheld where "
	    "fewer than 200 domains were seen, or fewer than 30 of either kind on "
	    "exactly two resolver-days.",
	"By look-ups: of the resolver-days on which a record is known, those on "
	    "which it was there. It needs no extrapolation, and it answers another "
	    "question: what a receiver meets, not what domains do.",
	"Certain bounds: where the number of registered domains is given, the "
	    "share if none of the unseen domains had the record, and if all had.",
	NULL
};

static const char *const fails[] = {
	"Domains that nobody looks up can't be estimated by anything here. "
	    "Where they adopt less, as parked domains do, the adjusted share is "
	    "too high for all registered domains.",
	"The adjusted share still errs, mostly upwards, by about a point where "
	    "popular domains adopt much more. The jackknife's interval holds the "
	    "truth less often than 95 % there.",
	"Windows of several months see more domains, and more states that are "
	    "no longer true.",
	"A hoster's new default moves thousands of domains in a day. Such steps "
	    "are shown, never smoothed.",
	NULL
};

static const char *const disclosure[] = {
	"Figures that describe few domains are left out or merged, together "
	    "with as many others as it takes that no sum gives them back. Registry "
	    "types, and lists that are public themselves, are shown as they are.",
	NULL
};

static const struct sw_site_passage passages[] = {
	{ "seen", "What is counted", seen },
	{ "known", "Known and unknown", known },
	{ "shares", "Four figures for a share", shares },
	{ "fails", "Where they fail", fails },
	{ "disclosure", "What is left out", disclosure },
	{ NULL, NULL, NULL }
};

const struct sw_site_words sw_site_words_en = {
	.language = "en",
	.name = "English",
	.title = "Adoption of sender authentication",
	.skip = "Skip to the content",
	.pages = "Pages",
	.languages = "Languages",
	.overview = "Overview",
	.adoption = "Adoption",
	.policy = "Policies",
	.cohort = "Regions and lists",
	.trend = "Trend",
	.series = "Other surveys",
	.quality = "Quality",
	.method = "Method",
	.downloads = "Downloads",
	.months = "By month",
	.running = "month not over yet",
	.group = "Group",
	.period = "Month",
	.domains = "Domains seen",
	.mx_domains = "MX domains",
	.null_mx = "Null MX",
	.known = "Known",
	.published = "Published",
	.absent = "Absent",
	.invalid = "Error",
	.unknown = "Unknown",
	.counts = "Domains",
	.of_mx = "Share of MX domains",
	.of_all = "Share of all domains",
	.of_records = "Share of the records",
	.observed = "Observed",
	.adjusted = "Adjusted",
	.weighted = "By look-ups",
	.bounds = "Certain bounds",
	.coverage = "Coverage",
	.total = "Total",
	.merged = "(fewer than %s)",
	.unstated = "not stated",
	.dnssec = "DNSSEC",
	.at_least = "at least",
	.both = "Known in both",
	.gained = "Began",
	.lost = "Ceased",
	.change = "Change",
	.one_day = "Seen once",
	.resolver_days = "Resolver-days",
	.good_turing = "Good-Turing coverage",
	.source = "Source",
	.measure = "Figure",
	.theirs = "Published",
	.ours = "Ours",
	.empty = "nothing to tell",
	.suppressed = "too few domains to show",
	.withheld = "too few to estimate",
	.legend = "Signs: – %s; × %s; ? %s.",
	.outside = "Outside .%s: %s domains.",
	.all_withheld = "All figures are left out: they describe too few "
	    "domains.",
	.rates_caption = "Shares of MX domains, adjusted where possible, else "
	    "observed (in italics)",
	.chart_group = "Observed share of MX domains that publish SPF and DMARC",
	.chart_trend = "Share of MX domains by month: adjusted where possible, "
	    "else observed",
	.chart_regions = "Observed share of domains by region and month",
	.chart_missing = "No chart: gnuplot was not there or did not draw one.",
	.caution = "Before you quote a figure",
	.caution_text = caution,
	.latest = "Latest month",
	.data_note = "All tables as CSV (RFC 4180) and JSON. datapackage.json "
	    "describes them as a Frictionless data package: every column with its "
	    "meaning, every file with its size and SHA-256.",
	.file = "File",
	.bytes = "Bytes",
	.no_data = "Nothing was seen in these months.",
	.passages = passages,
	.footer = "Made by Senderwatch from answers that resolvers saw anyway. "
	    "The same database gives the same pages."
};
