"""Results come in the order of the items, whatever worker was first."""

from __future__ import annotations

import threading

import pytest

from evaluator.variants.file_threads import results_in_order


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_results_keep_the_order_of_the_items(threads: int) -> None:
    """Every item is worked on once and comes back in its place."""
    assert list(results_in_order(range(20), lambda item: item * item, threads)) == [
        (item, item * item) for item in range(20)
    ]


def test_items_are_worked_on_at_the_same_time() -> None:
    """Two items that wait for each other end only where both are under way."""
    together = threading.Barrier(2, timeout=10)
    assert [result for _, result in results_in_order("ab", lambda _: together.wait() >= 0, 2)] == [True, True]


@pytest.mark.parametrize("threads", [1, 2])
def test_few_results_wait_in_memory(threads: int) -> None:
    """A hundred items are not read ahead of who takes their results."""
    begun: list[int] = []
    results = results_in_order(range(100), begun.append, threads)
    next(results)
    assert len(begun) <= threads + 1


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_is_raised_where_its_item_stands(threads: int) -> None:
    """The items before it are handed on."""

    def fail_at_two(item: int) -> int:
        if item == 2:
            raise ValueError("two")
        return item

    results = results_in_order(range(5), fail_at_two, threads)
    assert [next(results), next(results)] == [(0, 0), (1, 1)]
    with pytest.raises(ValueError, match="two"):
        next(results)
