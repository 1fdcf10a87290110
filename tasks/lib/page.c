#include "page.h"

#include "html.h"

static const char style[] =
    ":root{color-scheme:light dark;--page:#f4f5f7;--paper:#fff;--ink:#1a2230;--faint:#667085;"
    "--line:#e4e7ec;--good:#0b7a4b;--bad:#b42318;--c0:#2f6fdb;--c1:#12a594;--c2:#eda52b;"
    "--c3:#d8497a;--c4:#8660d0;--c5:#8391a7}"
    "@media (prefers-color-scheme:dark){:root{--page:#0e1218;--paper:#171d26;--ink:#e8ecf2;"
    "--faint:#96a2b4;--line:#2a3340;--good:#4cc38a;--bad:#ff8577;--c0:#6ba1f7;--c1:#3fc8b6;"
    "--c2:#f2bb5c;--c3:#ee7ba2;--c4:#a98bea;--c5:#8b99ad}}*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,"
    "-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"PingFang SC\",\"Microsoft YaHei\","
    "\"Noto Sans CJK SC\",sans-serif}"
    "main{max-width:1080px;margin:0 auto;padding:40px 24px 56px}header{margin-bottom:28px}"
    "h1{font-size:30px;line-height:1.2;letter-spacing:-.02em;margin:0 0 6px}"
    "h2{font-size:18px;letter-spacing:-.01em;margin:0 0 16px}"
    "header p{margin:0;color:var(--faint)}"
    ".tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:14px;margin-bottom:20px}"
    ".tile,section{background:var(--paper);border:1px solid var(--line);border-radius:14px}"
    ".tile{padding:16px 20px;min-width:0}.tile .what{color:var(--faint);font-size:13px}"
    ".tile .much{font-size:26px;font-weight:650;letter-spacing:-.02em;line-height:1.3;"
    "font-variant-numeric:tabular-nums;overflow-wrap:anywhere}"
    ".tile .unit{font-size:14px;font-weight:500;color:var(--faint);letter-spacing:0}"
    ".tile .more{color:var(--faint);font-size:13px;min-height:20px}"
    "section{padding:22px 24px;margin-bottom:20px}"
    ".legend{display:flex;gap:20px;color:var(--faint);font-size:13px;margin:-8px 0 10px}"
    ".legend i{display:inline-block;width:22px;height:0;border-top:2.5px solid var(--c0);"
    "vertical-align:middle;margin-right:7px}.legend i.dash{border-top:2px dashed var(--faint)}"
    "table{border-collapse:collapse;width:100%;font-size:14px;"
    "font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}"
    ".chart+.scroll,.chart+details{margin-top:18px}"
    "th{color:var(--faint);font-weight:500;font-size:12.5px;text-align:left;white-space:nowrap}"
    "th,td{padding:7px 10px;border-bottom:1px solid var(--line);vertical-align:top}"
    "th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}"
    "tbody tr:last-child td{border-bottom:0}td.text{overflow-wrap:anywhere;min-width:110px}"
    ".num{text-align:right;white-space:nowrap}"
    "details summary{cursor:pointer;color:var(--faint);font-size:13.5px}"
    "details[open] summary{margin-bottom:10px}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:0;"
    "font-size:14px}dt{color:var(--faint)}dd{margin:0}"
    "footer{color:var(--faint);font-size:13px;padding:4px 4px 0}"
    "@media screen and (max-width:760px){main{padding:24px "
    "14px}.tiles{grid-template-columns:repeat(2,"
    "1fr)}section{padding:18px 16px}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}"
    ".tile .much{font-size:21px}section{overflow-x:auto}.chart{min-width:640px}}"
    "@media print{:root{color-scheme:light;--page:#fff;--paper:#fff;--ink:#000;--faint:#444;"
    "--line:#ccc;--good:#0b5c3a;--bad:#8f1d14;--c0:#2f6fdb;--c1:#12a594;--c2:#eda52b;"
    "--c3:#d8497a;--c4:#8660d0;--c5:#8391a7}body{font-size:11pt}main{max-width:none;padding:0}"
    "section,.tile{break-inside:avoid;border-color:#ccc}*{print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}@page{margin:15mm}}";

void qn_page_begin(struct qn_buf *out, const char *title, const char *const *styles)
{
    qn_html_printf(out,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<title>%s</title>\n<style>",
                   title);
    qn_buf_add_str(out, style);
    for (; *styles != NULL; styles++) {
        qn_buf_add_str(out, *styles);
    }
    qn_buf_add_str(out, "</style>\n</head>\n<body>\n<main>\n");
}

void qn_page_end(struct qn_buf *out)
{
    qn_buf_add_str(out, "</main>\n</body>\n</html>\n");
}
