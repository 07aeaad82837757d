"""What is at risk, measured from the journal's pairs, the venues' balances and the core's prices."""

from decimal import Decimal

from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.pair import PairState
from arbbot.engine.context import EngineContext
from arbbot.execution.pairs import PairRecord
from arbbot.risk.exposure import Exposure, VenueExposure

__all__ = ["currency_rates", "exit_prices", "measure", "pair_net"]

MINUTE_NS = 60_000_000_000
ZERO = Decimal(0)


def currency_rates(context: EngineContext) -> dict[str, Decimal]:
    """Numeraire per unit of each settlement currency; one without a live rate counts as 1 in reports."""
    currencies = {i.settle for i in context.instruments.values()} | {context.settings.numeraire.currency}
    for pair in context.state.pairs.pairs.values():
        currencies |= {leg.instrument.settle for leg in pair.terms.legs}
    rates = {currency: context.market.currency_rate(currency) for currency in currencies}
    return {currency: Decimal(repr(rate)) if rate is not None else Decimal(1) for currency, rate in rates.items()}


def exit_prices(context: EngineContext, pair: PairRecord) -> dict[InstrumentId, Decimal]:
    """What each leg would fetch at the touch now, venue price units; a leg with no book at all is absent."""
    prices: dict[InstrumentId, Decimal] = {}
    for leg in pair.terms.legs:
        touch = context.market.touch(leg.instrument.id)
        if touch is not None:
            prices[leg.instrument.id] = touch[0] if leg.side.sign > 0 else touch[1]
    return prices


def pair_net(context: EngineContext, pair: PairRecord, rates: dict[str, Decimal]) -> Decimal:
    """P&L of one pair in numeraire; an open leg without a price is left out of the price line."""
    net = pair.account.net(exit_prices(context, pair), rates)
    if net is not None:
        return net
    return pair.account.total("funding", rates) - pair.account.total("fees", rates)


def measure(context: EngineContext) -> Exposure:
    """The exposure as the limits see it; pairs under way count with the quantity they may still reach."""
    rates = currency_rates(context)
    per_venue: dict[str, float] = dict.fromkeys(context.venues, 0.0)
    per_asset: dict[str, float] = {}
    delta = 0.0
    held: set[str] = set()
    live = list(context.state.pairs.live())
    for pair in live:
        for leg in pair.terms.legs:
            price = _price(context, leg.instrument, rates)
            reach = pair.terms.quantity if pair.state is PairState.OPENING else abs(pair.quantity(leg.side))
            notional = float(reach) * price
            per_venue[leg.instrument.id.venue] += notional
            per_asset[pair.terms.asset] = per_asset.get(pair.terms.asset, 0.0) + notional
            delta += float(pair.quantity(leg.side)) * price
            held.add(str(leg.instrument.id))
    net = sum((pair_net(context, pair, rates) for pair in context.state.pairs.pairs.values()), ZERO)
    since_ns = context.clock.now_ns() - MINUTE_NS
    return Exposure(
        gross=sum(per_venue.values()),
        per_venue={venue: _venue(context, venue, notional, rates) for venue, notional in per_venue.items()},
        per_asset=per_asset,
        pairs_live=len(live),
        instruments_held=frozenset(held),
        delta_net=delta,
        loss=max(0.0, -float(net)),
        orders_last_minute=sum(1 for ts_ns in context.state.intent_times_ns[-1000:] if ts_ns > since_ns),
        halted=context.state.halted,
        lease_held=context.lease.held(),
    )


def _price(context: EngineContext, instrument: Instrument, rates: dict[str, Decimal]) -> float:
    """Numeraire per asset unit at the mid; 0 when nothing is known, which also keeps the pair from being priced."""
    touch = context.market.touch(instrument.id)
    if touch is None:
        return 0.0
    mid = (touch[0] + touch[1]) / 2
    return float(mid / instrument.multiplier * rates.get(instrument.settle, Decimal(1)))


def _venue(context: EngineContext, venue: str, notional: float, rates: dict[str, Decimal]) -> VenueExposure:
    truth = context.truth.get(venue)
    if truth is None or not truth.balances:
        return VenueExposure(notional=notional, equity=None, margin_free=None, mismatch=context.mismatch.get(venue))
    return VenueExposure(
        notional=notional,
        equity=float(sum((b.equity * rates.get(b.currency, ZERO) for b in truth.balances), ZERO)),
        margin_free=float(sum((b.margin_free * rates.get(b.currency, ZERO) for b in truth.balances), ZERO)),
        mismatch=context.mismatch.get(venue),
    )
