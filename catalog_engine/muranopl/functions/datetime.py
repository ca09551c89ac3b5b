"""Functions on points in time and timespans; the clock is a port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from dateutil import parser

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.operators import microseconds
from catalog_engine.muranopl.functions.table import Subject

subject = Subject()
_function = subject.function

_ZERO: Final = timedelta()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _zone(offset: timedelta) -> timezone:
    return timezone(offset) if offset else UTC


def _now(rt: Any) -> datetime:
    return datetime.fromtimestamp(rt.host.ports.clock.now(), UTC)


@_function(
    "datetime",
    year=p.Int,
    month=p.Int,
    day=p.Int,
    hour=p.Int,
    minute=p.Int,
    second=p.Int,
    microsecond=p.Int,
    offset=p.Timespan,
)
def _datetime(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    microsecond: int = 0,
    offset: timedelta = _ZERO,
) -> datetime:
    return datetime(year, month, day, hour, minute, second, microsecond, _zone(offset))


@_function("datetime", timestamp=p.Number, offset=p.Timespan)
def _datetime_of_timestamp(timestamp: float, offset: timedelta = _ZERO) -> datetime:
    return datetime.fromtimestamp(timestamp, _zone(offset))


@_function("datetime", string=p.String, format_=p.NullableString)
def _datetime_of_text(rt: Any, string: str, format_: str | None = None) -> datetime:
    if format_:
        result = datetime.strptime(string, format_)  # noqa: DTZ007 - the format may have none
    else:
        # What the text leaves out is taken from today, which only the clock's port may tell.
        today = _now(rt).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        result = parser.parse(string, default=today)
    return result if result.tzinfo else result.replace(tzinfo=UTC)


@_function(
    "timespan",
    days=p.Int,
    hours=p.Int,
    minutes=p.Int,
    seconds=p.Integer,
    milliseconds=p.Integer,
    microseconds=p.Integer,
)
def _timespan(
    days: int = 0,
    hours: int = 0,
    minutes: int = 0,
    seconds: int = 0,
    milliseconds: int = 0,
    microseconds: int = 0,
) -> timedelta:
    return timedelta(
        days=days,
        hours=hours,
        minutes=minutes,
        seconds=seconds,
        milliseconds=milliseconds,
        microseconds=microseconds,
    )


@_function("now", offset=p.NullableTimespan)
def _now_at(rt: Any, offset: timedelta | None = _ZERO) -> datetime:
    return _now(rt).astimezone(_zone(offset or _ZERO))


@_function("localtz", "utctz")
def _local_zone() -> timedelta:
    # A worker has no zone of its own: the same program gives the same on every engine host.
    return _ZERO


@_function(
    "replace",
    kind="method",
    dt=p.DateTime,
    year=p.NullableInt,
    month=p.NullableInt,
    day=p.NullableInt,
    hour=p.NullableInt,
    minute=p.NullableInt,
    second=p.NullableInt,
    microsecond=p.NullableInt,
    offset=p.NullableTimespan,
)
def _replace(
    dt: datetime,
    year: int | None = None,
    month: int | None = None,
    day: int | None = None,
    hour: int | None = None,
    minute: int | None = None,
    second: int | None = None,
    microsecond: int | None = None,
    offset: timedelta | None = None,
) -> datetime:
    fields: dict[str, Any] = {
        "year": year,
        "month": month,
        "day": day,
        "hour": hour,
        "minute": minute,
        "second": second,
        "microsecond": microsecond,
        "tzinfo": None if offset is None else _zone(offset),
    }
    return dt.replace(**{name: value for name, value in fields.items() if value is not None})


@_function("format", kind="method", dt=p.DateTime, format_=p.String)
def _format(dt: datetime, format_: str) -> str:
    return dt.strftime(format_)


@_function("isDatetime")
def _is_datetime(value: Any) -> bool:
    return isinstance(value, datetime)


@_function("isTimespan")
def _is_timespan(value: Any) -> bool:
    return isinstance(value, timedelta)


def _utc(dt: datetime) -> datetime:
    return dt - (dt.utcoffset() or _ZERO)


def _date(dt: datetime) -> datetime:
    return datetime(dt.year, dt.month, dt.day, tzinfo=dt.tzinfo)


_PROPERTIES: Final[dict[type, dict[str, Callable[[Any], Any]]]] = {
    timedelta: {
        "microseconds": microseconds,
        "milliseconds": lambda span: microseconds(span) / 1000.0,
        "seconds": lambda span: microseconds(span) / 1000000.0,
        "minutes": lambda span: microseconds(span) / 60000000.0,
        "hours": lambda span: microseconds(span) / 3600000000.0,
        "days": lambda span: microseconds(span) / 86400000000.0,
    },
    datetime: {
        "year": lambda dt: dt.year,
        "month": lambda dt: dt.month,
        "day": lambda dt: dt.day,
        "hour": lambda dt: dt.hour,
        "minute": lambda dt: dt.minute,
        "second": lambda dt: dt.second,
        "microsecond": lambda dt: dt.microsecond,
        "date": _date,
        "time": lambda dt: dt - _date(dt),
        "weekday": lambda dt: dt.weekday(),
        "utc": _utc,
        "offset": lambda dt: dt.utcoffset() or _ZERO,
        "timestamp": lambda dt: (_utc(dt).replace(tzinfo=UTC) - _EPOCH).total_seconds(),
    },
}


def _register_property(name: str, kind: type, read: Callable[[Any], Any]) -> None:
    type_ = p.DateTime if kind is datetime else p.of(kind)

    @_function(f"#property#{name}", obj=type_)
    def _property(obj: Any) -> Any:
        return read(obj)


for _kind, _readers in _PROPERTIES.items():
    for _name, _read in _readers.items():
        _register_property(_name, _kind, _read)
