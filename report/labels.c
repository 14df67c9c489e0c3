/* Labels in English and Japanese. */
#include "labels.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

static const struct sw_label_title titles_en[] = {
	{ "adoption", "Adoption of SPF and DMARC" },
	{ "policy", "Policies of SPF and DMARC" },
	{ "trend", "Changes within the domains seen in both months" },
	{ "steps", "Days of more changes than chance allows" },
	{ "series", "Published series beside ours" },
	{ "quality", "Quality of the observation" },
	{ "resolvers", "Resolvers that reported" },
	{ "anomalies", "Suffixes with names as if generated" },
	{ NULL, NULL }
};

static const char *const terminal_notes_en[] = {
	"SPF %, DMARC %: MX domains that publish one, of those whose record is known.",
	"cover%: coverage, the MX domains whose record is known, of all MX domains.",
	"Unknown is never taken for absent. Shares are of domains seen in the period,",
	"not of all that are registered.",
	NULL
};

static const char *const page_notes_en[] = {
	"Counted are registrable domains that mail servers looked up in the "
	    "period and whose answers passed the observed resolvers. No query is "
	    "sent for the sake of this report, and nothing is known of who asked.",
	"Each domain counts once, with its latest state in the period.",
	"An MX domain publishes at least one mail server. A null MX (RFC 7505) "
	    "says that the domain takes no mail: it is no MX domain and stands in "
	    "a column of its own.",
	"SPF and DMARC are counted among MX domains only. A record counts where "
	    "receivers can use it; records that they must treat as an error are "
	    "known, but not counted as published.",
	"Known means that the period held an answer that proves presence, "
	    "absence or an error. A domain without such an answer is unknown; "
	    "unknown is never taken for absent. Rate = published \xc3\xb7 known; "
	    "coverage = known \xc3\xb7 MX domains.",
	"Shares are of the domains seen, not of all that are registered. Domains "
	    "that are looked up more often are seen first and tend to publish "
	    "more, so the share among all registered domains may be lower.",
	NULL
};

const struct sw_labels sw_labels_en = {
	.language = "en",
	.name = "English",
	.titles = titles_en,
	.period = "%s to %s",
	.all_domains = "all domains",
	.type = "Registry type",
	.suffix = "Public suffix",
	.cohort = "Cohort's group",
	.group = "",
	.domains = "Domains seen",
	.mx = "MX",
	.mx_domains = "MX domains",
	.mx_rate = "MX rate",
	.null_mx = "Null MX",
	.spf = "SPF",
	.spf_rate = "SPF rate",
	.dmarc = "DMARC",
	.dmarc_rate = "DMARC rate",
	.known = "Known",
	.present = "Published",
	.rate = "Rate",
	.coverage = "Coverage",
	.total = "Total",
	.merged = "(fewer than %s)",
	.merging = "Rows of fewer than %s domains are merged into one, with the "
	    "next smallest where that alone would not hide them.",
	.outside = "Outside .%.63s: %s domains.",
	.left_out = "Left out: fewer than %s domains of no registry with types.",
	.outside_few = "Outside .%.63s: fewer than %s domains.",
	.hidden = "*: suppressed, because it would tell of fewer than %s domains, "
	    "or help to work such a figure out.",
	.withheld = "All figures are withheld: they describe fewer than %s "
	    "domains.",
	.chart = "Share of MX domains with a known record that publish SPF and "
	    "DMARC",
	.chart_largest = "largest rows only",
	.chart_missing = "No chart: gnuplot was not there or did not draw one.",
	.terminal_notes = terminal_notes_en,
	.method = "How to read the figures",
	.page_notes = page_notes_en
};

static const struct sw_label_title titles_ja[] = {
	{ "adoption", "送信ドメイン認証技術(SPF・DMARC)の普及状況" },
	{ "policy", "SPF・DMARCのポリシー設定状況" },
	{ "trend", "両月に観測されたドメインにおける変化" },
	{ "steps", "偶然を超える変化があった日" },
	{ "series", "公表されている系列との比較" },
	{ "quality", "観測の品質" },
	{ "resolvers", "報告したリゾルバー" },
	{ "anomalies", "生成された名前が疑われるサフィックス" },
	{ NULL, NULL }
};

