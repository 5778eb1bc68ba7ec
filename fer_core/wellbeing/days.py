"""Days, as calendars of a place have them, in UTC seconds."""

from datetime import date, datetime, timedelta, tzinfo

#: A day is over for the dashboard so long after its end: what a full queue held back is written.
SETTLE_S = 3600


def day_of(time_s: float, zone: tzinfo | None = None) -> date:
    """The date at a place; None for the server's own."""
    return datetime.fromtimestamp(time_s).astimezone(zone).date()


def bounds_of(day: date, zone: tzinfo | None = None) -> tuple[int, int]:
    """(start, end) of the day, the end not included; 23 to 25 hours."""
    start, end = (_midnight(day + timedelta(days=more), zone).timestamp() for more in (0, 1))
    return int(start), int(end)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    naive = datetime(day.year, day.month, day.day)
    return naive.replace(tzinfo=zone) if zone is not None else naive.astimezone()


def past_days(now_s: float, count: int, zone: tzinfo | None = None) -> list[date]:
    """The last ``count`` days that are over, the oldest first."""
    last = day_of(now_s - SETTLE_S, zone) - timedelta(days=1)
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]
