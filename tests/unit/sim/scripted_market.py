"""A market that does exactly what a test says, and two small venues to trade it on."""

from collections.abc import Sequence
from decimal import Decimal

from arbbot.sim.exchange import (
    CashConvention,
    Depth,
    ExchangeModel,
    FundingPrice,
    FundingRule,
    Level,
    MarginTier,
    MarketPoint,
    PublicTrade,
    SimInstrument,
    VenueTerms,
)

D = Decimal
START_MS = 1_767_596_400_000  # 2026-01-05T07:00:00Z
ACCOUNT = "main"


class ScriptedMarket:
    """Constant until a test assigns another value."""

    def __init__(self) -> None:
        self.index = D(100)
        self.mark = D(100)
        self.premium = D(0)
        self.bids = (Level(D("99.9"), D(5), 1), Level(D("99.8"), D(10), 1))
        self.asks = (Level(D("100.1"), D(5), 1), Level(D("100.2"), D(10), 1))
        self.tape: list[PublicTrade] = []

    def point(self, symbol: str, time_ms: int) -> MarketPoint:
        return MarketPoint(self.index, self.mark, self.premium)

    def mean_premium(self, symbol: str, from_ms: int, to_ms: int) -> Decimal:
        return self.premium

    def depth(self, symbol: str, time_ms: int) -> Depth:
        return Depth(self.bids, self.asks)

    def trades(self, symbol: str, from_ms: int, to_ms: int) -> Sequence[PublicTrade]:
        return [trade for trade in self.tape if from_ms < trade.time_ms <= to_ms]


def instrument(interval_hours: int = 8) -> SimInstrument:
    """One contract with round numbers."""
    return SimInstrument(
        symbol="XUSDT",
        asset="X",
        quote="USDT",
        settle="USDT",
        multiplier=D(1),
        tick=D("0.1"),
        price_digits_max=None,
        lot=D("0.001"),
        quantity_min=D("0.001"),
        quantity_max=D(1000),
        notional_min=D(5),
        fee_rate_taker=D("0.0005"),
        fee_rate_maker=D("0.0002"),
        liquidation_fee_rate=D("0.0125"),
        tiers=(MarginTier(notional_max=D(10**9), leverage_max=50, maintenance_rate=D("0.01"), deduction=D(0)),),
        funding=FundingRule(
            interval_hours=interval_hours, price=FundingPrice.MARK, cap_rate=D("0.003"), rate_unit=D("1e-8")
        ),
    )


def terms(convention: CashConvention = CashConvention.REALISED) -> VenueTerms:
    """A venue with one contract."""
    return VenueTerms(
        venue="test",
        instruments={"XUSDT": instrument()},
        cash_convention=convention,
        cash_asset="USDT",
        cash_unit=D("1e-8"),
        leverage_default=20,
        client_ids_reusable=True,
        price_band=D("0.1"),
        first_order_id=100,
        first_execution_id=900,
    )


def exchange(
    market: ScriptedMarket, cash: str = "1000", convention: CashConvention = CashConvention.REALISED
) -> ExchangeModel:
    """A fresh venue on `market` with one funded account."""
    return ExchangeModel.fresh(terms(convention), market, {ACCOUNT: D(cash)}, START_MS)
