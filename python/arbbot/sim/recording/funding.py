"""Funding as it was recorded: rates at their stamps, no formula, no cap. Knows the next stamp, never the next rate."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from arbbot.sim.exchange import SettledRate
from arbbot.sim.recording.market import RecordedMarket
from arbbot.sim.recording.rows import HOUR_MS
from arbbot.sim.recording.series import Rates

__all__ = ["RecordedFunding"]

# after its last row a contract settles nothing more: the next stamp is out of reach
AFTER_END_MS = 3_660 * 24 * HOUR_MS
UNRECORDED_HOURS = 8  # a contract without a row (the rate source USDCUSDT) settles nothing, on this calendar
PREDICTION_UNIT = Decimal("1e-10")
ZERO = Decimal(0)


class RecordedFunding:
    """A `FundingSchedule` by symbol. Venues announce when they settle next, so the next stamp is no secret."""

    def __init__(self, series: Mapping[str, Rates], source: RecordedMarket) -> None:
        self._series = series
        self._source = source

    def interval_hours(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.interval_hours: what the next recorded settlement settles; the last one's after it."""
        series = self._series.get(symbol)
        return UNRECORDED_HOURS if series is None else series.interval_after(time_ms)

    def next_ms(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.next_ms: the next recorded stamp, whatever hole lies before it."""
        series = self._series.get(symbol)
        if series is None:
            return (time_ms // (UNRECORDED_HOURS * HOUR_MS) + 1) * UNRECORDED_HOURS * HOUR_MS
        place = series.until(time_ms)
        if place < len(series.stamps_ms):
            return series.stamps_ms[place]
        last = series.stamps_ms[-1]
        return last + ((time_ms - last) // AFTER_END_MS + 1) * AFTER_END_MS

    def last_ms(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.last_ms; the first recorded stamp before any is past."""
        series = self._series.get(symbol)
        if series is None:
            return time_ms // (UNRECORDED_HOURS * HOUR_MS) * UNRECORDED_HOURS * HOUR_MS
        return series.stamps_ms[max(0, series.until(time_ms) - 1)]

    def predicted(self, symbol: str, time_ms: int) -> Decimal:
        """The last settled rate, scaled to the running interval.

        Nothing is fitted: a weight learnt on the recording would know its future. docs/recordings.md says how far off
        it is.
        """
        series = self._series.get(symbol)
        if series is None:
            return ZERO
        last = max(0, series.until(time_ms) - 1)
        rate = _exact(series.rates[last]) * self.interval_hours(symbol, time_ms) / series.intervals[last]
        return rate.quantize(PREDICTION_UNIT, ROUND_HALF_EVEN)

    def settled(self, symbol: str, stamp_ms: int) -> SettledRate:
        """The recorded rate, on the price recorded at the stamp; 0 where no settlement was recorded."""
        return SettledRate(
            symbol=symbol,
            rate=self._rate(symbol, stamp_ms),
            premium=ZERO,
            price=self._source.paid(symbol, stamp_ms),
            time_ms=stamp_ms,
        )

    def _rate(self, symbol: str, stamp_ms: int) -> Decimal:
        series = self._series.get(symbol)
        if series is None:
            return ZERO
        place = series.until(stamp_ms) - 1
        return _exact(series.rates[place]) if place >= 0 and series.stamps_ms[place] == stamp_ms else ZERO


def _exact(rate: float) -> Decimal:
    """The shortest decimal that reads as the same double: the digits the venue printed."""
    return Decimal(repr(rate))
