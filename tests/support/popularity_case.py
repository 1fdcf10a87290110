"""popularity_case.py - products.sync_popularity on a shop that sells now, and by brute force."""
import collections

import upkeep_case

TASK = "products.sync_popularity"
COUNTED = ("paid", "shipped")
HOUR = 3_600_000_000  # in microseconds
# Orders of the last three days, one each minute, some of them to come.
SHIFT = """
UPDATE orders SET processed_at = NULL, created_at = statement_timestamp()
    - (id % 4320) * interval '1 minute' + interval '2 hours';
UPDATE products SET popularity = id % 7;
"""
MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"


class PopularityCase(upkeep_case.UpkeepCase):
    def setUp(self):
        super().setUp()
        self.sql(SHIFT)
        self.orders = [
            (int(order), status, int(at), int(product), int(quantity))
            for order, status, at, product, quantity in self.rows(
                f"SELECT o.id, o.status, {MICROSECONDS.format('o.created_at')}, i.product_id,"
                " i.quantity FROM orders o JOIN order_items i ON i.order_id = o.id")]

    def products(self):
        """id -> (popularity, when it was written, in us or None)."""
        return {int(product): (int(popularity), int(at) if at else None)
                for product, popularity, at in self.rows(
                    f"SELECT id, popularity, {MICROSECONDS.format('last_updated')}"
                    " FROM products")}

    def popularity(self):
        return {product: row[0] for product, row in self.products().items()}

    def instant(self, text):
        return int(self.sql(f"SELECT {MICROSECONDS.format(f'timestamptz {text!r}')}"))

    def expected(self, result, what="units"):
        """By brute force, of the products that there are."""
        begin, end = self.instant(result["from"]), self.instant(result["to"])
        found = collections.Counter(dict.fromkeys(self.popularity(), 0))
        seen = set()
        for order, status, at, product, quantity in self.orders:
            if status in COUNTED and begin <= at < end:
                if what == "units":
                    found[product] += quantity
                elif (order, product) not in seen:
                    found[product] += 1
                    seen.add((order, product))
        return dict(found)

    def check(self, result, what="units"):
        self.assertEqual(self.popularity(), self.expected(result, what))

    def check_by_brute_force(self):
        self.worker()
        for hours, what in ((24, "units"), (1, "units"), (48, "orders"), (8760, "units")):
            with self.subTest(hours=hours, what=what):
                before = self.products()
                result = self.run_task(TASK, {"window_hours": hours, "count": what})
                self.check(result, what)
                begin, end = self.instant(result["from"]), self.instant(result["to"])
                self.assertEqual(end - begin, hours * HOUR)
                after = self.products()
                changed = {product for product, row in after.items()
                           if row[0] != before[product][0]}
                self.assertTrue(changed)
                self.assertEqual(result["changed"], len(changed))
                self.assertEqual(result["zeroed"],
                                 sum(after[product][0] == 0 for product in changed))
                self.assertEqual({product for product, row in after.items()
                                  if row != before[product]}, changed)
                self.assertEqual({after[product][1] for product in changed}, {end})
                if what == "units":
                    self.assertEqual(result["units"], sum(self.popularity().values()))
