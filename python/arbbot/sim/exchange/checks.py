"""Whether an order fits the venue's grid and minimums. Pure; knows no account."""

from decimal import Decimal

from arbbot.sim.exchange.orders import OrderSpec, Refusal, RefusalKind
from arbbot.sim.exchange.terms import SimInstrument

__all__ = ["check_grid", "on_price_grid"]


def on_price_grid(instrument: SimInstrument, price: Decimal) -> bool:
    """True when `price` is a multiple of the tick and has few enough significant digits; integers always have."""
    if price % instrument.tick:
        return False
    if instrument.price_digits_max is None or price == price.to_integral_value():
        return True
    return len(price.normalize().as_tuple().digits) <= instrument.price_digits_max


def check_grid(instrument: SimInstrument, spec: OrderSpec, mark: Decimal, band: Decimal) -> Refusal | None:
    """The first rule of the contract that `spec` breaks; `band` bounds |price / mark − 1|."""
    return _check_price(instrument, spec, mark, band) or _check_quantity(instrument, spec, mark)


def _check_price(instrument: SimInstrument, spec: OrderSpec, mark: Decimal, band: Decimal) -> Refusal | None:
    if spec.price is None:
        return None
    if spec.price <= 0:
        return Refusal(RefusalKind.PRICE_NOT_POSITIVE)
    if not on_price_grid(instrument, spec.price):
        return Refusal(RefusalKind.PRICE_OFF_GRID, f"tick {instrument.tick}")
    # a buy far below and a sell far above the mark cannot hurt anybody and may rest
    bound = mark * (1 + band * spec.side.sign)
    if (spec.price - bound) * spec.side.sign > 0:
        return Refusal(RefusalKind.PRICE_OUT_OF_BAND, f"{bound.quantize(instrument.tick)}")
    return None


def _check_quantity(instrument: SimInstrument, spec: OrderSpec, mark: Decimal) -> Refusal | None:
    quantity = spec.quantity
    notional = quantity * (spec.price if spec.price is not None else mark)
    broken = {
        RefusalKind.QUANTITY_NOT_POSITIVE: quantity <= 0,
        RefusalKind.QUANTITY_OFF_GRID: bool(quantity % instrument.lot),
        RefusalKind.QUANTITY_BELOW_MINIMUM: quantity < instrument.quantity_min,
        RefusalKind.QUANTITY_ABOVE_MAXIMUM: quantity > instrument.quantity_max,
        RefusalKind.NOTIONAL_BELOW_MINIMUM: notional < instrument.notional_min and not spec.reduce_only,
    }
    return next((Refusal(kind, f"{quantity} at {spec.price}") for kind, is_broken in broken.items() if is_broken), None)
