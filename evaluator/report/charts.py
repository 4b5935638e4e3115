"""Drawings as SVG text, made without a browser and without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import altair as alt
import vl_convert

ROW_HEIGHT = 26
WIDTH = 420
# Okabe and Ito's blue and vermilion: told apart by every common form of colour vision
COLOURS = {"PPV": "#0072B2", "Sensitivity": "#D55E00"}


@dataclass(frozen=True)
class Bar:
    """One estimate of a forest plot, as proportions from 0 to 1."""

    name: str
    measure: str
    counts: str
    estimate: float
    lower: float
    upper: float


def forest_plot(bars: Sequence[Bar]) -> str:
    """Draw each estimate as a point on its interval, one row per name, one colour and shape per measure."""
    measures = [measure for measure in COLOURS if any(bar.measure == measure for bar in bars)]
    names = list(dict.fromkeys(bar.name for bar in bars))
    scale = alt.Scale(domain=measures, range=[COLOURS[measure] for measure in measures])
    rows = alt.Chart({"values": [asdict(bar) for bar in bars]}).encode(
        y=alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=360)),
        yOffset=alt.YOffset("measure:N", sort=measures),
        color=alt.Color("measure:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
    )
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
    lines = rows.mark_rule(strokeWidth=2).encode(
        x=alt.X("lower:Q", scale=alt.Scale(domain=[0, 1]), axis=axis, title="Estimate, 95% interval"),
        x2="upper:Q",
    )
    points = rows.mark_point(filled=True, size=60).encode(
        x="estimate:Q", shape=alt.Shape("measure:N", scale=alt.Scale(domain=measures), legend=None)
    )
    chart = (
        alt.layer(lines, points)
        .properties(width=WIDTH, height=max(2, len(names)) * ROW_HEIGHT)
        .configure(background="white", font="sans-serif")
    )
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))