static const char *const terminal_notes_ja[] = {
	"SPF宣言率・DMARC宣言率: レコードの状態が既知のMXドメインのうち、宣言して"
	    "いるものの割合。",
	"カバー率: MXドメインのうち、レコードの状態が既知のものの割合。不明は「宣言"
	    "なし」に含めない。",
	"期間中に観測されたドメインについての値であり、登録ドメイン全体の値では"
	    "ない。",
	NULL
};

static const char *const page_notes_ja[] = {
	"対象は、期間中にメールサーバーが検索し、その応答が観測対象のリゾルバーを"
	    "通った登録ドメイン名です。この集計のためにDNSへ問い合わせることはなく、"
	    "誰が検索したかは一切分かりません。",
	"各ドメインは、期間中の最後の状態で一度だけ数えます。",
	"MXドメインとは、メールサーバーを一つ以上宣言しているドメインです。"
	    "Null MX(RFC 7505)はメールを受信しないという宣言なので、MXドメインに"
	    "含めず、別の列に示します。",
	"SPFとDMARCはMXドメインについてのみ数えます。宣言として数えるのは受信側が"
	    "利用できるレコードだけです。受信側がエラーとして扱うべきレコードは既知に"
	    "含めますが、宣言には数えません。",
	"既知とは、宣言あり・宣言なし・エラーのいずれかを示す応答が期間中にあった"
	    "ことです。応答がないドメインは不明であり、不明を「宣言なし」とは数え"
	    "ません。宣言率 = 宣言 ÷ 既知、カバー率 = 既知 ÷ MXドメイン。",
	"割合は観測されたドメインについてのもので、登録されている全ドメインについて"
	    "のものではありません。よく検索されるドメインほど先に観測され、宣言して"
	    "いることも多いため、登録ドメイン全体での割合はこれより低い可能性が"
	    "あります。",
	NULL
};

const struct sw_labels sw_labels_ja = {
	.language = "ja",
	.name = "日本語",
	.titles = titles_ja,
	.period = "%s〜%s",
	.all_domains = "全ドメイン",
	.type = "登録型",
	.suffix = "パブリックサフィックス",
	.cohort = "集団内の区分",
	.group = "",
	.domains = "観測ドメイン",
	.mx = "MX",
	.mx_domains = "MXドメイン",
	.mx_rate = "MX宣言率",
	.null_mx = "Null MX",
	.spf = "SPF",
	.spf_rate = "SPF宣言率",
	.dmarc = "DMARC",
	.dmarc_rate = "DMARC宣言率",
	.known = "既知",
	.present = "宣言",
	.rate = "宣言率",
	.coverage = "カバー率",
	.total = "合計",
	.merged = "(%s未満)",
	.merging = "%sドメイン未満の行は一行にまとめ、それだけでは秘匿できない"
	    "場合は次に小さい行も加えています。",
	.outside = ".%.63s以外: %sドメイン。",
	.left_out = "種別のある登録機関に属さない%s未満のドメインは除外。",
	.outside_few = ".%.63s以外: %sドメイン未満。",
	.hidden = "*: %sドメイン未満についての値、またはそれを逆算できる値のため秘匿。",
	.withheld = "対象が%sドメイン未満のため、すべての値を秘匿しています。",
	.chart = "レコードの状態が既知のMXドメインに対するSPF宣言率とDMARC宣言率",
	.chart_largest = "ドメイン数の多い行のみ",
	.chart_missing = "グラフなし: gnuplotがないか、描画できませんでした。",
	.terminal_notes = terminal_notes_ja,
	.method = "数値の見方",
	.page_notes = page_notes_ja
};

const struct sw_labels *
sw_labels_find(const char *language)
{
	if (strcmp(language, sw_labels_en.language) == 0)
		return &sw_labels_en;
	if (strcmp(language, sw_labels_ja.language) == 0)
		return &sw_labels_ja;
	return NULL;
}

