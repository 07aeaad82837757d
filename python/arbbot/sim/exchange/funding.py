"""When funding settles and at what rate: by formula or by another schedule. Knows no account."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Protocol

from arbbot.sim.exchange.records import SettledRate
from arbbot.sim.exchange.source import MarketSource
from arbbot.sim.exchange.terms import FundingPrice, FundingRule, SimInstrument

__all__ = ["HOUR_MS", "FormulaFunding", "FundingSchedule", "funding_rate", "last_settlement_ms", "next_settlement_ms"]

HOUR_MS = 3_600_000


class FundingSchedule(Protocol):
    """A venue's funding by symbol and market time (ms of UTC). Rates are fractions per interval, + longs pay shorts."""

    def interval_hours(self, symbol: str, time_ms: int) -> int:
        """Length of the interval that runs at `time_ms`."""
        ...

    def next_ms(self, symbol: str, time_ms: int) -> int:
        """First settlement strictly after `time_ms`."""
        ...

    def last_ms(self, symbol: str, time_ms: int) -> int:
        """Latest settlement at or before `time_ms`."""
        ...

    def predicted(self, symbol: str, time_ms: int) -> Decimal:
        """What the running interval would settle at, from what is past at `time_ms`."""
        ...

    def settled(self, symbol: str, stamp_ms: int) -> SettledRate:
        """The settlement at `stamp_ms`, which is on the calendar."""
        ...


class FormulaFunding:
    """By the venue's published formula, on a calendar of whole intervals from 00:00 UTC."""

    def __init__(self, instruments: Mapping[str, SimInstrument], source: MarketSource) -> None:
        self._instruments = instruments
        self._source = source

    def interval_hours(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.interval_hours; constant."""
        return self._instruments[symbol].funding.interval_hours

    def next_ms(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.next_ms."""
        return next_settlement_ms(self._instruments[symbol].funding, time_ms)

    def last_ms(self, symbol: str, time_ms: int) -> int:
        """As FundingSchedule.last_ms."""
        return last_settlement_ms(self._instruments[symbol].funding, time_ms)

    def predicted(self, symbol: str, time_ms: int) -> Decimal:
        """From the premiums between the interval's start and now."""
        rule = self._instruments[symbol].funding
        start_ms = last_settlement_ms(rule, time_ms)
        return funding_rate(rule, self._source.mean_premium(symbol, start_ms, time_ms))

    def settled(self, symbol: str, stamp_ms: int) -> SettledRate:
        """From the premiums of the whole interval."""
        rule = self._instruments[symbol].funding
        premium = self._source.mean_premium(symbol, stamp_ms - rule.interval_hours * HOUR_MS, stamp_ms)
        point = self._source.point(symbol, stamp_ms)
        return SettledRate(
            symbol=symbol,
            rate=funding_rate(rule, premium),
            premium=premium,
            price=point.mark if rule.price is FundingPrice.MARK else point.index,
            time_ms=stamp_ms,
        )


def funding_rate(rule: FundingRule, premium: Decimal) -> Decimal:
    """Rate per interval for a mean `premium` (fraction): [P + clamp(interest − P, ±clamp)] × interval / 8, capped."""
    pull = min(max(rule.interest_rate_8h - premium, -rule.clamp_8h), rule.clamp_8h)
    rate = (premium + pull) * rule.interval_hours / 8
    capped = min(max(rate, -rule.cap_rate), rule.cap_rate)
    return capped.quantize(rule.rate_unit, ROUND_HALF_EVEN)


def next_settlement_ms(rule: FundingRule, time_ms: int) -> int:
    """First settlement strictly after `time_ms`: multiples of the interval from 00:00 UTC."""
    step = rule.interval_hours * HOUR_MS
    return (time_ms // step + 1) * step


def last_settlement_ms(rule: FundingRule, time_ms: int) -> int:
    """Latest settlement at or before `time_ms`."""
    return next_settlement_ms(rule, time_ms) - rule.interval_hours * HOUR_MS
