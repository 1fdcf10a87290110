"""plots.py - two curves as one SVG: drain by executors, cost on Redis by batch.

Written by hand, readable on light and on dark paper: what is drawn takes its colours from
the reader's scheme.
"""
import dataclasses
import html
import math

WIDTH, HEIGHT = 420, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 62, 18, 40, 84

STYLE = """
svg { background: #ffffff; font: 12px system-ui, sans-serif; --ink: #1f2328; --faint: #d0d7de;
      --c0: #0b62c4; --c1: #b35900; --c2: #1a7f37; --c3: #8250df }
text { fill: var(--ink) } .title { font-size: 14px; font-weight: 600 }
.grid { stroke: var(--faint) } .axis { stroke: var(--ink) }
.c0 { stroke: var(--c0) } .c1 { stroke: var(--c1) } .c2 { stroke: var(--c2) }
.c3 { stroke: var(--c3) } circle.c0 { fill: var(--c0) } circle.c1 { fill: var(--c1) }
circle.c2 { fill: var(--c2) } circle.c3 { fill: var(--c3) }
polyline { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 5 4 }
@media (prefers-color-scheme: dark) {
  svg { background: #0d1117; --ink: #e6edf3; --faint: #30363d;
        --c0: #58a6ff; --c1: #f0a050; --c2: #56d364; --c3: #bc8cff }
}
"""


@dataclasses.dataclass(frozen=True)
class Curve:
    name: str
    points: list  # (x, y), x above 0
    dashed: bool = False


@dataclasses.dataclass(frozen=True)
class Panel:
    title: str
    x: str
    curves: list


def points(values, pattern, numbers):
    """(n, value) of the figures that pattern names, those that are there."""
    return [(n, values[pattern.format(n)]) for n in numbers
            if values.get(pattern.format(n)) is not None]


def panels(values):
    """What is drawn of these figures: name -> value."""
    executors, batches = (2, 4, 16, 64, 128), (1, 2, 4, 8, 16, 32, 50, 64, 100)
    drain = [Curve("Quern", points(values, "drain_{}_executors", executors))]
    for title, name in (("the scripts' ceiling", "take_finish_ceiling_batch_64"),
                        ("Sidekiq, 2 processes", "peer_sidekiq_2_drain"),
                        ("BullMQ", "peer_bullmq_drain")):
        if values.get(name) is not None:
            drain.append(Curve(title, [(n, values[name]) for n in (2, 128)], dashed=True))
    cost = [Curve("AOF every second", points(values, "redis_life_batch_{}", batches)),
            Curve("no AOF", points(values, "redis_life_batch_{}_no_aof", batches)),
            Curve("take and finish alone, AOF", both(values, batches))]
    found = [Panel("Drain, jobs/s", "executors", drain),
             Panel("CPU of Redis per job, µs", "jobs in a call", cost)]
    found = [dataclasses.replace(panel, curves=[curve for curve in panel.curves if curve.points])
             for panel in found]
    return [panel for panel in found if any(not curve.dashed for curve in panel.curves)]


def both(values, batches):
    finish = dict(points(values, "redis_finish_batch_{}", batches))
    return [(n, take + finish[n]) for n, take in points(values, "redis_take_batch_{}", batches)
            if n in finish]


def round_step(most):
    """The distance of about five lines of a grid: 1, 2 or 5 times a power of ten."""
    rough = most / 5
    power = 10 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough)


class Scale:
    """From figures to places in a panel: x by its logarithm, y from 0."""

    def __init__(self, curves):
        xs = [x for curve in curves for x, _ in curve.points]
        top = max(y for curve in curves for _, y in curve.points) or 1
        self.least, self.most = min(xs), max(xs)
        self.step = round_step(top)
        self.lines = math.ceil(top / self.step)
        self.xs = sorted({x for curve in curves if not curve.dashed for x, _ in curve.points})

    def x(self, value):
        span = math.log(self.most / self.least) or 1
        return LEFT + math.log(value / self.least) / span * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - value / (self.step * self.lines) * (HEIGHT - TOP - BOTTOM)


def line(kind, x1, y1, x2, y2):
    return (f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')


def text(x, y, words, anchor="middle", kind=""):
    kind = f' class="{kind}"' if kind else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'


def draw_grid(scale):
    for i in range(scale.lines + 1):
        value = i * scale.step
        yield line("axis" if i == 0 else "grid", LEFT, scale.y(value), WIDTH - RIGHT,
                   scale.y(value))
        yield text(LEFT - 6, scale.y(value) + 4, f"{value:,.10g}", "end")
    last = -math.inf
    for x in scale.xs:
        if scale.x(x) - last >= 22:
            last = scale.x(x)
            yield text(last, HEIGHT - BOTTOM + 16, f"{x:g}")


def draw_curve(number, curve, scale):
    places = [(scale.x(x), scale.y(y)) for x, y in curve.points]
    dashed = " dashed" if curve.dashed else ""
    yield (f'<polyline class="c{number % 4}{dashed}" points="'
           + " ".join(f"{x:.1f},{y:.1f}" for x, y in places) + '"/>')
    if not curve.dashed:
        for x, y in places:
            yield f'<circle class="c{number % 4}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def draw_legend(curves):
    """Two in a row, below the axis."""
    for i, curve in enumerate(curves):
        x, y = LEFT + i % 2 * 170, HEIGHT - 30 + i // 2 * 18
        dashed = " dashed" if curve.dashed else ""
        yield (f'<polyline class="c{i % 4}{dashed}" '
               f'points="{x},{y - 4} {x + 22},{y - 4}"/>')
        yield text(x + 28, y, curve.name, "start")


def draw(panel):
    scale = Scale(panel.curves)
    yield text(LEFT, 22, panel.title, "start", "title")
    yield from draw_grid(scale)
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 34, panel.x)
    for i, curve in enumerate(panel.curves):
        yield from draw_curve(i, curve, scale)
    yield from draw_legend(panel.curves)


def svg(values):
    """The picture of these figures, name -> value; "" when none of them is drawn."""
    found = panels(values)
    if not found:
        return ""
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(found)} {HEIGHT}" '
             f'role="img" aria-label="{html.escape("; ".join(one.title for one in found))}">',
             f"<style>{STYLE}</style>"]
    for i, panel in enumerate(found):
        lines += [f'<g transform="translate({WIDTH * i})">', *draw(panel), "</g>"]
    return "\n".join([*lines, "</svg>", ""])
