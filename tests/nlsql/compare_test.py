#!/usr/bin/env python3
"""Tests of compare.py itself: compare_test.py CONNINFO, of a shop of scale 1 and seed 0 and a role
that may only read."""

import atexit, contextlib, io, json, os, shutil, sys, tempfile, types

import compare

DB = sys.argv[1]
TMP = tempfile.mkdtemp()
atexit.register(shutil.rmtree, TMP)
cases = [
    {
        "id": "a",
        "lang": "en",
        "class": 1,
        "question": "n",
        "gold_sql": "SELECT count(*) FROM orders",
        "ordered": False,
        "optional_columns": [],
    }
]


def run(pred, cases=cases, *args):
    for name, lines in (("c", cases), ("p", pred)):
        with open(f"{TMP}/{name}.jsonl", "w") as file:
            file.write("\n".join(json.dumps(line) for line in lines))
    if os.path.exists(TMP + "/o.jsonl"):
        os.remove(TMP + "/o.jsonl")
    sys.argv = ["compare.py", "--cases", TMP + "/c.jsonl", "--pred", TMP + "/p.jsonl"]
    sys.argv += ["--db", "shop:" + DB, "--show", "9", "--timeout", "2"]
    sys.argv += ["--out", TMP + "/o.jsonl", *args]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = compare.main()
        except SystemExit as end:
            code = end.code
    r = types.SimpleNamespace(returncode=code, stdout=said.getvalue(), stderr="")
    if code not in (0, 1) or not os.path.exists(TMP + "/o.jsonl"):
        return r, []
    with open(TMP + "/o.jsonl") as file:
        return r, [json.loads(line) for line in file]


bad = 0


def chk(name, cond, extra=""):
    global bad
    if not cond:
        bad += 1
    if not cond:
        print("FAIL", name, extra)
    chk.n = getattr(chk, "n", 0) + 1


def one(sql, gold=None, **k):
    c = [dict(cases[0], **({"gold_sql": gold} if gold else {}), **k)]
    r, o = run([{"id": "a", "sql": sql}], c)
    return (o[0]["verdict"], o[0]["why"]) if o else ("crash", r.stderr[-300:])


for sql, want in [
    ("SELECT count(*) FROM orders", "right"),
    ("SELECT count(*) FROM orders;", "right"),
    ("SELECT 3000", "right"),
    ("SELECT 3000.0", "right"),
    ("SELECT '3000'", "right"),
    ("SELECT 3000.4", "wrong"),
    ("SELECT count(*), 1 FROM orders", "wrong"),
    ("SELECT count(*), count(*) FROM orders", "right"),
    ("SELECT 1; SELECT 3000", "wrong"),
    ("\\! touch nlq_pwned", "wrong"),
    ("COMMIT", "wrong"),
    ("DELETE FROM orders", "wrong"),
    ("INSERT INTO reviews SELECT * FROM reviews RETURNING 1", "wrong"),
    ("SELECT pg_sleep(9)", "wrong"),
    ("SELECT * FROM generate_series(1,100000000)", "wrong"),
    ("SELECT nope", "wrong"),
    ("", "refused"),
    (None, "refused"),
    ("   ", "refused"),
    ("-- x", "wrong"),
    ("SELECT NULL", "wrong"),
    ("EXPLAIN SELECT 1", "wrong"),
    ("SELECT ''", "wrong"),
    ("SELECT count(*) FROM orders WHERE false", "wrong"),
    ("SELECT id FROM orders", "wrong"),
    ("SELECT '\u0000'", "wrong"),
    ("SELECT '你好", "wrong"),
    ("SET timezone='Asia/Shanghai'", "wrong"),
    ("COPY orders TO STDOUT", "wrong"),
    ("SELECT 'NaN'::float8", "wrong"),
    ("SELECT 3000::float8", "right"),
]:
    v, w = one(sql)
    chk(repr(sql)[:60], v == want, (v, w))
chk("no shell", not os.path.exists("nlq_pwned"))
M = "SELECT date_trunc('month',created_at)::date AS m, count(*) AS n FROM orders GROUP BY 1"
for sql, want in [
    ("SELECT to_char(created_at,'YYYY-MM'), count(*) FROM orders GROUP BY 1", "right"),
    ("SELECT count(*), date_trunc('month',created_at) FROM orders GROUP BY 2", "right"),
    (
        "SELECT date_trunc('month',created_at AT TIME ZONE 'UTC'), count(*) FROM orders GROUP BY 1",
        "right",
    ),
    ("SELECT to_char(created_at,'YYYY/MM'), count(*) FROM orders GROUP BY 1", "right"),
    ("SELECT to_char(created_at,'YYYY年MM月'), count(*) FROM orders GROUP BY 1", "right"),
    ("SELECT to_char(created_at,'YYYYMM'), count(*) FROM orders GROUP BY 1", "right"),
    ("SELECT extract(month from created_at), count(*) FROM orders GROUP BY 1", "wrong"),
    (
        "SELECT date_trunc('month',created_at at time zone 'Asia/Shanghai'), count(*) "
        "FROM orders GROUP BY 1",
        "wrong",
    ),
    ("SELECT to_char(created_at,'YYYY-MM-DD'), count(*) FROM orders GROUP BY 1", "wrong"),
]:
    v, w = one(sql, M)
    chk(sql[:60], v == want, (v, w))
