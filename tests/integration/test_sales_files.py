"""The files of the sales report, what it refuses, and what it does when PostgreSQL fails."""
import csv
import html.parser
import io
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import servers

MAY = {"from": "2025-05-01", "to": "2025-05-31", "tz": "UTC"}
NASTY = """
UPDATE products SET name = '=HYPERLINK("http://evil.example") <script>alert(1)</script>'
  WHERE id % 5 = 0 AND id <= 5;
UPDATE products SET name = '+1, "two"' || chr(13) || chr(10) || 'three' WHERE id = 11;
UPDATE products SET name = '龙井茶 & <b>"bold"</b> ''single''' WHERE id = 12;
UPDATE products SET name = chr(9) || '-@tab' WHERE id = 13;
"""
VOID = {"meta", "link", "br", "img", "hr", "input"}
SHAPES = {"line", "path", "rect", "circle"}


class Page(html.parser.HTMLParser):
    """Checks that tags nest, and collects what could reach out of the page."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.text, self.tags = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            reaches = name in ("src", "href", "action", "srcset", "data", "xlink:href")
            if reaches or name.startswith("on") or "url(" in (value or ""):
                self.faults.append(f"{tag} {name}={value}")
        if tag in ("script", "link", "img", "iframe", "object", "embed", "base", "form"):
            self.faults.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> out of place")

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] == "style" and ("url(" in data or "@import" in data):
            self.faults.append("the style reaches out")


class SalesFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="qns", dir="/tmp")
        cls.addClassCleanup(cls.folder.cleanup)
        os.chmod(cls.folder.name, 0o711)
        cls.server = servers.start_postgres(pathlib.Path(cls.folder.name) / "pg")
        cls.addClassCleanup(cls.server.stop)
        shop = (servers.ROOT / "tasks/sample/shop.sql").read_text()
        cls.server.psql("CREATE DATABASE shop")
        cls.server.psql(shop, "shop")
        cls.server.psql("CREATE DATABASE nasty TEMPLATE shop")
        cls.server.psql("ALTER TABLE products DROP CONSTRAINT products_name_key;" + NASTY, "nasty")
        cls.server.psql("CREATE ROLE stranger LOGIN", "shop")
        cls.files = pathlib.Path(cls.folder.name) / "files"
        cls.files.mkdir()

    def probe(self, arguments, database="shop", url=None, **env):
        return subprocess.run(
            [servers.BIN / "sales_probe", url or self.server.database_url(database),
             json.dumps(arguments), self.files], text=True, capture_output=True, timeout=120,
            env={**os.environ, **env})

    def report(self, arguments, database="shop"):
        done = self.probe(arguments, database)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def csv(self, delimiter=","):
        content = (self.files / "sales.csv").read_bytes()
        text = content.decode().removeprefix("\ufeff")
        return content, list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter,
                                            strict=True))

    def test_csv_gives_back_what_json_says(self):
        report = self.report({**MAY, "compare": "previous", "csv_safe": False, "top_n": 100},
                             "nasty")
        content, rows = self.csv()
        self.assertFalse(content.startswith(b"\xef\xbb\xbf"))
        self.assertEqual(content.count(b"\r\n"), len(rows) + 2)  # the head, and one in a name
        for key, rows_said in report.items():
            if not isinstance(rows_said, list) or key == "statuses_counted":
                continue
            there = [row for row in rows if row["section"] == key]
            self.assertEqual(len(there), len(rows_said), key)
            for said, row in zip(rows_said, there):
                for name, value in said.items():
                    self.assertEqual(row[name], "" if value is None else str(value), (key, name))
        totals = {row["name"]: row for row in rows if row["section"] == "totals"}
        for name, value in report["totals"].items():
            self.assertEqual(totals[name]["value"], str(value))
            self.assertEqual(totals[name]["previous"], str(report["comparison"][name]))

    def test_safe_csv_marks_text_that_a_spreadsheet_would_run_and_nothing_else(self):
        report = self.report({**MAY, "compare": "previous", "top_n": 100}, "nasty")
        _, rows = self.csv()
        names = {row["name"]: row for row in report["top_products_by_revenue"]}
        there = [row for row in rows if row["section"] == "top_products_by_revenue"]
        self.assertTrue(any(name.startswith("=") for name in names))
        for row in there:
            name = row["name"]
            self.assertNotIn(name[0], "=+-@\t\r")
            self.assertIn(name[1:] if name.startswith("'") else name, names)
        self.assertTrue(any(row["rank_change"].startswith("-") for row in there))
        totals = [row for row in rows if row["section"] == "totals"]
        self.assertTrue(any(row["change"].startswith("-") for row in totals))

    def test_csv_for_excel_has_a_mark_and_its_delimiter(self):
        self.report({**MAY, "csv_bom": True, "csv_delimiter": "semicolon"})
        content, rows = self.csv(";")
        self.assertTrue(content.startswith(b"\xef\xbb\xbfsection;rank;"))
        self.assertTrue(any(row["section"] == "channels" for row in rows))

    def page(self):
        page = Page()
        page.feed((self.files / "sales.html").read_text(encoding="utf-8"))
        page.close()
        self.assertEqual(page.faults, [])
        self.assertEqual(page.open, [])
        return page

    def test_html_nests_and_reaches_for_nothing(self):
        report = self.report({**MAY, "compare": "year", "top_n": 100,
                              "currency": "</title><script>"}, "nasty")
        page = self.page()
        text = "".join(page.text)
        for row in report["top_products_by_revenue"]:
            self.assertIn(row["name"].replace("\r", "\ufffd"), text)
        self.assertIn("</title><script>", text)
        self.assertEqual(page.tags.count("svg"), 4)
        self.assertGreaterEqual(page.tags.count("table"), 8)
        self.assertIn("prefers-color-scheme:dark", text)
        self.assertIn("@media print", text)

    def test_no_orders_is_a_report_that_says_so(self):
        report = self.report({**MAY, "from": "2020-01-01", "to": "2020-01-31"})
        self.assertTrue(report["empty"])
        self.assertEqual(report["totals"]["total_sales"], "0.00")
        self.assertIsNone(report["totals"]["average_order_value"])
        self.assertEqual(len(report["series"]), 31)
        self.assertIn("No orders", "".join(self.page().text))

    def test_five_years_by_day_stay_below_the_result_limit(self):
        self.report({"from": "2020-07-01", "to": "2025-06-30", "tz": "UTC", "group": "day",
                     "compare": "previous", "top_n": 100})
        self.page()
        self.assertLess((self.files / "sales.json").stat().st_size, 1024 * 1024)

    def test_presets_follow_the_clock_of_the_database_in_the_zone(self):
        for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
            today = self.server.psql(f"SELECT (now() AT TIME ZONE '{zone}')::date", "shop")
            for preset, sql in {
                    "yesterday": ("d - 1", "d - 1"), "last_7d": ("d - 6", "d"),
                    "mtd": ("date_trunc('month', d)", "d"), "ytd": ("date_trunc('year', d)", "d"),
                    "qtd": ("date_trunc('quarter', d)", "d"),
                    "last_month": ("date_trunc('month', d) - interval '1 month'",
                                   "date_trunc('month', d) - interval '1 day'")}.items():
                want = self.server.psql(
                    f"SELECT ({sql[0]})::date || ' ' || ({sql[1]})::date FROM (SELECT date "
                    f"'{today}' AS d) x", "shop")
                period = self.report({"preset": preset, "tz": zone})["period"]
                self.assertEqual(f"{period['from']} {period['to']}", want, preset)

    def test_bad_arguments_are_refused_by_name(self):
        year = {"from": "2025-01-01", "to": "2025-01-31"}
        for arguments, said in [
                ({}, "from: required"), ({"from": "2025-01-01"}, "to: required"),
                ({**year, "to": "2024-12-31"}, "to: 2024-12-31 is before from"),
                ({**year, "from": "2026-02-30"}, "from: \"2026-02-30\" is no day"),
                ({**year, "to": "2030-01-01"}, "to: 2030-01-01 is more than 5 years"),
                ({**year, "preset": "mtd"}, "preset: not together"),
                ({"preset": "tomorrow"}, "preset: \"tomorrow\" is none of"),
                ({**year, "tz": "Mars/Base"}, "tz: the database knows no time zone"),
                ({**year, "tz": "CEST"}, "tz: the database knows no time zone"),
                ({**year, "statuses": ["paid", "sold"]}, "statuses: \"sold\" is none of"),
                ({**year, "statuses": []}, "statuses: must name at least one"),
                ({**year, "top_n": 101}, "top_n: must be an integer, 1 to 100"),
                ({**year, "formats": ["pdf"]}, "formats: \"pdf\" is none of"),
                ({**year, "colour": "red"}, "colour: no such argument")]:
            done = self.probe(arguments)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr[:6 + len(said)], "INVAL " + said)

    def test_failures_of_the_database_say_what_and_whether_to_retry(self):
        self.server.psql("CREATE DATABASE bare")
        stranger = self.server.database_url("shop").replace("postgres@", "stranger@", 1)
        for code, said, options in [
                ("INVAL", 'relation "orders" does not exist', {"database": "bare"}),
                ("INVAL", "permission denied for table orders", {"url": stranger}),
                ("CONN", "no connection", {"database": "nowhere"}),
                ("CONN", "no connection", {"url": "postgresql://u:secret@127.0.0.1:1/db"}),
                ("INVAL", "not one that libpq understands", {"url": "postgresql://u:secret@[/x"})]:
            done = self.probe(MAY, **options)
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stderr.split()[0], code)
            self.assertNotIn("secret", done.stderr)


if __name__ == "__main__":
    unittest.main()
