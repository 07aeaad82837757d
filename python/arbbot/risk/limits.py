"""The first set of limits, as gates with value and bound."""

from decimal import Decimal

from arbbot.config.settings import RiskSettings
from arbbot.domain.decision import Approved, Decision, Gate, Opportunity, Refused
from arbbot.domain.market import PairQuote
from arbbot.risk.exposure import Exposure, VenueExposure

__all__ = ["judge", "limit_gates", "standing_breaches"]

BP = 10_000


def judge(
    *,
    opportunity: Opportunity,
    quote: PairQuote,
    exposure: Exposure,
    limits: RiskSettings,
    gates: tuple[Gate, ...],
    band_bp: float,
) -> Decision:
    """Approved only when every gate passes: the strategy's `gates` and all limits."""
    checked = gates + limit_gates(opportunity, quote, exposure, limits)
    if all(gate.passed for gate in checked):
        return Approved(
            opportunity=opportunity,
            quantity_max=opportunity.quantity,
            band_bp=Decimal(str(band_bp)),
            gates=checked,
        )
    return Refused(opportunity=opportunity, gates=checked)


def limit_gates(
    opportunity: Opportunity, quote: PairQuote, exposure: Exposure, limits: RiskSettings
) -> tuple[Gate, ...]:
    """Every limit with what it would be after this pair."""
    added = opportunity.notional
    legs = (opportunity.long, opportunity.short)
    taken = [str(leg) for leg in legs if str(leg) in exposure.instruments_held]
    asset_after = exposure.per_asset.get(opportunity.asset, 0.0) + 2 * added
    basis_bp = abs(quote.entry - quote.exit) / 2 / quote.price_mid * BP
    per_venue = [gate for leg in legs for gate in _venue_gates(leg.venue, added, exposure, limits)]
    return (
        Gate(name="halted", passed=exposure.halted is None, value=exposure.halted or "no", bound="no"),
        Gate(
            name="lease", passed=exposure.lease_held, value="held" if exposure.lease_held else "not held", bound="held"
        ),
        Gate(name="instrument free", passed=not taken, value=", ".join(taken) or "free", bound="one pair each"),
        Gate(
            name="held pairs priced",
            passed=not exposure.unpriced,
            value=", ".join(exposure.unpriced) or "all",
            bound="all",
        ),
        _at_most("pairs", exposure.pairs_live + 1, limits.pairs_max),
        _at_most("gross notional", exposure.gross + 2 * added, float(limits.gross_notional_max)),
        _at_most("asset notional", asset_after, float(limits.asset_notional_max)),
        _at_most("net delta", abs(exposure.delta_net), float(limits.net_delta_max)),
        _at_most("loss", exposure.loss, float(limits.loss_max)),
        _at_most("price band, bp", basis_bp, float(limits.price_band_bp)),
        _at_most("book age, ms", quote.age_ms_max, limits.book_age_ms_max),
        _at_most("orders a minute", exposure.orders_last_minute, limits.order_rate_per_minute_max),
        *per_venue,
    )


def standing_breaches(exposure: Exposure, limits: RiskSettings) -> list[str]:
    """Limits broken by what is held already; each is a reason to halt."""
    checks = (
        _at_most("net delta", abs(exposure.delta_net), float(limits.net_delta_max)),
        _at_most("loss", exposure.loss, float(limits.loss_max)),
    )
    return [f"{gate.name} {gate.value}, bound {gate.bound}" for gate in checks if not gate.passed]


def _venue_gates(venue: str, added: float, exposure: Exposure, limits: RiskSettings) -> list[Gate]:
    account = exposure.per_venue.get(venue, VenueExposure(notional=0, equity=None, margin_free=None, mismatch=None))
    if account.equity is None or account.margin_free is None:
        return [Gate(name=f"{venue} account", passed=False, value="not read", bound="balance and margin known")]
    leverage = (account.notional + added) / account.equity if account.equity > 0 else float("inf")
    margin = added / float(limits.leverage_max)
    return [
        Gate(
            name=f"{venue} positions",
            passed=account.mismatch is None,
            value=account.mismatch or "equal to the journal",
            bound="equal to the journal",
        ),
        _at_most(f"{venue} notional", account.notional + added, float(limits.venue_notional_max)),
        _at_most(f"{venue} leverage", leverage, float(limits.leverage_max)),
        Gate(
            name=f"{venue} margin",
            passed=account.margin_free >= margin,
            value=f"{account.margin_free:.2f} free",
            bound=f"≥ {margin:.2f}",
        ),
    ]


def _at_most(name: str, value: float, bound: float) -> Gate:
    return Gate(name=name, passed=value <= bound, value=f"{value:.6g}", bound=f"≤ {bound:.6g}")
