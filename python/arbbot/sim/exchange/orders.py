"""Orders as the exchange knows them, and why it refuses one. Values only."""

import enum
from decimal import Decimal

import msgspec

from arbbot.domain.order import OrderSide, OrderState, TimeInForce

__all__ = ["Execution", "OrderRecord", "OrderSpec", "Refusal", "RefusalKind"]


class RefusalKind(enum.StrEnum):
    """Why a request was refused; every wire maps each kind to its venue's own code and words."""

    UNKNOWN_SYMBOL = "unknown_symbol"
    UNKNOWN_ORDER = "unknown_order"
    PRICE_OFF_GRID = "price_off_grid"
    PRICE_NOT_POSITIVE = "price_not_positive"
    PRICE_OUT_OF_BAND = "price_out_of_band"
    QUANTITY_OFF_GRID = "quantity_off_grid"
    QUANTITY_NOT_POSITIVE = "quantity_not_positive"
    QUANTITY_BELOW_MINIMUM = "quantity_below_minimum"
    QUANTITY_ABOVE_MAXIMUM = "quantity_above_maximum"
    NOTIONAL_BELOW_MINIMUM = "notional_below_minimum"
    INSUFFICIENT_MARGIN = "insufficient_margin"
    POST_ONLY_WOULD_CROSS = "post_only_would_cross"
    REDUCE_ONLY_WOULD_INCREASE = "reduce_only_would_increase"
    DUPLICATE_CLIENT_ID = "duplicate_client_id"
    LEVERAGE_OUT_OF_RANGE = "leverage_out_of_range"


class Refusal(msgspec.Struct, frozen=True):
    """A request that changed nothing. `detail`: of a price out of its band the bound, else free text."""

    kind: RefusalKind
    detail: str = ""


class OrderSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for. `price` None: a market order. `client_id` "": the client gave none.

    `fee_rate_extra`: fraction of notional on top of the venue's fee, for whoever routed the order.
    """

    client_id: str
    symbol: str
    side: OrderSide
    quantity: Decimal
    price: Decimal | None
    time_in_force: TimeInForce
    reduce_only: bool = False
    fee_rate_extra: Decimal = Decimal(0)


class OrderRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the venue reports it. An IOC's unfilled rest ends EXPIRED, a user's cancel CANCELED.

    `filled` in venue units, `quote_filled` = Σ quantity × price. `liquidation`: the venue's own order.
    """

    order_id: int
    spec: OrderSpec
    state: OrderState
    filled: Decimal
    quote_filled: Decimal
    created_ms: int
    updated_ms: int
    liquidation: bool = False

    @property
    def remaining(self) -> Decimal:
        """Quantity that has not been filled, venue units."""
        return self.spec.quantity - self.filled

    @property
    def price_average(self) -> Decimal | None:
        """Average fill price; None before the first fill."""
        return self.quote_filled / self.filled if self.filled else None


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One fill. `fee` is a cost; `realised` the profit against the average entry; `position_before` signed."""

    execution_id: int
    order_id: int
    client_id: str
    symbol: str
    side: OrderSide
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_asset: str
    realised: Decimal
    position_before: Decimal
    maker: bool
    liquidation: bool
    time_ms: int
