"""The forest plot is plain SVG: escaped, without script, the same each time."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from evaluator.report.charts import Bar, forest_plot

BARS = [
    Bar("<script>alert(1)</script> & co", "PPV", "9/10", 0.9, 0.55, 0.99),
    Bar("plain", "PPV", "1/2", 0.5, 0.01, 0.99),
    Bar("plain", "Sensitivity", "8/8", 1.0, 0.63, 1.0),
]


def test_names_are_escaped() -> None:
    """A hostile name is text in a drawing that holds no script and loads nothing."""
    svg = forest_plot(BARS)
    tree = ET.fromstring(svg)  # noqa: S314 - our own drawing
    names = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert not names & {"script", "image", "foreignObject", "a"}
    assert "<script>alert(1)</script> & co" in {element.text for element in tree.iter()}


def test_same_bars_same_bytes() -> None:
    """Drawn twice, the same bytes."""
    assert forest_plot(BARS) == forest_plot(BARS)
