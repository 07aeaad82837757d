"""How scripted venues behave, and how far a bench is driven. Used by the engine's unit tests."""

from decimal import Decimal

from arbbot.domain.account import FillSeen, OrderSeen
from arbbot.domain.order import Accepted, Fill, OrderIntent, OrderSide, OrderState, OrderStatus, Outcome
from arbbot.domain.pair import PairState
from builders import fill
from builders.bench import EngineBench

RICH = (0.0012, 0.0000125)


def status_of(
    intent: OrderIntent, amount: Decimal, state: OrderState = OrderState.FILLED, *, side: OrderSide | None = None
) -> OrderStatus:
    """The order as its venue reports it."""
    return OrderStatus(
        instrument=intent.instrument,
        client_id=intent.client_id,
        venue_order_id="7",
        side=side or intent.side,
        quantity=intent.quantity,
        price_limit=intent.price_limit,
        state=state,
        filled=amount,
    )


def filled(intent: OrderIntent, quantity: Decimal | None = None) -> Fill:
    """One execution of the whole order, or of `quantity`."""
    amount = str(intent.quantity if quantity is None else quantity)
    return fill(intent.instrument, intent.side, amount, "3000", f"x{intent.client_id}", client_id=intent.client_id)


async def placed_after(bench: EngineBench, count: int, turns: int = 12) -> list[OrderIntent]:
    """Every order, oldest first, once there are `count`."""
    for _ in range(turns):
        bench.quote(rates=RICH)
        await bench.turns(1)
        placed = sorted(bench.hl.placed + bench.bn.placed, key=lambda intent: intent.seq)
        if len(placed) >= count:
            return placed
    raise AssertionError(f"{count} orders expected")


def executes(bench: EngineBench) -> None:
    """Both venues fill every order whole, and say so on the private stream."""

    def answer(intent: OrderIntent) -> Outcome:
        venue = bench.hl if intent.instrument.venue == "hyperliquid" else bench.bn
        before = venue.held.get(intent.instrument, Decimal(0))
        venue.held[intent.instrument] = before + intent.side.sign * intent.quantity
        bench.context.inbox.put_stream(venue.venue, FillSeen(filled(intent)))
        bench.context.inbox.put_stream(venue.venue, OrderSeen(status_of(intent, intent.quantity)))
        return Accepted(venue_order_id="7", ts_sent_ns=0)

    bench.hl.answer = bench.bn.answer = answer


async def opened(bench: EngineBench) -> None:
    """Drive until a pair is Open."""
    executes(bench)
    for _ in range(40):
        bench.quote(rates=RICH)
        await bench.turns(1)
        if any(pair.state is PairState.OPEN for pair in bench.context.state.pairs.live()):
            return
    raise AssertionError("no pair opened")
