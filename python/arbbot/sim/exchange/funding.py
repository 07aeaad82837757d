"""When funding settles and at what rate. Pure; knows no account."""

from decimal import ROUND_HALF_EVEN, Decimal

from arbbot.sim.exchange.records import SettledRate
from arbbot.sim.exchange.source import MarketSource
from arbbot.sim.exchange.terms import FundingPrice, FundingRule, SimInstrument

__all__ = ["HOUR_MS", "funding_rate", "last_settlement_ms", "next_settlement_ms", "predicted_rate", "settled_rate"]

HOUR_MS = 3_600_000


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


def predicted_rate(instrument: SimInstrument, source: MarketSource, time_ms: int) -> Decimal:
    """What the running interval would settle at, from the premiums between its start and now."""
    start = last_settlement_ms(instrument.funding, time_ms)
    return funding_rate(instrument.funding, source.mean_premium(instrument.symbol, start, time_ms))


def settled_rate(instrument: SimInstrument, source: MarketSource, stamp_ms: int) -> SettledRate:
    """The settlement at `stamp_ms`, which is on the calendar."""
    rule = instrument.funding
    premium = source.mean_premium(instrument.symbol, stamp_ms - rule.interval_hours * HOUR_MS, stamp_ms)
    point = source.point(instrument.symbol, stamp_ms)
    price = point.mark if rule.price is FundingPrice.MARK else point.index
    return SettledRate(
        symbol=instrument.symbol,
        rate=funding_rate(rule, premium),
        premium=premium,
        price=price,
        time_ms=stamp_ms,
    )
