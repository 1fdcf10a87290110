#!/usr/bin/env python3
"""Scores statements made of questions by running them beside the right ones (execution accuracy).

    compare.py --cases dev.jsonl --pred pred.jsonl --db "shop:host=... dbname=shop user=reader"
    compare.py --cases dev.jsonl --gold-self --db ...     (right ones against themselves)

--db NAME:CONNINFO may be given several times. Several with one NAME are data variants of that
database: a statement is right only when it is right on all of them. Predictions are lines
{"id": "...", "sql": "SELECT ..." | null, "ms": 1.2 (optional)}; null or no line is "refused".

The standard library only: libpq through ctypes, one statement a query by protocol, a READ ONLY
transaction that is rolled back, a time-out, a limit of rows. Use a role that can only read.
"""

import argparse, bisect, collections, ctypes, ctypes.util, datetime, json, os, re, sys, time
from decimal import Decimal, InvalidOperation

NUMERIC = {20, 21, 23, 26, 700, 701, 1700}
DATES = {1082, 1114, 1184}
OPTIONS = (
    "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1 "
    "-c client_encoding=UTF8 -c default_transaction_read_only=on -c jit=off -c statement_timeout=%d"
)


class DbError(Exception):
    pass


class Pg:
    """The few libpq calls that are needed."""

    lib = None

    def __init__(self, conninfo, timeout_s=30, max_rows=10000):
        if Pg.lib is None:
            lib = ctypes.CDLL(ctypes.util.find_library("pq") or "libpq.so.5")
            p, i, s = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
            for name, res, args in (
                ("PQconnectdb", p, [s]),
                ("PQstatus", i, [p]),
                ("PQerrorMessage", s, [p]),
                ("PQfinish", None, [p]),
                ("PQexec", p, [p, s]),
                ("PQsendQueryParams", i, [p, s, i, p, p, p, p, i]),
                ("PQsetSingleRowMode", i, [p]),
                ("PQgetResult", p, [p]),
                ("PQresultStatus", i, [p]),
                ("PQresultErrorMessage", s, [p]),
                ("PQntuples", i, [p]),
                ("PQnfields", i, [p]),
                ("PQfname", s, [p, i]),
                ("PQftype", ctypes.c_uint, [p, i]),
                ("PQgetvalue", s, [p, i, i]),
                ("PQgetisnull", i, [p, i, i]),
                ("PQclear", None, [p]),
                ("PQgetCancel", p, [p]),
                ("PQcancel", i, [p, s, i]),
                ("PQfreeCancel", None, [p]),
            ):
                f = getattr(lib, name)
                f.restype, f.argtypes = res, args
            Pg.lib = lib
        self.conninfo, self.timeout_s, self.max_rows, self.conn = (
            conninfo,
            timeout_s,
            max_rows,
            None,
        )
        self.open()

    def open(self):
        os.environ["PGOPTIONS"] = OPTIONS % int(self.timeout_s * 1000)
        self.conn = self.lib.PQconnectdb(self.conninfo.encode())
        if self.lib.PQstatus(self.conn) != 0:
            raise SystemExit(
                "cannot connect: " + self.lib.PQerrorMessage(self.conn).decode("utf-8", "replace")
            )

    def close(self):
        if self.conn:
            self.lib.PQfinish(self.conn)
        self.conn = None

    def query(self, sql):
        """-> (names, type oids, rows of str|None). Raises DbError."""
        L, sql = self.lib, sql.strip().rstrip(";")
        if "\0" in sql:
            raise DbError("NUL in the statement")
        L.PQclear(L.PQexec(self.conn, b"BEGIN READ ONLY"))
        try:
            if not L.PQsendQueryParams(
                self.conn, sql.encode("utf-8", "replace"), 0, None, None, None, None, 0
            ):
                raise DbError(L.PQerrorMessage(self.conn).decode("utf-8", "replace").strip())
            L.PQsetSingleRowMode(self.conn)
            names, types, rows, error, tuples = [], [], [], None, False
            while True:
                r = L.PQgetResult(self.conn)
                if not r:
                    break
                st = L.PQresultStatus(r)
                if st in (2, 9):  # PGRES_TUPLES_OK, PGRES_SINGLE_TUPLE
                    n = L.PQnfields(r)
                    if not tuples:
                        names = [L.PQfname(r, c).decode() for c in range(n)]
                        types = [L.PQftype(r, c) for c in range(n)]
                        tuples = True
                    for t in range(L.PQntuples(r)):
                        rows.append(
                            [
                                (
                                    None
                                    if L.PQgetisnull(r, t, c)
                                    else L.PQgetvalue(r, t, c).decode("utf-8", "replace")
                                )
                                for c in range(n)
                            ]
                        )
                    if len(rows) > self.max_rows and not error:
                        error = "more than %d rows" % self.max_rows
                        c, buf = L.PQgetCancel(self.conn), ctypes.create_string_buffer(256)
                        L.PQcancel(c, buf, 256)
                        L.PQfreeCancel(c)
                elif not error:
                    error = (
                        L.PQresultErrorMessage(r).decode("utf-8", "replace").strip()
                        or "not a query"
                    )
                    if st in (3, 4, 8):  # COPY: libpq would repeat this result for ever
                        L.PQclear(r)
                        raise DbError("COPY is not a query")
                L.PQclear(r)
            if error or not tuples:
                raise DbError(error or "returns no rows set")
            return names, types, rows
        except DbError:
            self.close()  # whatever it did to the session is gone
            self.open()
            raise
        finally:
            L.PQclear(L.PQexec(self.conn, b"ROLLBACK"))


