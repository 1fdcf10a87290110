#!/usr/bin/env python3
"""The same jobs on other queues, side by side: rates, round trips, memory.

    run.py [--only NAME,...] [--jobs N] [--runs N] [--json FILE] [--install] [--place FOLDER]

Prints a line of JSON for each figure, {"name", "value", "unit"}, the median of the runs, and
a table on stderr. Installs what is missing below build/peers; --install does only that.
README.md tells how each peer is set, and why. A peer that cannot be had is "not run", with
the reason; one that fails while it is measured makes the exit code 1.
"""
import argparse
import json
import math
import pathlib
import signal
import statistics
import sys
import tempfile

import install
import peer
import peer_beanstalkd
import peer_bullmq
import peer_celery
import peer_rabbitmq
import peer_rq
import peer_sidekiq
import servers

PEERS = (peer_celery.Celery, peer_rq.Rq, peer_sidekiq.Sidekiq, peer_bullmq.Bullmq,
         peer_beanstalkd.Beanstalkd, peer_rabbitmq.Rabbitmq)

UNITS = {"enqueue": "jobs/s", "bulk": "jobs/s", "drain": "jobs/s", "roundtrip_p50": "us",
         "roundtrip_p99": "us", "bytes_per_job": "bytes", "worker_pss": "bytes",
         "server_pss": "bytes"}
COLUMNS = (("peer", "name", 1), ("enqueue/s", "enqueue", 1), ("bulk/s", "bulk", 1),
           ("drain/s", "drain", 1), ("p50 us", "roundtrip_p50", 1),
           ("p99 us", "roundtrip_p99", 1), ("bytes/job", "bytes_per_job", 1),
           ("worker MB", "worker_pss", 1e-6), ("server MB", "server_pss", 1e-6))
STEPS = 500  # marks of a drain, about


def percentile(values, part):
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def say(text):
    print(f"peers: {text}", file=sys.stderr, flush=True)


class Run:
    """One run of one setting: figure -> value."""

    def __init__(self, subject, setting, jobs):
        self.subject = subject
        self.setting = setting
        self.jobs = jobs or setting.jobs
        self.figures = {}

    def measure(self):
        subject = self.subject
        subject.setting = self.setting
        subject.clear()
        if not self.setting.only_drain:
            count = min(subject.singles, self.jobs)
            self.figures["enqueue"] = count / subject.produce("one", count)[0]
            subject.clear()
        self.fill()
        self.drain()
        return self.figures

    def fill(self):
        before = self.subject.used()
        seconds = self.subject.produce("bulk", self.jobs)[0]
        if self.setting.only_drain:
            return
        self.figures["bulk"] = self.jobs / seconds
        if before is not None:
            self.figures["bytes_per_job"] = (self.subject.used() - before) / self.jobs

    def drain(self):
        subject, setting = self.subject, self.setting
        marks = peer.Marks(subject.folder / "marks", max(self.jobs // STEPS, 1))
        workers = []
        try:
            for _ in range(setting.workers):
                workers.append(subject.start_worker(marks))
            marks.wait(self.jobs, subject.processes * setting.workers, workers)
            self.figures["drain"] = marks.rate()
            self.figures["worker_pss"] = sum(peer.pss(worker.pid) for worker in workers)
            if not setting.only_drain:
                self.round_trips()
        finally:
            for worker in workers:
                peer.stop(worker)

    def round_trips(self):
        subject = self.subject
        micros = subject.produce("roundtrip", min(subject.roundtrips, self.jobs))
        self.figures["roundtrip_p50"] = statistics.median(micros)
        self.figures["roundtrip_p99"] = percentile(micros, 0.99)
        pss = subject.server_pss()
        if pss is not None:
            self.figures["server_pss"] = pss


def medians(runs):
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def measure(subject, options):
    """(setting, figures) of each setting; the broker is started once."""
    try:
        subject.start()
        for setting in subject.settings:
            say(f"{subject.name}: {setting.told}")
            yield setting, medians([Run(subject, setting, options.jobs).measure()
                                    for _ in range(options.runs)])
    finally:
        subject.stop()


class Report:
    """JSON lines at once, the table at the end."""

    def __init__(self):
        self.figures = []
        self.rows = []
        self.notes = []

    def add(self, subject, setting, figures):
        prefix = f"peer_{subject.name}{setting.suffix}"
        for name, value in figures.items():
            figure = {"name": f"{prefix}_{name}", "value": round(value, 1),
                      "unit": UNITS[name]}
            self.figures.append(figure)
            print(json.dumps(figure), flush=True)
        self.rows.append({"name": subject.name + setting.suffix, **figures,
                          "told": " ".join(filter(None, (setting.rank, "-" * bool(setting.rank),
                                                         setting.told)))})

    def not_run(self, name, why):
        self.rows.append({"name": name, "told": f"not run: {why}"})

    def print(self):
        lines = [[head for head, _, _ in COLUMNS] + ["how"]]
        for row in self.rows:
            lines.append([cell(row.get(name), scale) for _, name, scale in COLUMNS]
                         + [row["told"]])
        widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
        for line in lines:
            cells = [line[0].ljust(widths[0])]
            cells += [text.rjust(width) for text, width in zip(line[1:], widths[1:])]
            print("  ".join([*cells, line[-1]]), file=sys.stderr)
        for note in self.notes:
            print(note, file=sys.stderr)


def cell(value, scale):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    value *= scale
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def ready(kind, place, folder, report):
    """The peer, installed; None when it cannot be had."""
    subject = kind(place, folder)
    try:
        place.install(subject.packages, subject.modules)
        subject.prepare()
    except peer.Failure as failure:
        say(f"{kind.name}: {failure}")
        report.not_run(kind.name, failure)
        return None
    report.notes.append(subject.versions())
    return subject


def run_peer(kind, place, options, report):
    """Whether it was measured, or could not be had."""
    with tempfile.TemporaryDirectory(prefix="qnp", dir="/tmp") as folder:
        subject = ready(kind, place, folder, report)
        if not subject or options.install:
            return True
        try:
            for setting, figures in measure(subject, options):
                report.add(subject, setting, figures)
        except (peer.Failure, AssertionError, OSError) as failure:
            say(f"{kind.name}: {failure}")
            report.not_run(kind.name, peer.last_line(str(failure)))
            return False
    return True


def names(text):
    wanted = text.split(",")
    known = [kind.name for kind in PEERS]
    for name in wanted:
        if name not in known:
            raise argparse.ArgumentTypeError(f"no peer '{name}'; there are {', '.join(known)}")
    return wanted


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=names, metavar="NAME,...", help="these peers")
    parser.add_argument("--jobs", type=positive, help="queued before a drain; else by peer")
    parser.add_argument("--runs", type=positive, default=3, help="of which the median is told")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="all figures, a list")
    parser.add_argument("--install", action="store_true", help="install, measure nothing")
    parser.add_argument("--place", type=pathlib.Path, metavar="FOLDER",
                        default=servers.ROOT / "build" / "peers", help="build/peers")
    return parser.parse_args()


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    place = install.Place(options.place, say)
    report = Report()
    good = True
    try:
        for kind in PEERS:
            if not options.only or kind.name in options.only:
                good = run_peer(kind, place, options, report) and good
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        report.print()
    if options.json:
        options.json.write_text(json.dumps(report.figures, indent=1) + "\n")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