static const char *
label_month(const struct sw_labels *labels, uint32_t month,
    char text[SW_LABEL_MAX])
{
	static const char *const names[] = {
		"January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"
	};
	uint32_t year = month / 100, number = month % 100;

	if (labels == &sw_labels_ja)
		snprintf(text, SW_LABEL_MAX, "%" PRIu32 "年%" PRIu32 "月", year,
		    number);
	else if (number >= 1 && number <= 12)
		snprintf(text, SW_LABEL_MAX, "%s %" PRIu32, names[number - 1],
		    year);
	else
		snprintf(text, SW_LABEL_MAX, "%" PRIu32, month);
	return text;
}

const char *
sw_label_title(const struct sw_labels *labels, const struct sw_table *table)
{
	for (size_t i = 0; labels->titles[i].table != NULL; i++) {
		if (strcmp(labels->titles[i].table, table->name) == 0)
			return labels->titles[i].title;
	}
	return table->name;
}

const char *
sw_label_scope(const struct sw_labels *labels, const struct sw_table *table,
    char text[SW_LABEL_MAX])
{
	if (table->cohort != NULL)
		return table->cohort;
	if (table->tld == NULL)
		return labels->all_domains;
	snprintf(text, SW_LABEL_MAX, ".%s", table->tld);
	return text;
}

const char *
sw_label_rows(const struct sw_labels *labels, const struct sw_table *table)
{
	switch (table->by) {
	case SW_BY_TYPE:
		return labels->type;
	case SW_BY_SUFFIX:
		return labels->suffix;
	case SW_BY_COHORT:
		return labels->cohort;
	default:
		return labels->group;
	}
}

/* Formats come from the tables above. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

const char *
sw_label_period(const struct sw_labels *labels, const struct sw_block *block,
    char text[SW_LABEL_MAX])
{
	char first[SW_LABEL_MAX], last[SW_LABEL_MAX];

	if (block->first == block->last)
		return label_month(labels, block->first, text);
	snprintf(text, SW_LABEL_MAX, labels->period,
	    label_month(labels, block->first, first),
	    label_month(labels, block->last, last));
	return text;
}

static const char *
fill_number(const char *format, uint64_t number, char text[SW_LABEL_MAX])
{
	char digits[SW_NUMBER_MAX];

	snprintf(text, SW_LABEL_MAX, format, sw_text_number(digits, number));
	return text;
}

const char *
sw_label_row(const struct sw_labels *labels, const struct sw_table *table,
    const struct sw_row *row, char text[SW_LABEL_MAX])
{
	if (row->kind == SW_ROW_TOTAL)
		return labels->total;
	if (row->kind == SW_ROW_MERGED)
		return fill_number(labels->merged, table->min_cell, text);
	if (table->by == SW_BY_TYPE && table->registry != NULL)
		return sw_registry_label(table->registry, row->name,
		    labels->language);
	return row->name;
}

const char *
sw_label_outside(const struct sw_labels *labels, const struct sw_table *table,
    const struct sw_block *block, char text[SW_LABEL_MAX])
{
	bool few = block->outside < table->min_cell;
	char digits[SW_NUMBER_MAX];

	if (block->outside == 0)
		return "";
	/* Suppression left them out: always few. */
	if (table->tld == NULL)
		return fill_number(labels->left_out, table->min_cell, text);
	snprintf(text, SW_LABEL_MAX,
	    few ? labels->outside_few : labels->outside, table->tld,
	    sw_text_number(digits, few ? table->min_cell : block->outside));
	return text;
}

const char *
sw_label_merging(const struct sw_labels *labels, const struct sw_table *table,
    const struct sw_block *block, char text[SW_LABEL_MAX])
{
	for (size_t i = 0; i < block->row_count; i++) {
		if (block->rows[i].kind == SW_ROW_MERGED)
			return fill_number(labels->merging, table->min_cell,
			    text);
	}
	return "";
}

const char *
sw_label_hidden(const struct sw_labels *labels, const struct sw_table *table,
    char text[SW_LABEL_MAX])
{
	return fill_number(labels->hidden, table->min_cell, text);
}

const char *
sw_label_withheld(const struct sw_labels *labels, const struct sw_table *table,
    char text[SW_LABEL_MAX])
{
	return fill_number(labels->withheld, table->min_cell, text);
}
