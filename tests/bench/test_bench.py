"""What ./dev bench makes of figures: targets, a table, JSON, a picture."""
import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree

import bench
import plots
import room
import scenes
import targets

SCRIPTS = {f"redis_{step}_batch_{n}": cost for n, cost in ((1, 20.0), (50, 4.0), (100, 3.0))
           for step in ("take", "finish")}


def measured(values):
    figures = bench.Figures()
    for name, value in values.items():
        figures.add(name, value, "us")
    return figures


def line_with(text, lines):
    return next(line for line in lines if text in line)


class Expressions(unittest.TestCase):
    def test_they_are_worked_out_over_the_figures(self):
        values = {"a": 6.0, "b": 2.0}
        for expression, value in (("a / b + 1", 4), ("(a - b) * 2", 8), ("max(a, b, 7)", 7),
                                  ("a / max(b, c)", 3), ("min(c, a)", 6)):
            self.assertEqual(targets.evaluate(expression, values), value, expression)

    def test_what_was_not_measured_is_named(self):
        for expression in ("a + c", "max(c, d) / a", "scripts_at(c)"):
            with self.assertRaises(targets.Missing):
                targets.evaluate(expression, {"a": 1.0})

    def test_nothing_else_is_an_expression(self):
        for expression in ("open(a)", "a ** 2", "a.real", "[a]"):
            with self.assertRaises((ValueError, KeyError)):
                targets.evaluate(expression, {"a": 1.0})

    def test_the_scripts_cost_what_was_measured_and_a_mean_between(self):
        self.assertAlmostEqual(targets.evaluate("scripts_at(50)", SCRIPTS), 8)
        self.assertAlmostEqual(targets.evaluate("scripts_at(100)", SCRIPTS), 6)
        self.assertAlmostEqual(targets.evaluate("scripts_at(200 / 3)", SCRIPTS), 7)


class Table(unittest.TestCase):
    def test_each_target_has_a_scene_a_group_and_a_unit(self):
        for target in targets.TARGETS:
            self.assertIn(target.scene, scenes.SCENES)
            self.assertIn(target.number, targets.GROUPS)
            self.assertTrue(targets.unit_of(target.figure))
        names = [target.figure for target in targets.TARGETS]
        self.assertEqual(len(names), len(set(names)))

    def test_each_comparison_passes_and_misses(self):
        for comparison, passed in (("at least", (False, True, True)),
                                   ("above", (False, False, True)),
                                   ("at most", (True, True, False)),
                                   ("below", (True, False, False))):
            target = targets.Target(1, "drain", "x", comparison, 5, "")
            self.assertEqual(tuple(targets.verdict(target, {"x": x}) for x in (4, 5, 6)), passed)
        self.assertIsNone(targets.verdict(target, {}))

    def test_a_target_is_told_as_pass_as_miss_or_why_it_was_not_run(self):
        figures = measured({"redis_life_batch_50": 11.5, "redis_life_batch_1": 50.1})
        figures.not_run["http"] = "there is no bench_http"
        lines = list(bench.report(figures))
        self.assertRegex(line_with("batches of 50", lines), r" 11\.5 +us +at most 12 +pass$")
        self.assertRegex(line_with("one at a time", lines), r" 50\.1 +us +at most 50 +MISS$")
        self.assertRegex(line_with("HTTP, arrays", lines),
                         r" - +jobs/s +at least 200,000 +not run: there is no bench_http$")
        self.assertRegex(line_with("CPU of an idle worker", lines), "not run: no part of this run$")
        self.assertRegex(lines[-1], r"^1 targets met, 1 missed, \d+ not measured$")

    def test_a_ratio_is_of_the_same_run(self):
        figures = measured({"drain_64_executors": 75600, "take_finish_ceiling_batch_64": 126000,
                            "peer_sidekiq_drain": 18000, "peer_bullmq_drain": 25200})
        lines = list(bench.report(figures))
        self.assertRegex(line_with("what the scripts allow", lines), r" 0\.6 .* pass$")
        self.assertRegex(line_with("fastest Redis-backed", lines), r" 3 .* pass$")

    def test_the_median_of_the_runs_counts(self):
        figures = measured({"redis_life_batch_50": 9})
        figures.add("redis_life_batch_50", 30, "us")
        figures.add("redis_life_batch_50", 11, "us")
        self.assertEqual(figures.values(), {"redis_life_batch_50": 11})


