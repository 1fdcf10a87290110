"""targets.py - what the figures should be, as data, and the judgement.

FIGURES that follow from others are expressions over their names: + - * /, numbers, and
  max(a, b)      of those that were measured
  min(a, b)      likewise
  scripts_at(n)  what take and finish cost Redis per job in batches of n, between the
                 measured batches
A figure whose parts were not measured has no value, and its target no verdict.
"""
import ast
import dataclasses
import operator
import re

WIDTHS = {"queues": (1, 10, 50, 100), "workers": (1, 4, 16, 64)}
BATCH = re.compile(r"redis_take_batch_(\d+)")

FIGURES = {
    "drain_64_of_ceiling": ("drain_64_executors / take_finish_ceiling_batch_64", "of 1"),
    "drain_64_of_redis_peers": (
        "drain_64_executors / max(peer_celery_drain, peer_rq_fork_drain, peer_sidekiq_drain, "
        "peer_sidekiq_2_drain, peer_bullmq_drain)", "times"),
    "drain_64_of_rabbitmq": ("drain_64_executors / peer_rabbitmq_fast_drain", "times"),
    "drain_64_of_beanstalkd": ("drain_64_executors / peer_beanstalkd_fast_drain", "times"),
    "drain_4_of_sidekiq": ("drain_4_executors / peer_sidekiq_drain", "times"),
    "roundtrip_of_sidekiq": ("roundtrip_p50 / peer_sidekiq_roundtrip_p50", "times"),
    "memory_per_executor": ("(memory_102_idle - memory_2_idle) / 100", "MB"),
    "depth_life_ratio": (
        "max(depth_100000_life, depth_1000000_life, depth_5000000_life, depth_delayed_life) / "
        "depth_1000_life", "times"),
    "depth_take_ratio": (
        "max(depth_100000_take, depth_1000000_take, depth_5000000_take, depth_delayed_take) / "
        "depth_1000_take", "times"),
    "depth_drain_ratio": (
        "min(depth_1000000_drain, depth_5000000_drain, depth_delayed_drain) / "
        "depth_100000_drain", "times"),
    **{f"scale_{what}_{n}_of_scripts": (
        f"scale_{what}_{n}_redis_cpu / scripts_at(scale_{what}_{n}_batch)", "times")
       for what, counts in WIDTHS.items() for n in counts},
}


@dataclasses.dataclass(frozen=True)
class Target:
    """number: of the group that it is printed in. scene: who measures it."""

    number: int
    scene: str
    figure: str
    comparison: str  # a key of COMPARISONS
    bound: float
    about: str


# Of the figures that have a target and follow from no others.
UNITS = {
    **dict.fromkeys(("redis_life_batch_50", "redis_life_batch_50_no_aof", "redis_life_batch_1",
                     "roundtrip_p50", "roundtrip_p99"), "us"),
    **dict.fromkeys(("client_enqueue_bulk", "http_array_jobs", "slow_500_jobs",
                     "questions_500_rate"), "jobs/s"),
    **dict.fromkeys(("memory_2_idle", "memory_2_used", "slow_500_memory",
                     "questions_500_memory"), "MB"),
    **dict.fromkeys(("fairness_long", "fairness_flood"), "of 1"),
    "client_one_of_bare": "times", "http_single_requests": "requests/s", "idle_cpu": "%",
    "idle_commands": "1/s", "redis_bytes_queued_job": "bytes", "fairness_wait": "ms",
    "questions_500_connections": "connections", "models_served": "1/s", "analysis_tables": "s",
    "analysis_catalogue": "s",
}

COMPARISONS = {"at least": operator.ge, "at most": operator.le, "above": operator.gt,
               "below": operator.lt}

GROUPS = {1: "drain, all guarantees on", 2: "CPU of Redis per job", 3: "enqueue",
          4: "one job on an idle worker", 5: "memory of a worker, PSS",
          6: "memory on Redis", 7: "flat in depth and width", 8: "fairness", 9: "semantic models",
          10: "analyses", 11: "questions"}

