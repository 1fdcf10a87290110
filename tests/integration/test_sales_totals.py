"""The sales report against an independent calculation, over generated data sets.

Each set is a small shop, without constraints, and a request. What the report says is
compared with what the plain loops here say; the SQL of the report is not used.
"""
import contextlib
import datetime as dt
import decimal
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import unittest
import zoneinfo

import servers

decimal.getcontext().prec = 80
UTC = dt.timezone.utc
DAY = dt.timedelta(days=1)
STATUSES = ["pending", "paid", "shipped", "cancelled", "refunded"]
MONEY = re.compile(r"-?\d+\.\d{2,}")

SCHEMA = """
CREATE TABLE categories (id int, name text);
CREATE TABLE users (id int, country text);
CREATE TABLE products (id int, category_id int, name text);
CREATE TABLE orders (id bigint, user_id int, status text, channel text, total_amount numeric,
                     created_at timestamptz);
CREATE TABLE order_items (id bigint, order_id bigint, product_id int, quantity numeric,
                          unit_price numeric);
"""

# zone, first day, last day: around changes of the clock, ends of months, leap days.
PERIODS = [
    ("UTC", "2025-06-01", "2025-06-30"),
    ("Asia/Shanghai", "2025-06-30", "2025-06-30"),
    ("Asia/Shanghai", "2024-02-29", "2024-02-29"),
    ("Asia/Shanghai", "2024-02-01", "2024-02-29"),
    ("Europe/Berlin", "2025-03-30", "2025-03-30"),    # 23 hours
    ("Europe/Berlin", "2025-10-26", "2025-10-26"),    # 25 hours
    ("Europe/Berlin", "2025-03-01", "2025-03-31"),
    ("America/New_York", "2024-11-01", "2024-11-10"),
    ("America/New_York", "2025-03-08", "2025-03-10"),
    ("America/Sao_Paulo", "2018-11-03", "2018-11-05"),  # midnight is skipped
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04"),
    ("America/Havana", "2024-11-02", "2024-11-04"),   # midnight comes twice
    ("America/Havana", "2024-11-03", "2024-11-03"),
    ("Asia/Beirut", "2024-03-31", "2024-03-31"),
    ("Africa/Cairo", "2024-04-25", "2024-04-27"),
    ("Australia/Lord_Howe", "2025-04-05", "2025-04-07"),  # half an hour
    ("Pacific/Apia", "2011-12-28", "2012-01-02"),     # a day that never was
    ("Asia/Kathmandu", "2025-01-30", "2025-02-02"),
    ("America/St_Johns", "2025-12-31", "2026-01-01"),
    ("Pacific/Kiritimati", "2023-12-31", "2024-03-01"),
    ("Europe/London", "2021-01-01", "2025-12-31"),    # five years
]


