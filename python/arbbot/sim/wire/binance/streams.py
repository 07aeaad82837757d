"""Public streams: what a subscriber of `btcusdt@depth@100ms` and its like is sent, and when."""

from collections.abc import Callable
from typing import Any

import msgspec

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import ExchangeModel, MarketSource, PublicTrade, SimInstrument
from arbbot.sim.wire.binance.books import BookDiff, Books
from arbbot.sim.wire.binance.numbers import amount, price, quantity, rate
from arbbot.sim.wire.faults import WireFaults

__all__ = ["TICK_MS", "Streams"]

TICK_MS = 100
SECOND_MS = 1_000
Publish = Callable[[str, Any], None]
DEPTH_TICKS = {"": 250, "@100ms": 100, "@250ms": 250, "@500ms": 500, "@0ms": 100}


class Streams:
    """Makes the frames of one tick for the streams that somebody wants."""

    def __init__(self, model: ExchangeModel, source: MarketSource, books: Books, faults: WireFaults) -> None:
        self._model = model
        self._source = source
        self._books = books
        self._faults = faults
        self._by_name = {symbol.lower(): i for symbol, i in model.terms.instruments.items()}
        self._last_touch: dict[str, tuple[Any, ...]] = {}
        self._last_ms = model.state.time_ms

    def known(self, stream: str) -> bool:
        """True when `stream` names a listed symbol or an all-market stream; others are accepted and stay silent."""
        return stream.split("@", maxsplit=1)[0] in self._by_name or stream.startswith("!")

    def tick(self, wanted: frozenset[str], publish: Publish) -> None:
        """Publish everything due at the model's time."""
        now, last = self._model.state.time_ms, self._last_ms
        self._last_ms = now
        new_second = now // SECOND_MS != last // SECOND_MS
        if new_second and ("!markPrice@arr@1s" in wanted or "!markPrice@arr" in wanted):
            marks = [self._mark(i) for i in self._by_name.values()]
            for stream in ("!markPrice@arr@1s", "!markPrice@arr"):
                publish(stream, marks)
        for name in {stream.split("@")[0] for stream in wanted} & self._by_name.keys():
            self._symbol(name, wanted, new_second=new_second, from_ms=last, publish=publish)

    def _symbol(self, name: str, wanted: frozenset[str], *, new_second: bool, from_ms: int, publish: Publish) -> None:
        instrument = self._by_name[name]
        if any(f"{name}@depth{speed}" in wanted for speed in DEPTH_TICKS):
            self._depth(name, instrument, publish)
        if new_second:
            for stream in (f"{name}@markPrice@1s", f"{name}@markPrice"):
                if stream in wanted:
                    publish(stream, self._mark(instrument))
        if f"{name}@bookTicker" in wanted:
            self._touch(name, instrument, publish)
        if f"{name}@aggTrade" in wanted or f"{name}@trade" in wanted:
            floor = self._model.state.time_ms - SECOND_MS * 60
            for trade in self._source.trades(instrument.symbol, max(from_ms, floor), self._model.state.time_ms):
                publish(f"{name}@aggTrade", _aggregate(instrument, trade))
                publish(f"{name}@trade", _trade(instrument, trade))

    def _depth(self, name: str, instrument: SimInstrument, publish: Publish) -> None:
        diff = self._books.advance(instrument.symbol)
        if diff.empty or self._faults.skips_delta():
            return
        frame = _depth_update(instrument, diff)
        for (
            speed
        ) in DEPTH_TICKS:  # every speed is served every tick: a diff stream may be faster than asked, never lossy
            publish(f"{name}@depth{speed}", frame)

    def _touch(self, name: str, instrument: SimInstrument, publish: Publish) -> None:
        book = self._model.book(instrument.symbol)
        bid, ask = book.bids[0], book.asks[0]
        touch = (bid.price, bid.quantity, ask.price, ask.quantity)
        if touch == self._last_touch.get(name):
            return
        self._last_touch[name] = touch
        frame = {
            "e": "bookTicker",
            "u": book.time_ms * 4,
            "s": instrument.symbol,
            "b": price(instrument, bid.price),
            "B": quantity(instrument, bid.quantity),
            "a": price(instrument, ask.price),
            "A": quantity(instrument, ask.quantity),
            "T": book.time_ms,
            "E": book.time_ms,
        }
        publish(f"{name}@bookTicker", frame)

    def _mark(self, instrument: SimInstrument) -> dict[str, Any]:
        state = self._model.symbol_state(instrument.symbol)
        return {
            "e": "markPriceUpdate",
            "E": state.time_ms,
            "s": state.symbol,
            "p": amount(state.mark),
            "P": amount(state.index),
            "i": amount(state.index),
            "r": rate(state.rate_predicted),
            "T": state.next_settlement_ms,
        }


def _depth_update(instrument: SimInstrument, diff: BookDiff) -> msgspec.Raw:
    """Encoded once for all subscribers."""
    before, after = diff.before.update_id, diff.after.update_id
    frame = {
        "e": "depthUpdate",
        "E": diff.after.time_ms,
        "T": diff.after.time_ms,
        "s": instrument.symbol,
        "U": before + 1,
        "u": after,
        "pu": before,
        "b": [[price(instrument, p), quantity(instrument, q)] for p, q in diff.bids.items()],
        "a": [[price(instrument, p), quantity(instrument, q)] for p, q in diff.asks.items()],
    }
    return msgspec.Raw(msgspec.json.encode(frame))


def _aggregate(instrument: SimInstrument, trade: PublicTrade) -> dict[str, Any]:
    return {
        "e": "aggTrade",
        "E": trade.time_ms,
        "s": trade.symbol,
        "a": trade.trade_id,
        "p": price(instrument, trade.price),
        "q": quantity(instrument, trade.quantity),
        "f": trade.trade_id,
        "l": trade.trade_id,
        "T": trade.time_ms,
        "m": trade.side is OrderSide.SELL,
    }


def _trade(instrument: SimInstrument, trade: PublicTrade) -> dict[str, Any]:
    return {
        "e": "trade",
        "E": trade.time_ms,
        "T": trade.time_ms,
        "s": trade.symbol,
        "t": trade.trade_id,
        "p": price(instrument, trade.price),
        "q": quantity(instrument, trade.quantity),
        "X": "MARKET",
        "m": trade.side is OrderSide.SELL,
    }
