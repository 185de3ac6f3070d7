"""Time as the server sees it: aware UTC datetimes with a resolution of one millisecond."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

Clock = Callable[[], datetime]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MILLISECOND = timedelta(milliseconds=1)


def utc_now() -> datetime:
    """Return the present moment, cut to the millisecond that the database can hold."""
    return from_millis(to_millis(datetime.now(timezone.utc)))


def to_millis(moment: datetime) -> int:
    """Return whole milliseconds since the epoch; a naive ``moment`` raises TypeError.

    Integers leave no room for a time zone to be lost on the way to the database and back.
    """
    return (moment - EPOCH) // MILLISECOND


def from_millis(millis: int) -> datetime:
    """Return the aware UTC datetime that is ``millis`` milliseconds after the epoch."""
    return EPOCH + millis * MILLISECOND