# ---------------------------------------------------------------- values
def as_number(v):
    try:
        d = Decimal(v.strip().rstrip("%").strip())
        return d if d.is_finite() else None
    except InvalidOperation:
        return None


def iso_monday(year, week):
    try:
        return datetime.date.fromisocalendar(year, week, 1).isoformat()
    except ValueError:
        return None


def as_time(v, loose):
    """Canonical text of a date or time; midnight equals the date. loose also reads labels of
    months, quarters, weeks, years."""
    v = v.strip()
    m = re.fullmatch(
        r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?(?:\.\d+)?)(?:Z|[+-]00(?::?00)?)?)?", v
    )
    if m:
        t = m.group(2) or "00:00:00"
        t = t if len(t) > 5 else t + ":00"
        t = t.rstrip("0").rstrip(".") if "." in t else t
        return m.group(1) if t == "00:00:00" else m.group(1) + " " + t
    if not loose:
        return None
    m = re.fullmatch(r"(\d{4})[-/年 ]?(\d\d?)月?", v)
    if m and 1 <= int(m.group(2)) <= 12 and (len(v) > 6 or not v.isdigit() or len(m.group(2)) == 2):
        return "%s-%02d-01" % (m.group(1), int(m.group(2)))
    m = re.fullmatch(r"(\d{4})[- ]?[Qq]([1-4])", v)
    if m:
        return "%s-%02d-01" % (m.group(1), int(m.group(2)) * 3 - 2)
    m = re.fullmatch(r"(\d{4})[- ]?[Ww](\d\d?)", v)
    if m:
        return iso_monday(int(m.group(1)), int(m.group(2)))
    m = re.fullmatch(r"(\d{4})(?:\.0+)?年?", v)
    return m.group(1) + "-01-01" if m and 1900 <= int(m.group(1)) <= 2100 else None


