"""Great-circle distance: how far, never how long the journey takes."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

# Mean radius R1 of the Earth, kilometres (IUGG; Moritz, Geodetic Reference System 1980).
EARTH_RADIUS_KM = 6371.0088

Point = tuple[float, float]


def great_circle_km(here: Point, there: Point) -> float:
    """Distance in kilometres between two points given as (latitude, longitude) in degrees, by haversine.

    >>> great_circle_km((0.0, 0.0), (0.0, 0.0))
    0.0
    >>> round(great_circle_km((0.0, 0.0), (0.0, 180.0)))
    20015
    """
    (lat_1, lon_1), (lat_2, lon_2) = here, there
    half_lat = radians(lat_2 - lat_1) / 2
    half_lon = radians(lon_2 - lon_1) / 2
    haversine = sin(half_lat) ** 2 + cos(radians(lat_1)) * cos(radians(lat_2)) * sin(half_lon) ** 2
    # rounding may push antipodes a hair above 1, where asin has no value
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(haversine)))
