"""The changes of layout that calls make, each as a list of layouts, one a frame (25 a second)."""

from typing import Final

from tests.analysis.calls import Layout, glide, grid, speaker

FOUR, SIX = grid(0, 1, 2, 3), grid(0, 1, 2, 3, 4, 5)
#: A shared screen: nobody.
NOBODY: Layout = {}


def stand(layout: Layout, frames: int = 12) -> list[Layout]:
    return [layout] * frames


CHANGES: Final[dict[str, list[Layout]]] = {
    "nothing changes": stand(SIX, 30),
    "two come": stand(FOUR) + stand(SIX),
    "two leave": stand(SIX) + stand(FOUR),
    "two come, gliding": stand(FOUR) + glide(FOUR, SIX, 10) + stand(SIX),
    "two come, gliding fast": stand(FOUR) + glide(FOUR, SIX, 3) + stand(SIX),
    "two leave, gliding": stand(SIX) + glide(SIX, FOUR, 10) + stand(FOUR),
    "one becomes large": stand(FOUR) + stand(speaker(2, 0, 1, 3)) + stand(FOUR),
    "another speaks": stand(speaker(2, 0, 1, 3)) + stand(speaker(0, 2, 1, 3)),
    "large, gliding": stand(FOUR)
    + glide(FOUR, speaker(3, 0, 1, 2), 8)
    + stand(speaker(3, 0, 1, 2))
    + glide(speaker(3, 0, 1, 2), speaker(1, 0, 3, 2), 8)
    + stand(speaker(1, 0, 3, 2)),
    "two swap": stand(FOUR) + stand(grid(3, 1, 2, 0)),
    "two swap, gliding": stand(FOUR) + glide(FOUR, grid(3, 1, 2, 0), 8) + stand(grid(3, 1, 2, 0)),
    "a round of four": stand(FOUR) + stand(grid(1, 2, 3, 0)),
    "one leaves, all move up": stand(SIX) + stand(grid(1, 2, 3, 4, 5)),
    "one leaves, all glide up": stand(SIX)
    + glide(SIX, grid(1, 2, 3, 4, 5), 8)
    + stand(grid(1, 2, 3, 4, 5)),
    "a screen is shown": stand(FOUR) + stand(NOBODY, 40) + stand(FOUR),
    "a screen is shown, then others": stand(FOUR) + stand(NOBODY, 40) + stand(grid(2, 0, 4, 1)),
    "one goes and comes back": stand(FOUR)
    + stand({who: FOUR[who] for who in (0, 2, 3)}, 40)
    + stand(FOUR),
    "another in one's place": stand(FOUR) + stand(grid(0, 1, 2, 4)),
    "one takes another's place": stand(grid(0, 1)) + stand(grid(0, 2)) + stand(grid(1, 2)),
    "a cut in one place": stand(grid(0)) + stand(grid(1)),
    "there and back": stand(grid(0)) + stand(grid(1), 45) + stand(grid(0)),
}