class GoldColumn:
    """How the cells of a predicted column are read when they are held against this gold column."""

    def __init__(self, name, oid, cells):
        self.kind = "num" if oid in NUMERIC else "time" if oid in DATES else "text"
        self.percent = name.endswith("_pct")
        if self.kind == "num":
            nums = [Decimal(c) for c in cells if c is not None and as_number(c) is not None]
            self.scale = max([max(0, -n.as_tuple().exponent) for n in nums] or [0])
            self.values = sorted(set(nums))
            self.tol = (
                Decimal(5).scaleb(-self.scale - 1) * Decimal("1.000001")
                if self.scale
                else Decimal("1e-6")
            )
        self.cells = [self.gold(c) for c in cells]
        self.counter = collections.Counter(self.cells)

    def gold(self, c):
        if c is None:
            return None
        if self.kind == "num":
            return as_number(c)
        return as_time(c, False) or c if self.kind == "time" else c

    def snap(self, d):
        k = bisect.bisect_left(self.values, d)
        best = min(
            (v for v in self.values[max(0, k - 1) : k + 1]), key=lambda v: abs(v - d), default=None
        )
        return best if best is not None and abs(best - d) <= self.tol else d

    def read(self, cells, oid):
        """Candidate readings (lists) of a predicted column."""
        if self.kind == "num":
            if oid in DATES:
                return []
            nums = [None if c is None else as_number(c) for c in cells]
            if any(n is None and c is not None for n, c in zip(nums, cells)):
                return []
            out = [[None if n is None else self.snap(n) for n in nums]]
            if self.percent:
                out.append([None if n is None else self.snap(n * 100) for n in nums])
            return out
        if self.kind == "time":
            return [[None if c is None else as_time(c, True) or c for c in cells]]
        return [list(cells)]


def match(gold, order_keys, optional, ordered, pred):
    """None when pred answers gold, else why not."""
    gn, gt, grows = gold
    pn, pt, prows = pred
    if len(grows) != len(prows):
        return "%d rows instead of %d" % (len(prows), len(grows))
    gcols = [GoldColumn(n, t, [r[i] for r in grows]) for i, (n, t) in enumerate(zip(gn, gt))]
    required = {i for i, n in enumerate(gn) if n not in optional}
    cands = []
    for j in range(len(pn)):
        cells, c = [r[j] for r in prows], []
        for i, g in enumerate(gcols):
            for reading in g.read(cells, pt[j]):
                if collections.Counter(reading) == g.counter:
                    c.append((i, reading))
        if not c:
            return "column %d (%s) is in no gold column" % (j + 1, pn[j])
        cands.append(c)
    keys = [gn.index(k) for k in order_keys] if order_keys else list(range(len(gn)))
    groups, start = [], 0
    if ordered:
        for k in range(1, len(grows) + 1):
            if k == len(grows) or any(gcols[c].cells[k] != gcols[c].cells[k - 1] for c in keys):
                groups.append((start, k))
                start = k
    else:
        groups = [(0, len(grows))]
    order = sorted(range(len(pn)), key=lambda j: len(cands[j]))
    steps = 0

    def rows_equal(assign):
        used = sorted(assign.items())
        for a, b in groups:
            g = collections.Counter(
                tuple(gcols[i].cells[r] for _, (i, _) in used) for r in range(a, b)
            )
            p = collections.Counter(
                tuple(reading[r] for _, (_, reading) in used) for r in range(a, b)
            )
            if g != p:
                return False
        return True

    def search(k, assign):
        nonlocal steps
        steps += 1
        if steps > 20000:
            return False
        if k == len(order):
            return required <= {i for i, _ in assign.values()} and rows_equal(assign)
        for c in cands[order[k]]:
            assign[order[k]] = c
            if search(k + 1, assign):
                return True
            del assign[order[k]]
        return False

    if not required <= {i for c in cands for i, _ in c}:
        return "missing column " + ", ".join(
            gn[i] for i in sorted(required - {i for c in cands for i, _ in c})
        )
    return (
        None if search(0, {}) else "rows differ" + (" or are in another order" if ordered else "")
    )


