"""The search itself finds what can be found, and nothing else."""

import pytest

from tests.promises.algebra import Weights, few_told


def of(*people: int, weight: int = 1) -> Weights:
    return dict.fromkeys(people, weight)


@pytest.mark.parametrize(
    ("figures", "k", "told"),
    [
        pytest.param([], 2, None, id="nothing shown"),
        pytest.param([of(1, 2, 3)], 3, None, id="one group"),
        pytest.param([of(1, 2)], 3, {1, 2}, id="a group too small"),
        pytest.param([of(1, 2, 3), of(1, 2, 3, 4)], 3, {4}, id="one more"),
        pytest.param([of(1, 2, 3), of(4, 5, 6)], 3, None, id="two whole groups"),
        pytest.param(
            [of(1, 2, 3, 4), of(1, 2, 5, 6), of(3, 4, 5, 6)],
            3,
            {1, 2},
            id="no two of the three differ by fewer than four",
        ),
        pytest.param(
            [of(1, 2, 3), of(4, 5, 6), {1: 3, 2: 3, 3: 3, 4: 2, 5: 2, 6: 2}], 3, None, id="weights"
        ),
        pytest.param([of(1, 2, 3), {1: 2, 2: 1, 3: 1}], 3, {1}, id="one counts twice"),
    ],
)
def test_what_is_told(figures: list[Weights], k: int, told: set[int] | None) -> None:
    found = few_told(figures, {one: one for one in range(10)}, k)
    assert found is None if told is None else found is not None and told <= found
