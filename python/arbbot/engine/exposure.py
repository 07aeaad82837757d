"""What is at risk, measured from the journal's pairs, the venues' balances and the last marks."""

from decimal import Decimal

from arbbot.domain.pair import PairState
from arbbot.engine.context import EngineContext
from arbbot.engine.marks import Marks
from arbbot.risk.exposure import Exposure, VenueExposure

__all__ = ["measure"]

MINUTE_NS = 60_000_000_000
ZERO = Decimal(0)


def measure(context: EngineContext, marks: Marks) -> Exposure:
    """The exposure as the limits see it; pairs under way count with the quantity they may still reach."""
    rates = marks.rates()
    per_venue: dict[str, float] = dict.fromkeys(context.venues, 0.0)
    per_asset: dict[str, float] = {}
    delta, net = 0.0, ZERO
    held: set[str] = set()
    unpriced: list[str] = []
    for pair in context.state.pairs.pairs.values():
        worth = marks.net(pair)
        net += worth or ZERO
        if pair.state is PairState.CLOSED:
            continue
        mark = marks.mark(pair)
        if mark is None:
            unpriced.append(pair.terms.pair_id)
        mid = 0.0 if mark is None else float(mark.mid)
        for leg in pair.terms.legs:
            reach = pair.terms.quantity if pair.state is PairState.OPENING else abs(pair.quantity(leg.side))
            notional = float(reach) * mid
            per_venue[leg.instrument.id.venue] += notional
            per_asset[pair.terms.asset] = per_asset.get(pair.terms.asset, 0.0) + notional
            held.add(str(leg.instrument.id))
        delta += float(pair.imbalance) * mid
    since_ns = context.clock.now_ns() - MINUTE_NS
    return Exposure(
        gross=sum(per_venue.values()),
        per_venue={venue: _venue(context, venue, notional, rates) for venue, notional in per_venue.items()},
        per_asset=per_asset,
        pairs_live=len(list(context.state.pairs.live())),
        instruments_held=frozenset(held),
        unpriced=tuple(unpriced),
        delta_net=delta,
        loss=max(0.0, -float(net)),
        orders_last_minute=sum(1 for ts_ns in context.state.intent_times_ns[-1000:] if ts_ns > since_ns),
        halted=context.state.halted,
        lease_held=context.lease.held(),
    )


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
