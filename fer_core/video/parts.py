"""A part of a picture, as containers name it."""

#: (left, top, width, height) in pixels as they are stored.
Aperture = tuple[int, int, int, int]


def part_within(stored: tuple[int, int], part: Aperture) -> Aperture | None:
    """The part where it is a real one of a picture of (width, height); None else."""
    left, top, width, height = part
    if min(left, top) < 0 or min(width, height) < 2 or (width, height) == stored:
        return None
    if left + width > stored[0] or top + height > stored[1]:
        return None
    return part
