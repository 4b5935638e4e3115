"""Drawings as SVG text, made without a browser and without a script.

Every drawing shows at most MOST_ROWS rows; the caller says which and why. All names are text, never markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import altair as alt
import vl_convert

ROW_HEIGHT = 26
WIDTH = 420
HEIGHT = 260
MOST_ROWS = 40  # more rows than this are no longer read but skimmed; the table has them all
MOST_WIDE = 480  # pixels of a name before it is cut with an ellipsis
# Okabe and Ito's colours: told apart by every common form of colour vision
BLUE, VERMILION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#767676"
COLOURS = {"PPV": BLUE, "Sensitivity": VERMILION, "Specificity": GREEN}
PERCENT = [0, 0.25, 0.5, 0.75, 1]


@dataclass(frozen=True)
class Bar:
    """One estimate of a forest plot, as proportions from 0 to 1."""

    name: str
    measure: str
    counts: str
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Band:
    """One point of a curve: limits, and a middle where there is an estimate."""

    at: float
    lower: float
    upper: float
    middle: float | None = None


@dataclass(frozen=True)
class Swing:
    """One bar of a tornado: an output at the middle and at both ends of one uncertain quantity."""

    name: str
    at_mean: float
    at_low: float
    at_high: float


@dataclass(frozen=True)
class Dot:
    """One site of a funnel plot: how many were expected, and observed over expected."""

    name: str
    expected: float
    ratio: float


def forest_plot(bars: Sequence[Bar]) -> str:
    """Draw each estimate as a point on its interval, one row per name, one colour and shape per measure."""
    measures = [measure for measure in COLOURS if any(bar.measure == measure for bar in bars)]
    names = list(dict.fromkeys(bar.name for bar in bars))
    scale = alt.Scale(domain=measures, range=[COLOURS[measure] for measure in measures])
    rows = alt.Chart({"values": [asdict(bar) for bar in bars]}).encode(
        y=alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=MOST_WIDE)),
        yOffset=alt.YOffset("measure:N", sort=measures),
        color=alt.Color("measure:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
    )
    lines = rows.mark_rule(strokeWidth=2).encode(
        x=alt.X("lower:Q", scale=alt.Scale(domain=[0, 1]), axis=_percent(), title="Estimate, 95% interval"),
        x2="upper:Q",
    )
    points = rows.mark_point(filled=True, size=60).encode(
        x="estimate:Q", shape=alt.Shape("measure:N", scale=alt.Scale(domain=measures), legend=None)
    )
    return _svg(alt.layer(lines, points), max(2, len(names)) * ROW_HEIGHT)


def band_plot(bands: Sequence[Band], title: str, marked: float | None = None) -> str:
    """Draw a proportion against the prevalence, per 100,000 on a logarithmic axis, with its limits."""
    values = [{**asdict(band), "at": band.at * 100_000} for band in bands]
    ends = [values[0]["at"], values[-1]["at"]]
    base = alt.Chart({"values": values}).encode(
        x=alt.X(
            "at:Q",
            scale=alt.Scale(type="log", domain=ends, nice=False),
            axis=alt.Axis(values=[0.1, 1, 10, 100, 1000], format="~g"),
            title="Affected newborns per 100,000",
        )
    )
    y = alt.Y("lower:Q", scale=alt.Scale(domain=[0, 1]), axis=_percent(), title=title)
    layers: list[alt.Chart] = [base.mark_area(color=BLUE, opacity=0.25, line=False).encode(y=y, y2="upper:Q")]
    if any(band.middle is not None for band in bands):
        layers.append(base.mark_line(color=BLUE, strokeWidth=2).encode(y=alt.Y("middle:Q", title=title)))
    if marked is not None and ends[0] <= marked * 100_000 <= ends[1]:
        here = alt.Chart({"values": [{"at": marked * 100_000}]})
        layers.append(here.mark_rule(color=VERMILION, strokeDash=[5, 4], strokeWidth=2).encode(x="at:Q"))
    return _svg(alt.layer(*layers), HEIGHT)


def tipping_plot(bands: Sequence[Band]) -> str:
    """Draw the sensitivity against the number of missed cases assumed."""
    base = alt.Chart({"values": [asdict(band) for band in bands]}).encode(
        x=alt.X(
            "at:O", title="Assumed further missed cases", axis=alt.Axis(labelAngle=0, labelExpr=WHOLE_NUMBER)
        )
    )
    y = alt.Y("lower:Q", scale=alt.Scale(domain=[0, 1]), axis=_percent(), title="Sensitivity, 95% interval")
    lines = base.mark_rule(color=BLUE, strokeWidth=2).encode(y=y, y2="upper:Q")
    points = base.mark_point(filled=True, color=BLUE, size=80).encode(y="middle:Q")
    return _svg(alt.layer(lines, points), HEIGHT)


def discordance_bars(pairs: Sequence[tuple[str, Mapping[str, int]]]) -> str:
    """Draw for each kind of newborn how many only the one and only the other test called positive."""
    values = [
        {"kind": kind, "test": test, "newborns": number}
        for kind, numbers in pairs
        for test, number in numbers.items()
    ]
    tests = list(dict.fromkeys(test for _, numbers in pairs for test in numbers))
    scale = alt.Scale(domain=tests, range=[BLUE, VERMILION, GREEN, GREY][: len(tests)])
    bars = (
        alt.Chart({"values": values})
        .mark_bar()
        .encode(
            x=alt.X("newborns:Q", title="Newborns", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("kind:N", title=None, sort=[kind for kind, _ in pairs], axis=alt.Axis(labelLimit=240)),
            yOffset=alt.YOffset("test:N", sort=tests),
            color=alt.Color("test:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
        )
    )
    return _svg(bars, max(2, len(pairs)) * 3 * ROW_HEIGHT)


def tornado_plot(swings: Sequence[Swing], title: str) -> str:
    """Draw what an output becomes with one quantity at either end of its interval, the widest bar on top."""
    values = [
        {"name": swing.name, "end": end, "from": swing.at_mean, "to": to}
        for swing in swings
        for end, to in (("at its lower limit", swing.at_low), ("at its upper limit", swing.at_high))
    ]
    scale = alt.Scale(domain=["at its lower limit", "at its upper limit"], range=[BLUE, VERMILION])
    names = list(dict.fromkeys(swing.name for swing in swings))
    bars = (
        alt.Chart({"values": values})
        .mark_bar()
        .encode(
            x=alt.X("from:Q", title=title, scale=alt.Scale(zero=False)),
            x2="to:Q",
            y=alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=MOST_WIDE)),
            color=alt.Color("end:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
        )
    )
    return _svg(bars, max(2, len(names)) * ROW_HEIGHT)


def funnel_plot(dots: Sequence[Dot], limits: Sequence[Band]) -> str:
    """Draw observed over expected of each site within the limits of chance."""
    axis = alt.Axis(tickCount=6)
    area = (
        alt.Chart({"values": [asdict(limit) for limit in limits]})
        .mark_area(color=GREY, opacity=0.25)
        .encode(
            x=alt.X("at:Q", title="Expected cases", axis=axis),
            y=alt.Y("lower:Q", title="Observed / expected"),
            y2="upper:Q",
        )
    )
    points = (
        alt.Chart({"values": [asdict(dot) for dot in dots]})
        .mark_point(filled=True, color=BLUE, size=70)
        .encode(x="expected:Q", y="ratio:Q")
    )
    even = (
        alt.Chart({"values": [{"ratio": 1}]})
        .mark_rule(color=VERMILION, strokeDash=[5, 4])
        .encode(y="ratio:Q")
    )
    return _svg(alt.layer(area, even, points), HEIGHT)


WHOLE_NUMBER = "format(datum.value, 'd')"


def _percent() -> alt.Axis:
    return alt.Axis(format=".0%", values=PERCENT)


def _svg(chart: alt.Chart | alt.LayerChart | alt.FacetChart, height: int) -> str:
    finished = chart.properties(width=WIDTH, height=height).configure(background="white", font="sans-serif")
    return str(vl_convert.vegalite_to_svg(finished.to_dict()))
