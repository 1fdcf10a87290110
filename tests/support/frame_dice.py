"""frame_dice.py - frames by chance over the tables of a schema: most make no sense, each must be
refused or become a statement that can be run. The same seed, the same frames."""
import random
import re

GRAINS = ("hour", "day", "week", "month", "quarter", "year", "weekday", "hour_of_day",
          "month_of_year")


class Dice:
    def __init__(self, seed, columns, metrics):
        """columns: (table, column, type) each, names quoted as SQL has them."""
        self.chance = random.Random(seed)
        self.columns, self.metrics = columns, metrics
        self.tables = sorted({column[0] for column in columns})
        self.numbers = [one for one in columns if re.match("int|num|double|big", one[2])]
        self.times = [one for one in columns if re.match("time|date", one[2])]

    def one(self, items):
        return self.chance.choice(items)

    def often(self, share):
        return self.chance.random() < share

    @staticmethod
    def place(column):
        return f"{column[0]}.{column[1]}"

    def value(self, column):
        if column[2] == "boolean":
            return self.one(("true", "false"))
        if column in self.numbers:
            return self.one(("1", "5", "100"))
        return self.one(("2025-05-01", "2024-12-31") if column in self.times else ("Paris", "x'y"))

    def filter(self, depth=0):
        if depth < 2 and self.often(0.2):
            return self.exists(depth)
        column = self.one(self.columns)
        if column in self.numbers and self.often(0.2):
            return {"of": self.place(column), "above_average": []}
        tests = ["is", "is", "empty"]
        if column in self.numbers + self.times:
            tests += ["less", "more", "at_least", "at_most", "between"]
        test = self.one(tests)
        n = {"empty": 0, "between": 2}.get(test, 1)
        return {"of": self.place(column), test: [self.value(column) for _ in range(n)],
                "not": self.often(0.2)}

    def exists(self, depth):
        inner = [self.filter(depth + 1)] if self.often(0.5) else []
        return {"of": self.one(self.tables), "exists": self.one(self.tables), "inner": inner,
                "not": self.often(0.4)}

    def measure(self):
        if self.often(0.5):
            return {"metric": self.one(self.metrics)}
        if self.often(0.5):
            return {"count": self.one(self.tables)}
        return {self.one(("sum", "avg", "min", "max", "count_distinct")):
                self.place(self.one(self.numbers))}

    def dimension(self):
        if self.often(0.35):
            return self.one(self.tables)
        if self.often(0.4):
            return f"{self.place(self.one(self.times))}@{self.one(GRAINS)}"
        return self.place(self.one(self.columns))

    def figures(self):
        frame = {"measures": [self.measure() for _ in range(self.one((1, 1, 1, 2, 3)))],
                 "dimensions": [self.dimension() for _ in range(self.one((0, 1, 1, 2, 3)))]}
        frame |= {name: True for name in ("share", "zero", "having_average") if self.often(0.1)}
        if self.often(0.2) or "having_average" in frame:
            frame["having"] = [self.one(("more", "less", "equal")), "5"]
        if self.often(0.1):
            frame["part"] = [self.filter()]
        if self.often(0.1):
            frame["per"] = self.one((0, 1))
        if self.often(0.1):
            frame["fold"] = self.one(("count", "avg", "max"))
        return frame

    def rows(self):
        frame = {"table": self.one(self.tables), "columns": [], "distinct_rows": self.often(0.2)}
        for _ in range(self.one((0, 1, 2))):
            frame["columns"].append(self.one((self.one(self.tables),
                                              self.place(self.one(self.columns)))))
        if self.often(0.3):
            frame["order"] = self.place(self.one(self.columns))
        return frame

    def frame(self):
        kind = self.one(("measure", "measure", "measure", "list", "distinct", "compare"))
        frame = self.figures() if kind in ("measure", "compare") else self.rows()
        frame |= {"kind": kind, "ordered": self.often(0.3), "ascending": self.often(0.2),
                  "filters": [self.filter() for _ in range(self.one((0, 0, 1, 2)))]}
        if kind == "compare":
            frame |= {"before": ["2025-04-01", "2025-05-01"]}
        if kind == "compare" or self.often(0.3):
            frame |= {"from": "2025-05-01", "to": "2025-06-01"}
        if self.often(0.3):
            frame["limit"] = self.one((1, 5))
        return frame
