/* The site in Japanese. */
#include "site_words.h"

static const char *const caution[] = {
	"よく使われるドメインほど先に観測され、導入も進んでいるため、観測値は高めに"
	    "出ます。149万ドメインの模擬実験では、月100万回の検索で観測値が11ポイント"
	    "高くなり、補正値の誤差は1ポイント未満でした。値に添えた区間は偶然による"
	    "揺れだけを示し、この偏りは含みません。",
	"補正値がある場合は補正値を読み、月の比較にも補正値を使ってください。観測値"
	    "は他の調査と並べるために掲載しています。",
	NULL
};

static const char *const seen[] = {
	"対象は、月内に検索され、その応答が観測対象のリゾルバーを通った登録ドメイン"
	    "名です。この集計のためにDNSへ問い合わせることはありません。誰が検索したか"
	    "は分からず、ドメイン名は鍵付きの仮名としてのみ保存します。",
	"各ドメインは、月内の最後の状態で一度だけ数えます。",
	NULL
};

static const char *const known[] = {
	"既知とは、レコードがあること、ないこと、または受信側がエラーとして扱うべき"
	    "ことを示す応答があったという意味です。それ以外は不明であり、不明を「なし」"
	    "とは数えません。",
	"MXドメインとは、メールサーバーを一つ以上宣言しているドメインです。Null MX"
	    "(RFC 7505)はメールを受信しないという宣言なので、MXドメインに含めません。",
	"DKIMの鍵は送信者だけが知るセレクターの下にあるため、使用は観測できても不使用"
	    "は証明できません。DKIMの割合は下限値です。",
	NULL
};

static const char *const shares[] = {
	"観測値: 宣言 ÷ 既知。Wilsonの95%信頼区間(Wilson 1927)を添えます。観測された"
	    "ドメインについての値です。",
	"補正値: 検索されうる全ドメイン(未観測を含む)についての推定値です。宣言している"
	    "ものと宣言していないもののそれぞれについて、ちょうど1リゾルバー日、ちょうど"
	    "2リゾルバー日だけ観測された数から未観測の数を推定し(Chao 1987、偏り補正"
	    "済み)、その比をとります。95%区間は無作為な64群のうち一群ずつを除くジャック"
	    "ナイフ法(Quenouille 1949、Tukey 1958)によります。観測が200ドメイン未満の"
	    "場合、または宣言あり・なしのどちらかでちょうど2リゾルバー日のものが30未満の"
	    "場合は示しません。",
	"検索による割合: 状態が既知のリゾルバー日のうち、宣言があった日の割合です。"
	    "外挿は不要ですが、「ドメインがどうしているか」ではなく「受信側が何に出会う"
	    "か」を示します。",
	"確実な範囲: 登録数が与えられている場合に、未観測のドメインがすべて宣言なしと"
	    "仮定した値と、すべて宣言ありと仮定した値です。",
	NULL
};

static const char *const fails[] = {
	"誰も検索しないドメインは、ここにあるどの方法でも推定できません。使われていない"
	    "ドメインの導入率が低ければ、補正値は登録ドメイン全体に対しては高すぎます。",
	"よく使われるドメインで導入が大きく進んでいる場合、補正値にも主に上向きに1"
	    "ポイント程度の誤差が残ります。その場合、ジャックナイフ区間が真の値を含む割合"
	    "は95%を下回ります。",
	"数か月をまとめると観測ドメインは増えますが、もう正しくない状態も増えます。",
	"ホスティング事業者の初期設定の変更は、一日で数千のドメインを動かします。段差は"
	    "平滑化せず、そのまま示します。",
	NULL
};

static const char *const disclosure[] = {
	"少数のドメインについての値は秘匿するか合算し、合計から逆算できないよう必要な"
	    "他の値も秘匿します。登録型と、それ自体が公開されている一覧は、そのまま示し"
	    "ます。",
	NULL
};

static const struct sw_site_passage passages[] = {
	{ "seen", "何を数えるか", seen },
	{ "known", "既知と不明", known },
	{ "shares", "割合の四つの値", shares },
	{ "fails", "限界", fails },
	{ "disclosure", "秘匿", disclosure },
	{ NULL, NULL, NULL }
};

const struct sw_site_words sw_site_words_ja = {
	.language = "ja",
	.name = "日本語",
	.title = "送信ドメイン認証技術の普及状況",
	.skip = "本文へ移動",
	.pages = "ページ",
	.languages = "言語",
	.overview = "概要",
	.adoption = "普及状況",
	.policy = "ポリシー",
	.cohort = "地域・一覧別",
	.trend = "推移",
	.series = "他の調査",
	.quality = "品質",
	.method = "集計方法",
	.downloads = "データ",
	.months = "月別",
	.running = "集計途中の月",
	.group = "区分",
	.period = "月",
	.domains = "観測ドメイン",
	.mx_domains = "MXドメイン",
	.null_mx = "Null MX",
	.known = "既知",
	.published = "宣言",
	.absent = "なし",
	.invalid = "エラー",
	.unknown = "不明",
	.counts = "ドメイン数",
	.of_mx = "MXドメインに対する割合",
	.of_all = "全ドメインに対する割合",
	.of_records = "レコードに対する割合",
	.observed = "観測値",
	.adjusted = "補正値",
	.weighted = "検索による割合",
	.bounds = "確実な範囲",
	.coverage = "カバー率",
	.total = "合計",
	.merged = "(%s未満)",
	.unstated = "記載なし",
	.dnssec = "DNSSEC",
	.at_least = "下限",
	.both = "両月とも既知",
	.gained = "開始",
	.lost = "終了",
	.change = "増減",
	.one_day = "1回のみ観測",
	.resolver_days = "リゾルバー日",
	.good_turing = "Good–Turingカバー率",
	.source = "出典",
	.measure = "項目",
	.theirs = "公表値",
	.ours = "本集計",
	.empty = "該当なし",
	.suppressed = "少数のため秘匿",
	.withheld = "少数のため推定せず",
	.legend = "記号: – %s、× %s、? %s。",
	.outside = ".%s以外: %sドメイン。",
	.all_withheld = "対象のドメインが少ないため、すべての値を秘匿しています。",
	.rates_caption = "MXドメインに対する割合(補正値。推定できない場合は観測値を"
	    "斜体で示す)",
	.chart_group = "MXドメインのうちSPF・DMARCを宣言しているものの割合(観測値)",
	.chart_trend = "MXドメインに対する割合の推移(補正値。推定できない場合は"
	    "観測値)",
	.chart_regions = "地域別・月別の割合(観測値)",
	.chart_missing = "グラフなし: gnuplotがないか、描画できませんでした。",
	.caution = "値を引用する前に",
	.caution_text = caution,
	.latest = "最新の月",
	.data_note = "すべての表をCSV(RFC 4180)とJSONで公開します。datapackage.jsonは"
	    "Frictionless Data Packageとして、各列の意味と各ファイルのサイズ・SHA-256を"
	    "記述しています。",
	.file = "ファイル",
	.bytes = "バイト",
	.no_data = "この期間には何も観測されませんでした。",
	.passages = passages,
	.footer = "リゾルバーが通常の動作で受け取った応答からSenderwatchが作成しました。"
	    "同じデータベースからは同じページができます。"
};

const struct sw_site_words *const sw_site_words[SW_SITE_LANGUAGES] = {
	&sw_site_words_ja, &sw_site_words_en
};