Q = "SELECT date_trunc('quarter',created_at)::date AS q, count(*) AS n FROM orders GROUP BY 1"
v, w = one("SELECT to_char(created_at,'YYYY-\"Q\"Q'), count(*) FROM orders GROUP BY 1", Q)
chk("quarter label", v == "right", (v, w))
W = "SELECT date_trunc('week',created_at)::date AS q, count(*) AS n FROM orders GROUP BY 1"
v, w = one("SELECT to_char(created_at,'IYYY-\"W\"IW'), count(*) FROM orders GROUP BY 1", W)
chk("week label", v == "right", (v, w))
Y = "SELECT date_trunc('year',created_at)::date AS q, count(*) AS n FROM orders GROUP BY 1"
for s in (
    "extract(year from created_at)",
    "to_char(created_at,'YYYY')",
    "extract(year from created_at)::int",
):
    v, w = one(f"SELECT {s}, count(*) FROM orders GROUP BY 1", Y)
    chk("year " + s, v == "right", (v, w))
R = (
    "SELECT channel, round(100.0*count(*)/sum(count(*)) over (),2) AS share_pct "
    "FROM orders WHERE id < 1700 GROUP BY 1"
)
for s, want in (
    ("count(*)*1.0/sum(count(*)) over ()", "right"),
    ("count(*)*100.0/sum(count(*)) over ()", "right"),
    ("round(count(*)*100.0/sum(count(*)) over (),1)", "wrong"),
    ("round(count(*)*100.0/sum(count(*)) over (),2)||'%'", "right"),
    ("count(*)", "wrong"),
    ("(count(*)*100.0/sum(count(*)) over ())::float8", "right"),
):
    v, w = one(f"SELECT channel, {s} FROM orders WHERE id < 1700 GROUP BY 1", R)
    chk("pct " + s[:40], v == want, (v, w))
# columns belonging to different rows, optional columns, order with ties
S = "SELECT status, channel, count(*) AS n FROM orders GROUP BY 1,2"
v, w = one("SELECT channel, count(*) AS n, status FROM orders GROUP BY 1,3", S)
chk("permuted", v == "right", (v, w))
v, w = one(
    "SELECT a.status, b.channel, a.n FROM (SELECT status, channel, count(*) n, "
    "row_number() over (order by status, channel) rn FROM orders GROUP BY 1,2) a "
    "JOIN (SELECT channel, row_number() over (order by channel desc, status) rn "
    "FROM orders GROUP BY status, channel) b USING (rn)",
    S,
)
chk("columns right, rows mixed", v == "wrong", (v, w))
O = "SELECT name, id, price FROM products ORDER BY price DESC LIMIT 5"
kw = dict(ordered=True, order_keys=["price"], optional_columns=["id", "price"])
for sql, want in (
    ("SELECT name FROM products ORDER BY price DESC LIMIT 5", "right"),
    ("SELECT id FROM products ORDER BY price DESC LIMIT 5", "wrong"),
    ("SELECT name, stock FROM products ORDER BY price DESC LIMIT 5", "wrong"),
    ("SELECT price, name, id FROM products ORDER BY price DESC LIMIT 5", "right"),
    (
        "SELECT name FROM (SELECT name FROM products ORDER BY price DESC LIMIT 5) x "
        "ORDER BY 1 DESC",
        "wrong",
    ),
):
    v, w = one(sql, O, **kw)
    chk(sql[:60], v == want, (v, w))
r = one(
    "SELECT x FROM (VALUES ('a'),('c'),('b')) v(x)",
    "SELECT x, k FROM (VALUES ('a',1),('b',2),('c',2)) v(x,k)",
    ordered=True,
    order_keys=["k"],
    optional_columns=["k"],
)
chk("tie group", r[0] == "right", r)
r = one(
    "SELECT x FROM (VALUES ('b'),('a'),('c')) v(x)",
    "SELECT x, k FROM (VALUES ('a',1),('b',2),('c',2)) v(x,k)",
    ordered=True,
    order_keys=["k"],
    optional_columns=["k"],
)
chk("tie group broken", r[0] == "wrong", r)
r = one("SELECT x FROM (VALUES (1),(1),(2)) v(x)", "SELECT x FROM (VALUES (1),(2),(2)) v(x)")
chk("multiset", r[0] == "wrong", r)
# thresholds and exit codes
C = cases + [
    dict(cases[0], id="b", gold_sql=None, **{"class": 20}),
    dict(cases[0], id="c", gold_sql=None, refuse="offline", **{"class": 20}),
    dict(cases[0], id="d"),
]
pr = [
    {"id": "a", "sql": "SELECT 3000", "ms": 1},
    {"id": "b", "sql": None, "ms": 2},
    {"id": "c", "sql": "SELECT 1"},
    {"id": "d", "sql": "SELECT 2"},
]
for args, rc in (
    ([], 0),
    (["--min-precision", "0.34"], 1),
    (["--min-precision", "0.33"], 0),
    (["--min-ex", "0.5"], 0),
    (["--min-ex", "0.51"], 1),
    (["--min-refusal", "0.5"], 0),
    (["--min-refusal", "0.6"], 1),
    (["--max-wrong", "0.5"], 0),
    (["--max-wrong", "0.49"], 1),
    (["--path", "llm", "--min-refusal", "1"], 0),
    (["--min-ex-1-12", "0.5"], 0),
    (["--max-p95-ms", "2"], 0),
    (["--max-p95-ms", "1"], 1),
):
    r, _ = run(pr, C, *args)
    chk(
        " ".join(args) or "no thresholds",
        r.returncode == rc,
        (r.returncode, r.stdout[-400:], r.stderr[-300:]),
    )
r, o = run([], C)
chk("no predictions", r.returncode == 0 and "no prediction" in r.stdout)
print("%d checks, %d failures" % (chk.n, bad))
sys.exit(bad > 0)
