"""Great-circle distances against distances that others have published or that geometry gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.referral.distance import EARTH_RADIUS_KM, Point, great_circle_km

LONDON = (51.5074, -0.1278)
POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))

# City centres; the kilometres are the air-line distances commonly printed for the pair.
CITIES = [
    ("London to Paris", LONDON, (48.8566, 2.3522), 344),
    ("London to Edinburgh", LONDON, (55.9533, -3.1883), 534),
    ("London to New York", LONDON, (40.7128, -74.0060), 5570),
    ("London to Sydney", LONDON, (-33.8688, 151.2093), 16994),
]


@pytest.mark.parametrize(
    ("here", "there", "km"), [pair[1:] for pair in CITIES], ids=[pair[0] for pair in CITIES]
)
def test_known_city_pairs(here: Point, there: Point, km: float) -> None:
    """Known pairs of cities lie as far apart as atlases say, within a quarter of a percent."""
    assert great_circle_km(here, there) == pytest.approx(km, rel=0.0025)


def test_a_degree_on_the_equator() -> None:
    """One degree on the equator is one 360th of the circumference."""
    assert great_circle_km((0, 0), (0, 1)) == pytest.approx(111.195, abs=0.001)


def test_the_date_line_is_no_wall() -> None:
    """Two points on either side of the date line are neighbours."""
    assert great_circle_km((0, 179.5), (0, -179.5)) == pytest.approx(111.195, abs=0.001)


@given(POINTS, POINTS)
def test_distance_is_symmetric_and_bounded(here: Point, there: Point) -> None:
    """The way back is as long, and nothing is farther than half the circumference."""
    km = great_circle_km(here, there)
    assert km == pytest.approx(great_circle_km(there, here), abs=1e-6)
    assert 0 <= km <= EARTH_RADIUS_KM * 3.14159266
