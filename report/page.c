/* The frame of an HTML page. */
#include "senderwatch-config.h"
#include "page.h"


#include "text.h"

/* Light, dark and print differ in these variables only. */
#define LIGHT \
	"--back:#fff;--text:#1b1f24;--soft:#545c66;--line:#c9d1d9;" \
	"--head:#f1f4f7;--link:#0b5cad;--spf:#0b6bb0;--dmarc:#c2500a"
#define DARK \
	"--back:#14181d;--text:#e8ebee;--soft:#abb4bd;--line:#414a54;" \
	"--head:#20272e;--link:#7cbcff;--spf:#5ab0f0;--dmarc:#ff9a57"

static const char style[] =
    ":root{color-scheme:light dark;" LIGHT "}\n"
    "@media screen and (prefers-color-scheme:dark){:root{" DARK "}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem;max-width:76rem;background:var(--back);"
    "color:var(--text);font:1rem/1.6 system-ui,\"Noto Sans\","
    "\"Hiragino Sans\",\"Noto Sans CJK JP\",sans-serif;"
    "overflow-wrap:anywhere}\n"
    "a{color:var(--link)}\n"
    "header{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;"
    "align-items:baseline;border-bottom:1px solid var(--line)}\n"
    "h1{font-size:1.1rem;margin:0}\n"
    "nav a{display:inline-block;padding:.5rem .75rem .5rem 0}\n"
    "h2{font-size:1.5rem;line-height:1.3;margin:2rem 0 0}\n"
    "h3{font-size:1.1rem;margin:1.5rem 0 .5rem}\n"
    ".scope{margin:0;color:var(--soft)}\n"
    ".tiles{display:grid;gap:.75rem;margin:1rem 0;"
    "grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr))}\n"
    ".tiles div{border:1px solid var(--line);border-radius:.4rem;"
    "padding:.5rem .75rem}\n"
    ".tiles dt{color:var(--soft);font-size:.9rem}\n"
    ".tiles dd{margin:0}\n"
    ".tiles strong{font-size:1.5rem;font-variant-numeric:tabular-nums}\n"
    ".tiles span{color:var(--soft);font-size:.85rem;white-space:nowrap}\n"
    ".scroll{overflow-x:auto;margin:1rem 0}\n"
    "table{border-collapse:collapse;width:100%;font-size:.85rem;"
    "font-variant-numeric:tabular-nums}\n"
    "caption{text-align:left;font-weight:600;padding:.25rem 0}\n"
    "caption span{position:sticky;left:0;display:inline-block;"
    "max-width:calc(100vw - 2rem)}\n"
    "th,td{padding:.3rem .35rem;border-bottom:1px solid var(--line);"
    "text-align:right;white-space:nowrap;overflow-wrap:normal}\n"
    "thead th{background:var(--head);vertical-align:bottom;"
    "white-space:normal;word-break:keep-all}\n"
    "thead [colspan]{text-align:center}\n"
    "colgroup{border-left:1px solid var(--line)}\n"
    "colgroup:first-child{border-left:0}\n"
    "tr>:first-child[scope=row],thead tr:first-child>:first-child"
    "{text-align:left;position:sticky;left:0;background:var(--back)}\n"
    "thead tr:first-child>:first-child{background:var(--head)}\n"
    "tfoot th,tfoot td{font-weight:700;border-bottom:0;"
    "border-top:2px solid var(--line)}\n"
    ".side{display:grid;gap:0 2.5rem;align-items:start;"
    "grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}\n"
    ".side h3{margin-top:1rem}\n.side ul{padding-left:1.2rem}\n"
    "figure{margin:1rem 0;max-width:34rem}\n"
    "figcaption{color:var(--soft);font-size:.9rem}\n"
    /* gnuplot writes colours and fonts as attributes, which give way. */
    "svg{display:block;width:100%;height:auto}\n"
    "svg text{fill:var(--text);font-family:system-ui,\"Noto Sans\","
    "\"Hiragino Sans\",\"Noto Sans CJK JP\",sans-serif}\n"
    "svg path{stroke:var(--line)}\n"
    "svg [id$=_plot_1] polygon{fill:var(--spf)}\n"
    "svg [id$=_plot_3] polygon{fill:var(--dmarc)}\n"
    "@media (max-width:40rem){th[scope=row]{white-space:normal;"
    "min-width:7rem}}\n"
    "@media print{@page{size:A4;margin:12mm}\n"
    "body{padding:0;max-width:none;font-size:9.5pt}\n"
    "nav{display:none}section+section{break-before:page}\n"
    "h2{margin-top:.5rem}.scroll{overflow:visible;"
    "margin:.5rem 0}\n"
    "table{font-size:7.2pt}th,td{padding:.15rem .25rem}\n"
    "thead th,.tiles div{print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}\n"
    "tr>:first-child[scope=row],thead tr:first-child>:first-child"
    "{position:static}\n"
    "tr,figure,.tiles,li{break-inside:avoid}"
    ".side{grid-template-columns:7cm 1fr;gap:0 .8cm}"
    ".side ul{font-size:8.5pt}figure{margin:0}.side h3{margin-top:0}}\n";

void
sw_page_begin(FILE *file, const struct sw_table *table,
    const struct sw_block *block, const struct sw_labels *const *languages,
    size_t count)
{
	char scope[SW_LABEL_MAX];

	fprintf(file, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
	    "content=\"width=device-width, initial-scale=1\"/>\n"
	    "<meta name=\"generator\" content=\"senderwatch "
	    PACKAGE_VERSION "\"/>\n<title>", languages[0]->language);
	sw_html_write(file, sw_label_title(languages[0], table));
	fputs(", ", file);
	sw_html_write(file, sw_label_scope(languages[0], table, scope));
	fprintf(file, ", %s</title>\n<style>\n%s</style>\n</head>\n<body>\n"
	    "<header>\n<h1>Senderwatch %s</h1>\n<nav aria-label=\"%s\">\n",
	    block->period, style, block->period, "言語 Language");
	for (size_t i = 0; i < count; i++)
		fprintf(file, "<a href=\"#%s\" hreflang=\"%s\" lang=\"%s\">%s</a>\n",
		    languages[i]->language, languages[i]->language,
		    languages[i]->language, languages[i]->name);
	fputs("</nav>\n</header>\n<main>\n", file);
}

void
sw_page_end(FILE *file)
{
	fputs("</main>\n</body>\n</html>\n", file);
}