def day_start(day, zone):
    """The first instant of a day: fold=0 is the earlier of two midnights, and the
    change itself where midnight is skipped."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


class Shop:
    """A generated shop. kind says what is special about it."""

    def __init__(self, rng, zone, first, last, kind):
        self.rng, self.kind = rng, kind
        self.categories = [(i, f"Category {i}") for i in range(1, 5)]
        self.users = [(i, rng.choice(["France", "中国", "Japan", None])) for i in range(1, 13)]
        self.products = [(i, rng.choice([1, 2, 3, 4, 99, None]), f"Product {i}")
                         for i in range(1, 16)]
        self.orders, self.items = [], []
        for instant in self.instants(zone, first, last):
            self.add_order(instant)

    def instants(self, zone, first, last):
        start, end = day_start(first, zone), day_start(last + DAY, zone)
        tick = dt.timedelta(microseconds=1)
        if self.kind == "empty":
            return
        if self.kind == "one":
            yield start
            return
        yield from (start - tick, start, start + tick, end - tick, end, end + tick)
        for day in range(min((last - first).days + 1, 40)):
            bound = day_start(first + day * DAY, zone)
            yield from (bound - tick, bound)
        margin = (end - start) + dt.timedelta(days=45)
        span = int((end - start + 2 * margin).total_seconds())
        for _ in range(self.rng.randrange(40, 160)):
            yield start - margin + dt.timedelta(seconds=self.rng.randrange(span))

    def price(self):
        if self.kind == "huge":
            return decimal.Decimal(self.rng.randrange(10**30)) / 100
        if self.kind == "fine":
            return decimal.Decimal(self.rng.randrange(10**7)) / 10000
        price = decimal.Decimal(self.rng.randrange(1, 50000)) / 100
        return -price if self.kind == "negative" and self.rng.random() < 0.4 else price

    def add_order(self, created):
        number = len(self.orders) + 1
        whole = decimal.Decimal(0)
        for _ in range(self.rng.randrange(0 if self.kind == "loose" else 1, 5)):
            product = self.rng.randrange(1, 16)
            if self.kind == "loose" and self.rng.random() < 0.3:
                product = self.rng.choice([None, 777])
            quantity, price = self.rng.randrange(1, 6), self.price()
            self.items.append((len(self.items) + 1, number, product, quantity, price))
            whole += quantity * price
        if self.kind == "loose" and self.rng.random() < 0.3:
            whole += decimal.Decimal("4.99")
        weights = {"refunds": [1, 2, 2, 2, 6], "cancelled": [0, 0, 0, 1, 0]}
        status = self.rng.choices(STATUSES, weights.get(self.kind, [1, 4, 6, 2, 1]))[0]
        user = self.rng.choice([None, 555, 3]) if self.kind == "loose" else \
            self.rng.randrange(1, 13)
        channel = self.rng.choice(["web", "app", "store"] + [None] * (self.kind == "loose"))
        if self.kind == "one":
            status = "paid"
        self.orders.append((number, user, status, channel, whole, created))

    def sql(self):
        def value(v):
            if v is None:
                return "NULL"
            if isinstance(v, str):
                return "'" + v.replace("'", "''") + "'"
            return f"'{v.isoformat()}'" if isinstance(v, dt.datetime) else str(v)
        script = ["TRUNCATE categories, users, products, orders, order_items;"]
        for table in ("categories", "users", "products", "orders", "items"):
            rows = getattr(self, table)
            name = "order_items" if table == "items" else table
            if rows:
                script.append(f"INSERT INTO {name} VALUES " + ", ".join(
                    "(" + ", ".join(map(value, row)) + ")" for row in rows) + ";")
        return "\n".join(script)


def rounded(value):
    return value.quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_UP)


def share(part, whole):
    return None if whole == 0 else rounded(100 * decimal.Decimal(part) / decimal.Decimal(whole))


class Expected:
    """The figures of one period, by loops over everything."""

    def __init__(self, shop, zone, first, last, group, counted):
        self.shop, self.zone, self.first, self.last = shop, zone, first, last
        self.placed = [o for o in shop.orders if first <= self.day(o) <= last]
        self.sales = [o for o in self.placed if o[2] in counted]
        self.counted, self.group = counted, group
        numbers = {o[0] for o in self.sales}
        self.items = [i for i in shop.items if i[1] in numbers]

    def day(self, order):
        return order[5].astimezone(self.zone).date()

    def total(self):
        return sum((o[4] for o in self.sales), decimal.Decimal(0))

    def totals(self):
        buyers = {o[1] for o in self.sales if o[1] is not None}
        known = {o[1] for o in self.shop.orders
                 if o[2] in self.counted and self.day(o) < self.first}
        cancelled = sum(o[2] == "cancelled" for o in self.placed)
        return {
            "total_sales": self.total(),
            "total_orders": len(self.sales),
            "average_order_value":
                rounded(self.total() / len(self.sales)) if self.sales else None,
            "units": sum(i[3] for i in self.items),
            "customers": len(buyers),
            "new_customers": len(buyers - known),
            "returning_customers": len(buyers & known),
            "all_orders": len(self.placed),
            "cancelled_orders": cancelled,
            "cancelled_rate": share(cancelled, len(self.placed)),
        }

    def bucket(self, day):
        if self.group == "day":
            return day
        start = day - day.weekday() * DAY if self.group == "week" else day.replace(day=1)
        return max(start, self.first)

    def series(self):
        days = [self.first + n * DAY for n in range((self.last - self.first).days + 1)]
        buckets = {}
        for day in days:
            row = buckets.setdefault(self.bucket(day), [day, day, 0, decimal.Decimal(0)])
            row[1] = day
        for order in self.sales:
            row = buckets[self.bucket(self.day(order))]
            row[2] += 1
            row[3] += order[4]
        return list(buckets.values())

    def by(self, key, orders):
        sums = {}
        for order in orders:
            row = sums.setdefault(key(order) or "(unknown)", [0, decimal.Decimal(0)])
            row[0] += 1
            row[1] += order[4]
        return sums

    def products(self):
        """id -> [sales, units] of those that are there; and the same of the others."""
        there = {p[0] for p in self.shop.products}
        sums, lost = {}, [decimal.Decimal(0), 0]
        for _, _, product, quantity, price in self.items:
            row = sums.setdefault(product, [decimal.Decimal(0), 0]) if product in there else lost
            row[0] += quantity * price
            row[1] += quantity
        return sums, lost

    def ranking(self, by_units):
        sums, _ = self.products()
        first, second = (1, 0) if by_units else (0, 1)
        return sorted(sums, key=lambda p: (-sums[p][first], -sums[p][second], p))


def base_of(first, last, compare):
    """The comparison period, inclusive."""
    over = last + DAY

    def year_before(day):
        with contextlib.suppress(ValueError):
            return day.replace(year=day.year - 1)
        return day.replace(year=day.year - 1, day=28)
    if compare == "year":
        return year_before(first), year_before(over) - DAY
    if first.day == 1 and over.day == 1:
        months = 12 * (over.year - first.year) + over.month - first.month
        number = 12 * first.year + first.month - 1 - months
        return dt.date(number // 12, number % 12 + 1, 1), first - DAY
    return first - (over - first), first - DAY


class SalesTotals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="qns", dir="/tmp")
        cls.addClassCleanup(cls.folder.cleanup)
        os.chmod(cls.folder.name, 0o711)
        cls.server = servers.start_postgres(pathlib.Path(cls.folder.name) / "pg")
        cls.addClassCleanup(cls.server.stop)
        cls.server.psql(SCHEMA)
        cls.files = pathlib.Path(cls.folder.name) / "files"
        cls.files.mkdir()

    def probe(self, arguments, database="postgres"):
        return subprocess.run(
            [servers.BIN / "sales_probe", self.server.database_url(database),
             json.dumps(arguments), self.files], text=True, capture_output=True, timeout=120)

    def report(self, arguments):
        done = self.probe(arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def equal(self, said, value, what):
        """A figure of the report is that value, money and shares as decimal text."""
        if value is None:
            self.assertIsNone(said, what)
        elif isinstance(value, decimal.Decimal):
            self.assertRegex(said, MONEY, what)
            self.assertEqual(decimal.Decimal(said), value, what)
        else:
            self.assertEqual(said, value, what)

    def check_totals(self, report, now, base):
        for name, value in now.totals().items():
            self.equal(report["totals"][name], value, name)
            if base is None:
                continue
            before = base.totals()[name]
            self.equal(report["comparison"][name], before, name)
            change = report["changes"][name]
            if value is None or before is None:
                self.assertEqual(change, {"change": None, "percent": None})
                continue
            self.assertEqual(decimal.Decimal(str(change["change"])), value - before, name)
            self.equal(change["percent"], None if before == 0 else rounded(
                100 * decimal.Decimal(value - before) / abs(before)), name)

    def check_series(self, rows, expected):
        series = expected.series()
        self.assertEqual([(r["from"], r["to"], r["orders"]) for r in rows],
                         [(str(first), str(last), n) for first, last, n, _ in series])
        for row, (_, _, _, sales) in zip(rows, series):
            self.equal(row["sales"], sales, row["from"])

    def check_names(self, rows, sums, whole, by_orders=False):
        self.assertEqual({row["name"] for row in rows}, set(sums))
        for row in rows:
            orders, sales = sums[row["name"]]
            self.assertEqual(row["orders"], orders)
            self.equal(row["sales"], sales, row["name"])
            self.equal(row["share"], share(orders if by_orders else sales, whole), row["name"])

    def check_top(self, report, key, now, base, by_units):
        sums, _ = now.products()
        ranking = now.ranking(by_units)[:10]
        was = base.ranking(by_units) if base else []
        whole = sum(i[3] for i in now.items) if by_units else now.total()
        rows = report[f"top_products_by_{key}"]
        self.assertEqual([int(row["id"]) for row in rows], ranking)
        for place, row in enumerate(rows, 1):
            product = int(row["id"])
            self.assertEqual((row["rank"], row["name"]), (place, f"Product {product}"))
            self.equal(row["sales"], sums[product][0], product)
            self.assertEqual(row["units"], sums[product][1])
            self.equal(row["share"], share(sums[product][by_units], whole), product)
            before = was.index(product) + 1 if product in was else None
            self.assertEqual(row["previous_rank"], before)
            self.assertEqual(row["rank_change"], before and before - place)

    def check_parts(self, report, now):
        """The parts of each division add up to the total, to the last digit."""
        total = now.total()
        divisions = [["series"], ["channels"], ["countries"], ["categories"],
                     ["top_products_by_revenue", "rest_by_revenue"],
                     ["top_products_by_units", "rest_by_units"]]
        for keys in divisions:
            parts = sum((decimal.Decimal(row["sales"]) for key in keys for row in report[key]),
                        decimal.Decimal(0))
            self.assertEqual(parts, total, keys)
        units = sum(row["units"] or 0 for key in ("top_products_by_units", "rest_by_units")
                    for row in report[key])
        self.assertEqual(units, sum(i[3] for i in now.items))
        _, lost = now.products()
        said = [row for row in report["rest_by_revenue"] if row["name"] == "(no product)"]
        if any(i[2] not in {p[0] for p in now.shop.products} for i in now.items):
            self.equal(said[0]["sales"], lost[0], "(no product)")
            self.assertEqual(said[0]["units"], lost[1])
        else:
            self.assertEqual(said, [])

    def check(self, number, period, kind):
        rng = random.Random(number)
        zone = zoneinfo.ZoneInfo(period[0])
        first, last = map(dt.date.fromisoformat, period[1:])
        group = rng.choice(["day", "week", "month"])
        compare = rng.choice(["none", "previous", "year"])
        counted = rng.choice([["paid", "shipped"], ["paid", "shipped"], ["refunded", "pending"]])
        if kind in ("one", "cancelled"):
            counted = ["paid", "shipped"]
        shop = Shop(rng, zone, first, last, kind)
        self.server.psql(shop.sql())
        report = self.report({"from": period[1], "to": period[2], "tz": period[0],
                              "group": group, "compare": compare, "statuses": counted})
        now = Expected(shop, zone, first, last, group, counted)
        base = None
        if compare != "none":
            base_first, base_last = base_of(first, last, compare)
            base = Expected(shop, zone, base_first, base_last, group, counted)
            self.assertEqual(report["comparison_period"]["from"], str(base_first))
            self.assertEqual(report["comparison_period"]["to"], str(base_last))
            self.check_series(report["comparison_series"], base)
        countries = dict(shop.users)
        self.assertEqual(report["empty"], not now.sales)
        self.check_totals(report, now, base)
        self.check_series(report["series"], now)
        self.check_names(report["channels"], now.by(lambda o: o[3], now.sales), now.total())
        self.check_names(report["countries"], now.by(lambda o: countries.get(o[1]), now.sales),
                         now.total())
        self.check_names(report["statuses"], now.by(lambda o: o[2], now.placed),
                         len(now.placed), by_orders=True)
        self.check_top(report, "revenue", now, base, False)
        self.check_top(report, "units", now, base, True)
        self.check_parts(report, now)

    def test_figures_equal_an_independent_calculation(self):
        kinds = ["plain", "refunds", "loose", "empty", "one", "negative", "huge", "fine",
                 "cancelled"]
        sets = [(period, kinds[(n + 3 * turn) % len(kinds)])
                for turn in range(3) for n, period in enumerate(PERIODS)]
        self.assertGreaterEqual(len(sets), 50)
        for number, (period, kind) in enumerate(sets):
            with self.subTest(number=number, period=period, kind=kind):
                self.check(number, period, kind)


if __name__ == "__main__":
    unittest.main()