# ---------------------------------------------------------------- scoring
def load(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def pct(a, b):
    return "%6.1f %%" % (100.0 * a / b) if b else "     n/a"


def main():
    ap = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ap.add_argument("--cases", required=True, action="append")
    ap.add_argument("--pred")
    ap.add_argument("--gold-self", action="store_true", help="use the gold SQL as the prediction")
    ap.add_argument("--db", action="append", required=True, metavar="NAME:CONNINFO")
    ap.add_argument(
        "--path",
        choices=("rules", "llm"),
        default="rules",
        help='llm: cases with "refuse":"offline" are left out of the scores',
    )
    ap.add_argument("--timeout", type=float, default=30)
    ap.add_argument("--max-rows", type=int, default=10000)
    ap.add_argument("--show", type=int, default=0, metavar="N", help="print up to N wrong answers")
    ap.add_argument("--out", help="write one JSON line per case")
    ap.add_argument("--min-precision", type=float, help="of answered, 0-1 (plan: 0.95)")
    ap.add_argument("--min-ex", type=float, help="over answerable (plan: 0.80)")
    ap.add_argument(
        "--min-ex-1-12", type=float, help="over answerable of classes 1-12 (plan: 0.90)"
    )
    ap.add_argument("--min-refusal", type=float, help="share of must-refuse refused (plan: 28/30)")
    ap.add_argument("--max-wrong", type=float, help="wrong answers of all cases (plan: 0.04)")
    ap.add_argument("--max-p95-ms", type=float)
    a = ap.parse_args()
    if bool(a.pred) == a.gold_self:
        ap.error("give --pred or --gold-self")
    dbs = collections.defaultdict(list)
    for d in a.db:
        name, _, info = d.partition(":")
        dbs[name].append(Pg(info, a.timeout, a.max_rows))
    cases = [c for f in a.cases for c in load(f)]
    if len({c["id"] for c in cases}) != len(cases):
        ap.error("case ids are not unique")
    preds = (
        {c["id"]: {"sql": c["gold_sql"]} for c in cases}
        if a.gold_self
        else {p["id"]: p for p in load(a.pred)}
    )
    missing = [c["id"] for c in cases if c["id"] not in preds]
    unknown = set(preds) - {c["id"] for c in cases}
    if missing:
        print("no prediction (counted as refused): %d" % len(missing))
    if unknown:
        print("predictions without a case (ignored): %d" % len(unknown))

    results, gold_errors = [], 0
    for c in cases:
        sql = preds.get(c["id"], {}).get("sql")
        sql = sql if isinstance(sql, str) and sql.strip() else None
        why, t0 = None, time.monotonic()
        if c["gold_sql"] is None:
            if a.path == "llm" and c.get("refuse") == "offline":
                continue
            verdict = "refused-right" if sql is None else "wrong"
            why = None if sql is None else "answered a must-refuse question"
        elif sql is None:
            verdict = "refused"
        else:
            verdict = "right"
            name = c.get("db", "shop")
            if name not in dbs:
                ap.error("no --db for " + name)
            for v, pg in enumerate(dbs[name]):
                try:
                    gold = pg.query(c["gold_sql"])
                except DbError as e:
                    why, gold_errors = "GOLD FAILS on variant %d: %s" % (v, e), gold_errors + 1
                    verdict = "wrong"
                    break
                if not gold[2] or all(x is None for r in gold[2] for x in r):
                    gold_errors += 1
                    print("GOLD EMPTY: %s on variant %d" % (c["id"], v))
                try:
                    why = match(
                        gold,
                        c.get("order_keys"),
                        set(c.get("optional_columns") or ()),
                        c.get("ordered"),
                        pg.query(sql),
                    )
                except DbError as e:
                    why = "error: %s" % e
                if why:
                    verdict, why = "wrong", "variant %d: %s" % (v, why)
                    break
        results.append((c, sql, verdict, why, time.monotonic() - t0))

    for pg in (pg for variants in dbs.values() for pg in variants):
        pg.close()

    def row(label, rs):
        ans = [r for r in rs if r[0]["gold_sql"] is not None]
        ref = [r for r in rs if r[0]["gold_sql"] is None]
        right = sum(r[2] == "right" for r in ans)
        given = sum(r[1] is not None for r in rs)
        wrong = sum(r[2] == "wrong" for r in rs)
        cover = sum(r[1] is not None for r in ans)
        print(
            "%-14s %4d  EX %s  precision %s  coverage %s  wrong %s  refusal %s"
            % (
                label,
                len(rs),
                pct(right, len(ans)),
                pct(right, given),
                pct(cover, len(ans)),
                pct(wrong, len(rs)),
                pct(sum(r[2] == "refused-right" for r in ref), len(ref)),
            )
        )
        return (
            right / len(ans) if ans else None,
            right / given if given else None,
            wrong / len(rs) if rs else 0,
            sum(r[2] == "refused-right" for r in ref) / len(ref) if ref else None,
        )

    for k in sorted({r[0]["class"] for r in results}):
        row("class %d" % k, [r for r in results if r[0]["class"] == k])
    for k in sorted({r[0]["lang"] for r in results}):
        row("lang " + k, [r for r in results if r[0]["lang"] == k])
    if len({r[0].get("db", "shop") for r in results}) > 1:
        for k in sorted({r[0].get("db", "shop") for r in results}):
            row("db " + k, [r for r in results if r[0].get("db", "shop") == k])
    for k in sorted({t for r in results for t in r[0].get("tags", ())}):
        row("tag " + k, [r for r in results if k in r[0].get("tags", ())])
    ex112, _, _, _ = row("classes 1-12", [r for r in results if r[0]["class"] <= 12])
    ex, prec, wrong, refusal = row("ALL", results)
    groups = collections.defaultdict(list)
    for r in results:
        if r[0].get("group"):
            groups[r[0]["group"]].append(r[2])
    if groups:
        print(
            "paraphrase groups: %d, all right %d, mixed %d"
            % (
                len(groups),
                sum(set(g) == {"right"} for g in groups.values()),
                sum(len(set(g)) > 1 for g in groups.values()),
            )
        )
    ms = sorted(p["ms"] for p in preds.values() if isinstance(p.get("ms"), (int, float)))
    p95 = ms[min(len(ms) - 1, int(0.95 * len(ms)))] if ms else None
    if ms:
        print("translator ms: P50 %.1f  P95 %.1f  max %.1f" % (ms[len(ms) // 2], p95, ms[-1]))
    shown = 0
    for c, sql, verdict, why, _ in results:
        if verdict == "wrong" and shown < a.show:
            shown += 1
            print(
                "\n%s (class %d) %s\n  %s\n  pred: %s\n  gold: %s"
                % (c["id"], c["class"], c["question"], why, sql, c["gold_sql"])
            )
    if a.out:
        with open(a.out, "w", encoding="utf-8") as f:
            for c, sql, verdict, why, dt in results:
                f.write(
                    json.dumps(
                        {
                            "id": c["id"],
                            "class": c["class"],
                            "lang": c["lang"],
                            "verdict": verdict,
                            "why": why,
                            "sql": sql,
                            "s": round(dt, 3),
                        },
                        ensure_ascii=False,
                    )
                    + "\n"
                )
    fails = ["%d gold queries failed or were empty" % gold_errors] if gold_errors else []
    for label, value, low in (
        ("precision", prec, a.min_precision),
        ("EX", ex, a.min_ex),
        ("EX classes 1-12", ex112, a.min_ex_1_12),
        ("refusal", refusal, a.min_refusal),
    ):
        if low is not None and (value is None or value < low - 1e-9):
            fails.append("%s %s < %.4f" % (label, "n/a" if value is None else "%.4f" % value, low))
    if a.max_wrong is not None and wrong > a.max_wrong + 1e-9:
        fails.append("wrong answers %.4f > %.4f" % (wrong, a.max_wrong))
    if a.max_p95_ms is not None and (p95 is None or p95 > a.max_p95_ms):
        fails.append("P95 ms")
    if a.gold_self and any(r[2] == "wrong" for r in results):
        fails.append("gold against gold is not 100 %")
    for f in fails:
        print("FAIL: " + f)
    return 1 if fails else 0


if __name__ == "__main__":
    sys.exit(main())
