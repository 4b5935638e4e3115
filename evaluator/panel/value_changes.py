"""Where two nested mappings differ, value by value."""

from __future__ import annotations

from collections.abc import Mapping


def value_changes(
    old: Mapping[str, object], new: Mapping[str, object], path: str = ""
) -> list[dict[str, object]]:
    """List the values that differ as path, from and to, sorted by path; a list is one value.

    >>> value_changes({"quality": {"min_depth": 10}}, {"quality": {"min_depth": 12}})
    [{'path': 'quality.min_depth', 'from': 10, 'to': 12}]
    """
    changes: list[dict[str, object]] = []
    for key in sorted(set(old) | set(new)):
        before, after = old.get(key), new.get(key)
        if isinstance(before, dict) and isinstance(after, dict):
            changes += value_changes(before, after, f"{path}{key}.")
        elif before != after:
            changes.append({"path": f"{path}{key}", "from": before, "to": after})
    return changes
