"""From a priced pair of instruments to an opportunity, with the strategy's own gates."""

from decimal import Decimal

import msgspec

from arbbot.domain.decision import Gate, Opportunity
from arbbot.domain.market import FundingRate, PairQuote
from arbbot.domain.units import SECOND_NS
from arbbot.strategy.carry import expected_carry, window_passed

__all__ = ["EntryRule", "assess", "entry_gates"]

BP = 10_000


class EntryRule(msgspec.Struct, frozen=True, kw_only=True):
    """The operator's numbers for opening. Hours, basis points of one leg's notional, seconds.

    `window_min`: the fraction of its averaging window that a prediction must have seen.
    """

    horizon_hours: float
    half_life_hours: float
    edge_open_bp: float
    settlement_guard_s: float
    window_min: float


def assess(
    *,
    asset: str,
    quote: PairQuote,
    quantity: Decimal,
    funding: tuple[FundingRate, FundingRate],
    rule: EntryRule,
    now_ns: int,
) -> Opportunity:
    """Price `quantity` (asset units) held over the horizon; `funding` is (long's, short's).

    edge = q·(entry + exit) + carry − fees: both crossings as the books stand, so the spread is paid twice.
    """
    size = float(quantity)
    notional = size * quote.price_mid
    fraction = expected_carry(funding[0], funding[1], now_ns, rule.horizon_hours, rule.half_life_hours)
    carry = fraction * notional
    edge = size * (quote.entry + quote.exit - quote.fees) + carry
    return Opportunity(
        asset=asset,
        long=quote.long,
        short=quote.short,
        quantity=quantity,
        notional=notional,
        entry=size * quote.entry,
        exit=size * quote.exit,
        fees=size * quote.fees,
        carry=carry,
        carry_per_hour=size * quote.carry_per_hour,
        edge=edge,
        edge_bp=edge / notional * BP,
        horizon_hours=rule.horizon_hours,
    )


def entry_gates(
    opportunity: Opportunity, funding: tuple[FundingRate, FundingRate], rule: EntryRule, now_ns: int
) -> tuple[Gate, ...]:
    """Every condition of the entry rule, passed or not."""
    next_s = min(rate.ts_next_ns for rate in funding) - now_ns
    return (
        Gate(
            name="edge",
            passed=opportunity.edge_bp > rule.edge_open_bp,
            value=f"{opportunity.edge_bp:+.2f} bp over {rule.horizon_hours:g} h",
            bound=f"> {rule.edge_open_bp:g} bp",
        ),
        Gate(
            name="carry",
            passed=opportunity.carry_per_hour > 0,
            value=f"{opportunity.carry_per_hour / opportunity.notional * BP * 24:+.2f} bp a day",
            bound="> 0",
        ),
        Gate(
            name="settlement guard",
            passed=next_s > rule.settlement_guard_s * SECOND_NS,
            value=f"{next_s / SECOND_NS:.1f} s to the next settlement",
            bound=f"> {rule.settlement_guard_s:g} s",
        ),
        _window_gate(funding, rule.window_min, now_ns),
    )


def _window_gate(funding: tuple[FundingRate, FundingRate], window_min: float, now_ns: int) -> Gate:
    """A prediction is an average since the last settlement; of a few samples it says little."""
    passed = min(window_passed(rate, now_ns) for rate in funding)
    return Gate(
        name="prediction",
        passed=passed >= window_min,
        value=f"{passed:.0%} of its window passed",
        bound=f"≥ {window_min:.0%}",
    )
