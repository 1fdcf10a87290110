#!/usr/bin/env python3
"""The sales report over 1,000,000 orders: seconds, and what the process grows by.

    report_million.py [--runs 10] [--scale 334]

Loads the sample shop (a minute or two), makes the same reports again and again, and
fails when the 95th percentile is over 5 s or the growth over 64 MiB. The CPU seconds of
the server show what other work on the machine does not change much.
"""
import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import servers  # noqa: E402

SECONDS_MOST = 5.0
GROWTH_MOST_KIB = 64 * 1024

CASES = {
    "everything": {"from": "2024-01-01", "to": "2025-06-30", "tz": "UTC"},
    "everything, by day, compared": {"from": "2024-01-01", "to": "2025-06-30", "tz": "UTC",
                                     "group": "day", "compare": "previous", "top_n": 100},
    "half a year, compared": {"from": "2025-01-01", "to": "2025-06-30", "tz": "Asia/Shanghai",
                              "compare": "previous"},
    "a month, with a year before": {"from": "2025-06-01", "to": "2025-06-30",
                                    "tz": "Europe/Berlin", "compare": "year"},
    "a day": {"from": "2025-06-30", "to": "2025-06-30", "tz": "UTC"},
}


def percentile(values, part):
    return sorted(values)[max(0, math.ceil(part * len(values)) - 1)]


def server_cpu(server):
    """Seconds of CPU that the server's processes which ended have used."""
    fields = pathlib.Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def measure(url, arguments, runs, folder):
    """Seconds of each run, and KiB of growth from before the first connection."""
    done = subprocess.run([servers.BIN / "sales_probe", url, json.dumps(arguments), folder],
                          env={**os.environ, "PROBE_RUNS": str(runs)}, text=True, check=True,
                          stdout=subprocess.PIPE, preexec_fn=servers.die_with_parent)
    lines = [line.split() for line in done.stdout.splitlines()]
    return [float(seconds) for seconds, _ in lines[1:]], int(lines[-1][1]) - int(lines[0][1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--scale", type=int, default=334)
    options = parser.parse_args()
    missed = False
    with tempfile.TemporaryDirectory(prefix="qnb", dir="/tmp") as name:
        os.chmod(name, 0o711)
        # What autovacuum does after the load would be counted as the report's.
        server = servers.start_postgres(pathlib.Path(name) / "pg", ["autovacuum=off"])
        try:
            begun = time.monotonic()
            shop = (servers.ROOT / "tasks/sample/shop.sql").read_text()
            server.psql(f"\\set scale {options.scale}\n" + shop)
            server.psql("VACUUM ANALYZE")
            orders = server.psql("SELECT count(*) FROM orders")
            print(f"{orders} orders loaded in {time.monotonic() - begun:.0f} s")
            for case, arguments in CASES.items():
                cpu = server_cpu(server)
                seconds, growth = measure(server.url, arguments, options.runs, name)
                servers.wait_until(lambda: server.psql(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = "
                    "'sales_probe'") == "0", 30, "the session to end")
                cpu = (server_cpu(server) - cpu) / options.runs
                p95 = percentile(seconds, 0.95)
                print(f"{case}: median {percentile(seconds, 0.5):.2f} s, p95 {p95:.2f} s, "
                      f"server CPU {cpu:.2f} s, growth {growth} KiB", flush=True)
                missed |= p95 > SECONDS_MOST or growth > GROWTH_MOST_KIB
        finally:
            server.stop()
    print("missed: at most 5 s and 64 MiB" if missed else "within 5 s and 64 MiB")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