class Json(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="q")
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "figures.json"
        self.picture = pathlib.Path(folder.name) / "figures.svg"

    def run_bench(self, *words):
        with contextlib.redirect_stdout(io.StringIO()) as out, \
                contextlib.redirect_stderr(io.StringIO()):
            code = bench.main([str(word) for word in words])
        return code, out.getvalue()

    def test_a_run_writes_what_can_be_told_and_drawn_again(self):
        scene = {"drain": lambda size: [("drain_2_executors", 10000, "jobs/s"),
                                        ("drain_64_executors", 50000, "jobs/s")],
                 "scripts": lambda size: [("redis_life_batch_1", 40.0, "us")]}
        with unittest.mock.patch.object(scenes, "SCENES", scene), \
                unittest.mock.patch.object(room, "machine", lambda: ["a machine"]):
            code, first = self.run_bench("--json", self.file)
        self.assertEqual(code, 0)
        self.assertTrue(first.startswith("a machine\n"))
        rows = {row["name"]: row for row in json.loads(self.file.read_text())}
        self.assertEqual(rows["redis_life_batch_1"],
                         {"name": "redis_life_batch_1", "value": 40, "unit": "us",
                          "target": "at most 50", "pass": True})
        self.assertEqual(rows["drain_2_executors"]["target"], None)
        self.assertEqual([rows["http_array_jobs"][key] for key in ("value", "pass")], [None] * 2)
        self.assertEqual({target.figure for target in targets.TARGETS} - rows.keys(), set())
        code, again = self.run_bench("--from", self.file, "--plot", self.picture)
        self.assertEqual((code, "a machine\n\n" + again), (0, first))
        self.assertIn("<polyline", self.picture.read_text())

    def test_a_scene_that_fails_is_told_and_the_others_are_run(self):
        def fails(size):
            yield "client_enqueue_bulk", 1, "jobs/s"
            raise room.Failure("Redis: gone")

        scene = {"client": fails, "scripts": lambda size: [("redis_life_batch_1", 40.0, "us")]}
        with unittest.mock.patch.object(scenes, "SCENES", scene), \
                unittest.mock.patch.object(room, "machine", lambda: []):
            code, out = self.run_bench()
        self.assertEqual(code, 1)
        self.assertRegex(out, "C client, many a call.*not run: Redis: gone")
        self.assertRegex(out, "one at a time.*pass")

    def test_an_unknown_scene_is_refused(self):
        with self.assertRaises(SystemExit) as refused:
            self.run_bench("--only", "drain,hoovering")
        self.assertEqual(refused.exception.code, 2)


class Picture(unittest.TestCase):
    VALUES = {**{f"drain_{n}_executors": 900.0 * n for n in (2, 4, 16, 64, 128)},
              **{f"redis_life_batch_{n}": 50.0 / n for n in (1, 8, 100)}, **SCRIPTS,
              "peer_sidekiq_2_drain": 18000.0}

    def test_it_is_an_svg_with_each_point_in_its_panel(self):
        root = xml.etree.ElementTree.fromstring(plots.svg(self.VALUES))
        names = {"s": "http://www.w3.org/2000/svg"}
        panels = root.findall("s:g", names)
        self.assertEqual([len(panel.findall("s:circle", names)) for panel in panels], [5, 6])
        for circle in root.iter("{http://www.w3.org/2000/svg}circle"):
            self.assertTrue(plots.LEFT <= float(circle.get("cx")) <= plots.WIDTH)
            self.assertTrue(plots.TOP <= float(circle.get("cy")) <= plots.HEIGHT - plots.BOTTOM)
        titles = "".join(root.itertext())
        for word in ("Sidekiq", "executors", "jobs in a call"):
            self.assertIn(word, titles)

    def test_it_is_readable_on_light_and_on_dark(self):
        self.assertIn("prefers-color-scheme: dark", plots.svg(self.VALUES))

    def test_without_figures_there_is_none(self):
        self.assertEqual(plots.svg({"peer_sidekiq_2_drain": 1.0}), "")


class Page(unittest.TestCase):
    """docs/performance.md has a row for each target, with its bound."""

    def test_it_tells_of_every_target(self):
        page = (pathlib.Path(__file__).parents[2] / "docs" / "performance.md").read_text()
        rows = [[cell.strip() for cell in line.split("|")[1:-1]]
                for line in page.splitlines() if line.startswith("| ")]
        told = {(row[0], row[2]): row[3] for row in rows if len(row) == 4}
        for target in targets.TARGETS:
            verdict = told.get((target.about, bench.aim_text(target)))
            self.assertIn(verdict, ("pass", "MISS"), target.about)


class Machine(unittest.TestCase):
    def test_memory_and_cpu_of_a_family_are_found(self):
        own = room.os.getpid()
        self.assertIn(own, room.family(own))
        self.assertGreater(room.pss_mb(own), 1)
        self.assertGreater(room.cpu_seconds(own), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=2)
