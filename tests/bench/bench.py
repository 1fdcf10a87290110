#!/usr/bin/env python3
"""All that ./dev bench measures, beside what it should be.

    bench.py [--only SCENE,...] [--runs N] [--quick | --full] [--peers]
             [--json FILE] [--plot FILE.svg]
    bench.py --from FILE [--plot FILE.svg]

Runs the scenes several times, all of them before any again, and tells the median of each
figure, with pass or MISS where there is a target. --json writes a list of
{"name", "value", "unit", "target", "pass"}, null for what was not measured; --from tells
such a list again. A scene that fails is told, and makes the exit code 1; a target that is
missed does not.
"""
import argparse
import json
import math
import pathlib
import signal
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import plots  # noqa: E402
import room  # noqa: E402
import scenes  # noqa: E402
import targets  # noqa: E402


class Figures:
    """name -> values and unit, in the order of their coming; and what was not run, and why."""

    def __init__(self):
        self.found, self.units = {}, {}
        self.not_run = {}  # scene -> why

    def add(self, name, value, unit):
        if not math.isfinite(value):
            raise room.Failure(f"{name} is {value}")
        self.found.setdefault(name, []).append(value)
        self.units[name] = unit

    def values(self):
        """name -> median, with those that follow from others."""
        known = {name: statistics.median(values) for name, values in self.found.items()}
        for name, (value, unit) in targets.derive(known).items():
            known[name] = value
            self.units[name] = unit
        return known

    def rows(self):
        """What --json writes."""
        values = self.values()
        aims = {target.figure: target for target in targets.TARGETS}
        return [{"name": name, "value": rounded(values.get(name)),
                 "unit": self.units.get(name) or targets.unit_of(name),
                 "target": aim_text(aims[name]) if name in aims else None,
                 "pass": targets.verdict(aims[name], values) if name in aims else None}
                for name in dict.fromkeys([*values, *aims])]


def rounded(value):
    """Four digits that count, all before the point."""
    if value is None or value == 0:
        return value
    return round(value, max(0, 3 - math.floor(math.log10(abs(value)))))


def shown(value):
    value = rounded(value)
    return "-" if value is None else f"{value:,.10g}"


def aim_text(target):
    return f"{target.comparison} {target.bound:,g}"


# What is printed.


def table(rows):
    """Lines of text, columns by their widest; a column of figures is set to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), row[1].rjust(widths[1])]
        cells += [cell.ljust(width) for cell, width in zip(row[2:], widths[2:])]
        yield ("  " + "  ".join(cells)).rstrip()


def why_not(target, figures):
    return "not run: " + figures.not_run.get(target.scene, "no part of this run")


def verdict_text(target, figures, values):
    passed = targets.verdict(target, values)
    if passed is None:
        return why_not(target, figures)
    return "pass" if passed else "MISS"


def report(figures):
    """The targets by group, then all other figures."""
    values = figures.values()
    for number, title in targets.GROUPS.items():
        group = [target for target in targets.TARGETS if target.number == number]
        yield f"{number}. {title}"
        yield from table([(target.about, shown(values.get(target.figure)),
                           figures.units.get(target.figure) or targets.unit_of(target.figure),
                           aim_text(target), verdict_text(target, figures, values))
                          for target in group])
        yield ""
    aimed = {target.figure for target in targets.TARGETS}
    others = [(name, shown(value), figures.units[name]) for name, value in values.items()
              if name not in aimed]
    if others:
        yield "Other figures"
        yield from table(others)
        yield ""
    yield summary(values)


def summary(values):
    verdicts = [targets.verdict(target, values) for target in targets.TARGETS]
    return (f"{verdicts.count(True)} targets met, {verdicts.count(False)} missed, "
            f"{verdicts.count(None)} not measured")


# What is run.


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run_scene(name, size, figures):
    """Its figures, all or none."""
    begin, found = time.monotonic(), []
    try:
        found = [(figure, float(value), unit) for figure, value, unit in scenes.SCENES[name](size)]
        for figure in found:
            figures.add(*figure)
    except (room.Failure, AssertionError, OSError, ValueError, LookupError) as failure:
        figures.not_run[name] = room.last_line(f"{failure}")
        say(f"{name}: {figures.not_run[name]}")
    return time.monotonic() - begin


def measure(options, figures):
    size = scenes.Size(options.quick, options.full)
    for run in range(1, options.runs + 1):
        for name in options.only:
            # The others measure themselves several times, and take their time for it.
            if name in figures.not_run or name == "peers" and run > 1:
                continue
            seconds = run_scene(name, size, figures)
            say(f"run {run} of {options.runs}: {name}, {scenes.SCENES[name].__doc__}: "
                f"{seconds:.0f} s")


def read_again(path):
    figures = Figures()
    for row in json.loads(path.read_text()):
        if row["value"] is not None and row["name"] not in targets.FIGURES:
            figures.add(row["name"], row["value"], row["unit"])
    return figures


def names(text):
    found = text.split(",")
    for name in found:
        if name not in scenes.SCENES:
            raise argparse.ArgumentTypeError(
                f"no scene '{name}'; there are {', '.join(scenes.SCENES)}")
    return found


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def arguments(words):
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=names, metavar="SCENE,...",
                        help=", ".join(scenes.SCENES))
    parser.add_argument("--runs", type=positive, help="of which the median is told: 3")
    parser.add_argument("--quick", action="store_true", help="one small run, of no weight")
    parser.add_argument("--full", action="store_true", help="5,000,000 jobs deep too")
    parser.add_argument("--peers", action="store_true", help="other queues too, installed for it")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--plot", type=pathlib.Path, metavar="FILE.svg")
    parser.add_argument("--from", type=pathlib.Path, metavar="FILE", dest="source",
                        help="measure nothing, tell what --json wrote")
    options = parser.parse_args(words)
    options.runs = options.runs or (1 if options.quick else 3)
    if not options.only:
        options.only = [name for name in scenes.SCENES if name != "peers"]
    if options.peers and "peers" not in options.only:
        options.only.append("peers")
    return options


def main(words=None):
    options = arguments(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.source:
        figures = read_again(options.source)
    else:
        figures = Figures()
        quick = ["quick: small runs, figures of little weight"] if options.quick else []
        print("\n".join([*room.machine(), *quick]), end="\n\n", flush=True)
        try:
            measure(options, figures)
        except KeyboardInterrupt:
            return 130
    print("\n".join(report(figures)))
    if options.json:
        options.json.write_text(json.dumps(figures.rows(), indent=1) + "\n")
    if options.plot:
        options.plot.write_text(plots.svg(figures.values()))
    return 1 if figures.not_run else 0


if __name__ == "__main__":
    sys.exit(main())
