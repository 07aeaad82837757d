"""Short ways to write domain values in tests. Nothing here decides anything."""

from decimal import Decimal

from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.domain.market import FundingRate, Quote
from arbbot.domain.order import Fill, FundingPayment, LegSide, OrderIntent, OrderSide, TimeInForce
from arbbot.domain.pair import Leg, PairTerms

HOUR_NS = 3_600_000_000_000
T0_NS = 1_767_600_000_000_000_000  # 2026-01-05T08:00:00Z
LONG_ID = InstrumentId(venue="hyperliquid", symbol="ETH")
SHORT_ID = InstrumentId(venue="binanceusdm", symbol="ETHUSDT")


def instrument(
    name: InstrumentId = SHORT_ID,
    *,
    lot: str = "0.001",
    multiplier: str = "1",
    tick: str = "0.01",
    notional_min: str = "10",
    settle: str = "USDT",
    digits: int | None = None,
    asset: str = "ETH",
) -> Instrument:
    """A linear perpetual of ETH."""
    return Instrument(
        id=name,
        asset=asset,
        quote=settle,
        settle=settle,
        multiplier=Decimal(multiplier),
        tick=Decimal(tick),
        lot=Decimal(lot),
        quantity_min=Decimal(lot),
        notional_min=Decimal(notional_min),
        price_digits_max=digits,
        leverage_max=Decimal(20),
        maintenance_rate=Decimal("0.01"),
        fee_rate_taker=Decimal("0.0005"),
        fee_rate_maker=Decimal("0.0002"),
        funding_interval_hours=1 if name.venue == "hyperliquid" else 8,
    )


def terms(
    *, quantity: str = "2", piece: str = "1", long_lot: str = "0.0001", short_lot: str = "0.001", first: str = "long"
) -> PairTerms:
    """Long ETH on Hyperliquid, short on Binance, on the coarser lot."""
    grid = max(Decimal(long_lot), Decimal(short_lot))
    return PairTerms(
        pair_id="ETH-1-1",
        asset="ETH",
        long=Leg(side=LegSide.LONG, instrument=instrument(LONG_ID, lot=long_lot, settle="USDC")),
        short=Leg(side=LegSide.SHORT, instrument=instrument(SHORT_ID, lot=short_lot)),
        first=LegSide(first),
        quantity=Decimal(quantity),
        quantity_slice=Decimal(piece),
        grid=grid,
        entry_min=-1.0,
        band_bp=Decimal(8),
        edge_bp_expected=10.0,
        carry_per_hour_entry=1e-5,
        ts_ns=T0_NS,
    )


def quote(name: InstrumentId, bid: str = "3000.00", ask: str = "3000.10") -> Quote:
    """A two-sided quote."""
    return Quote(
        instrument=name,
        bid=Decimal(bid),
        bid_quantity=Decimal(50),
        ask=Decimal(ask),
        ask_quantity=Decimal(50),
        ts_venue_ns=T0_NS,
        ts_recv_ns=T0_NS,
    )


def funding_rate(name: InstrumentId, per_hour: float, *, interval: int = 1, next_in_h: float = 1.0) -> FundingRate:
    """A prediction of `per_hour`, settling in `next_in_h` hours."""
    return FundingRate(
        instrument=name,
        rate=per_hour * interval,
        interval_hours=interval,
        ts_next_ns=T0_NS + int(next_in_h * HOUR_NS),
        price_pay=3000.0,
        ts_recv_ns=T0_NS,
    )


def intent(
    client_id: str = "c1",
    *,
    leg: LegSide = LegSide.LONG,
    quantity: str = "1",
    reduce_only: bool = False,
    seq: int = 0,
    epoch: int = 1,
) -> OrderIntent:
    """An IOC of the pair made by `terms`."""
    buying = (leg is LegSide.LONG) is not reduce_only
    return OrderIntent(
        client_id=client_id,
        pair_id="ETH-1-1",
        leg=leg,
        seq=seq,
        instrument=LONG_ID if leg is LegSide.LONG else SHORT_ID,
        side=OrderSide.BUY if buying else OrderSide.SELL,
        quantity=Decimal(quantity),
        price_limit=Decimal(3000),
        time_in_force=TimeInForce.IOC,
        reduce_only=reduce_only,
        ts_ns=T0_NS,
        ts_expiry_ns=T0_NS + 3_000_000_000,
        epoch=epoch,
    )


def fill(
    name: InstrumentId,
    side: OrderSide,
    quantity: str,
    price: str,
    fill_id: str,
    *,
    client_id: str = "c1",
    fee: str = "0",
    cash: str = "0",
) -> Fill:
    """One execution."""
    currency = "USDC" if name.venue == "hyperliquid" else "USDT"
    return Fill(
        instrument=name,
        client_id=client_id,
        venue_order_id="1",
        venue_fill_id=fill_id,
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee=Decimal(fee),
        fee_currency=currency,
        cash_delta=Decimal(cash),
        cash_currency=currency,
        ts_venue_ns=T0_NS,
    )


def payment(name: InstrumentId, amount: str, payment_id: str) -> FundingPayment:
    """A settled funding payment."""
    return FundingPayment(
        instrument=name,
        venue_payment_id=payment_id,
        amount=Decimal(amount),
        currency="USDC" if name.venue == "hyperliquid" else "USDT",
        rate=None,
        ts_venue_ns=T0_NS + HOUR_NS,
    )
