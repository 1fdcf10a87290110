#include "sales_style.h"

const char sales_style[] =
    "header .days{color:var(--ink);font-size:17px}"
    ".empty{background:var(--paper);border:1px solid var(--line);"
    "border-left:4px solid var(--c2);border-radius:12px;padding:18px 22px;margin-bottom:20px}"
    ".empty p{margin:4px 0 0;color:var(--faint)}.up{color:var(--good);font-weight:600}"
    ".down{color:var(--bad);font-weight:600}"
    ".pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:20px}"
    ".pair section{min-width:0}tr.rest td{color:var(--faint);font-style:italic}"
    "@media screen and (max-width:760px){.pair{grid-template-columns:1fr;gap:0}}"
    "@media print{.pair{grid-template-columns:1fr}}";