TARGETS = (
    Target(1, "peers", "drain_64_of_redis_peers", "at least", 3,
           "64 executors, beside the fastest Redis-backed peer"),
    Target(1, "drain", "drain_64_of_ceiling", "at least", 0.6,
           "64 executors, beside what the scripts allow"),
    Target(1, "peers", "drain_4_of_sidekiq", "above", 1,
           "4 executors, beside one process of Sidekiq"),
    Target(2, "scripts", "redis_life_batch_50", "at most", 12, "whole life, batches of 50"),
    Target(2, "scripts", "redis_life_batch_50_no_aof", "at most", 9.5, "the same without AOF"),
    Target(2, "scripts", "redis_life_batch_1", "at most", 50, "whole life, one at a time"),
    Target(3, "client", "client_enqueue_bulk", "at least", 250000, "C client, many a call"),
    Target(3, "client", "client_one_of_bare", "at most", 1.3,
           "C client, one a call, beside a bare round trip"),
    Target(3, "http", "http_single_requests", "at least", 50000, "HTTP, one job a request"),
    Target(3, "http", "http_array_jobs", "at least", 200000, "HTTP, arrays of 100"),
    Target(4, "roundtrip", "roundtrip_p50", "at most", 250, "enqueue to result seen, median"),
    Target(4, "roundtrip", "roundtrip_p99", "at most", 700, "enqueue to result seen, 99 of 100"),
    Target(4, "peers", "roundtrip_of_sidekiq", "below", 1, "the median, beside Sidekiq's"),
    Target(4, "idle", "idle_cpu", "below", 0.1, "CPU of an idle worker"),
    Target(4, "idle", "idle_commands", "below", 2, "its commands to Redis"),
    Target(5, "memory", "memory_2_idle", "at most", 8, "2 executors before the first job"),
    Target(5, "memory", "memory_2_used", "at most", 14, "2 executors after"),
    Target(5, "memory", "memory_per_executor", "at most", 0.5, "each further idle executor"),
    Target(5, "slow", "slow_500_memory", "below", 512, "500 executors in HTTP calls of 3 s"),
    Target(5, "slow", "slow_500_jobs", "at least", 150, "such calls"),
    Target(6, "scripts", "redis_bytes_queued_job", "at most", 300,
           "a queued job, payload of 100 bytes"),
    Target(7, "depth", "depth_life_ratio", "at most", 1.1,
           "CPU of Redis per job, deepest beside 1,000"),
    Target(7, "depth", "depth_take_ratio", "at most", 1.1, "what of it the take is"),
    Target(7, "depth", "depth_drain_ratio", "at least", 0.9, "drain, deepest beside 100,000"),
    # "No worse", with the tenth by which such figures differ from run to run.
    *(Target(7, "scale", f"scale_{what}_{n}_of_scripts", "at most", 1.1,
             f"CPU of Redis, {n} {what}, beside the scripts")
      for what, counts in WIDTHS.items() for n in counts),
    Target(8, "fairness", "fairness_long", "at least", 0.9,
           "third queue beside two long jobs, of what is left"),
    Target(8, "fairness", "fairness_flood", "at least", 0.9,
           "third queue beside two floods, of its share"),
    Target(8, "fairness", "fairness_wait", "at most", 15, "one job beside two floods, median wait"),
    Target(9, "models", "models_served", "at least", 200, "models of 1 MiB, 8 connections"),
    Target(10, "analysis", "analysis_tables", "at most", 60,
           "200 tables of 20 columns and 10,000 rows, by samples"),
    Target(10, "analysis", "analysis_catalogue", "at most", 10,
           "the catalogue of 3,000 tables of 20 columns"),
    Target(11, "questions", "questions_500_rate", "at least", 150,
           "500 executors, a language model that takes 3 s, rows from PostgreSQL"),
    Target(11, "questions", "questions_500_memory", "below", 512, "their memory"),
    Target(11, "questions", "questions_500_connections", "below", 100,
           "connections to PostgreSQL, at most"),
)


class Missing(Exception):
    """A figure that was not measured, by name."""


def scripts_at(values, batch):
    """Linear in 1/batch: a call costs something, and each of its jobs."""
    points = sorted(
        (1 / int(match[1]), values[match[0]] + values[f"redis_finish_batch_{match[1]}"])
        for match in map(BATCH.fullmatch, values) if match)
    if len(points) < 2:
        raise Missing("redis_take_batch_1")
    at = 1 / batch
    below = max([i for i, (x, _) in enumerate(points[:-1]) if x <= at], default=0)
    (x0, y0), (x1, y1) = points[below:below + 2]
    return y0 + (y1 - y0) * (at - x0) / (x1 - x0)


OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
             ast.Div: operator.truediv}


def evaluate(expression, values):
    """The value of an expression; raises Missing."""
    return _value(ast.parse(expression, mode="eval").body, values)


def _value(node, values):
    match node:
        case ast.Constant(value=number):
            return number
        case ast.Name(id=name):
            if values.get(name) is None:
                raise Missing(name)
            return values[name]
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id="scripts_at"), args=[batch]):
            return scripts_at(values, _value(batch, values))
        case ast.Call(func=ast.Name(id=("max" | "min") as name), args=args):
            return {"max": max, "min": min}[name](_measured(args, values))
    raise ValueError(f"{ast.unparse(node)}: no part of an expression")


def _measured(nodes, values):
    found, missing = [], None
    for node in nodes:
        try:
            found.append(_value(node, values))
        except Missing as name:
            missing = name
    if not found:
        raise missing
    return found


def derive(values):
    """name -> (value, unit) of the figures that follow from others, as far as they do."""
    found = {}
    for name, (expression, unit) in FIGURES.items():
        try:
            found[name] = (evaluate(expression, values), unit)
        except (Missing, ZeroDivisionError):
            pass
    return found


def verdict(target, values):
    """True, False, or None without a value."""
    value = values.get(target.figure)
    return None if value is None else COMPARISONS[target.comparison](value, target.bound)


def unit_of(figure):
    """Of one that has a target, measured or not."""
    return FIGURES[figure][1] if figure in FIGURES else UNITS[figure]
