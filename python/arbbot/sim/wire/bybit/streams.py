"""Public topics: what a subscriber of `orderbook.50.BTCUSDT` and its like is sent at once, and then at every tick."""

from collections.abc import Callable, Iterable
from typing import Any

from arbbot.sim.exchange import BookSnapshot, ExchangeModel, MarketSource, PublicTrade, SimInstrument
from arbbot.sim.wire.bybit import words
from arbbot.sim.wire.bybit.books import DEPTHS, SEQ_PER_MS, BookTopic
from arbbot.sim.wire.bybit.numbers import price, quantity, uuid_of
from arbbot.sim.wire.bybit.tickers import Tickers
from arbbot.sim.wire.faults import WireFaults

__all__ = ["TICK_MS", "Streams"]

TICK_MS = 100
SECOND_MS = 1_000
TAPE_MAX_MS = 60_000
Frame = dict[str, Any]
Publish = Callable[[str, Frame], None]


class Streams:
    """Makes the frames of the topics that somebody wants."""

    def __init__(self, model: ExchangeModel, source: MarketSource, tickers: Tickers, faults: WireFaults) -> None:
        self._model = model
        self._source = source
        self._tickers = tickers
        self._faults = faults
        self._books: dict[str, BookTopic] = {}
        self._told: dict[str, dict[str, str]] = {}
        self._last_price: dict[str, Any] = {}
        self._last_ms = model.state.time_ms

    def known(self, topic: str) -> bool:
        """True when the venue has such a topic."""
        return self._parsed(topic) is not None

    def opening(self, topic: str) -> Frame | None:
        """The snapshot that a new subscriber of `topic` gets; None for a tape."""
        kind, depth, instrument = self._parsed(topic) or ("", 0, None)
        if instrument is None or kind == "publicTrade":
            return None
        if kind == "orderbook":
            if topic not in self._books:
                self._books[topic] = BookTopic(depth, instrument, self._model.book(instrument.symbol))
            return self._books[topic].snapshot()
        if topic not in self._told:
            self._told[topic] = self._tickers.fields(instrument)
        return self._ticker(topic, "snapshot", self._told[topic])

    def tick(self, wanted: frozenset[str], publish: Publish) -> None:
        """Publish everything due at the model's time."""
        self._forget(wanted)
        books: dict[str, BookSnapshot] = {}
        last, self._last_ms = self._last_ms, self._model.state.time_ms
        new_second = last // SECOND_MS != self._last_ms // SECOND_MS
        for topic in wanted:
            kind, _, instrument = self._parsed(topic) or ("", 0, None)
            if instrument is None:
                continue
            if kind == "orderbook":
                if instrument.symbol not in books:
                    books[instrument.symbol] = self._model.book(instrument.symbol)
                self._advance_book(topic, books[instrument.symbol], publish)
            elif kind == "tickers":
                self._advance_ticker(topic, instrument, publish, repeat=new_second)
            else:
                self._advance_tape(topic, instrument, last, publish)

    def _forget(self, wanted: Iterable[str]) -> None:
        """A topic that nobody holds starts afresh with its next subscriber."""
        for kept in (self._books, self._told):
            for topic in kept.keys() - set(wanted):
                del kept[topic]

    def _advance_book(self, topic: str, book: BookSnapshot, publish: Publish) -> None:
        if topic not in self._books:
            return
        frame = self._books[topic].advance(book)
        if frame is None or (frame["type"] == "delta" and self._faults.skips_delta()):
            return
        publish(topic, frame)

    def _advance_ticker(self, topic: str, instrument: SimInstrument, publish: Publish, *, repeat: bool) -> None:
        """The fields that changed; each second the rate too, which recorded deltas also repeat unchanged."""
        if topic not in self._told:
            return
        before, after = self._told[topic], self._tickers.fields(instrument)
        self._told[topic] = after
        changed = {
            name: value for name, value in after.items() if before[name] != value or (repeat and name == "fundingRate")
        }
        if changed:
            publish(topic, self._ticker(topic, "delta", {"symbol": instrument.symbol} | changed))

    def _advance_tape(self, topic: str, instrument: SimInstrument, last_ms: int, publish: Publish) -> None:
        now = self._model.state.time_ms
        trades = self._source.trades(instrument.symbol, max(last_ms, now - TAPE_MAX_MS), now)
        if trades:
            rows = [self._trade(instrument, trade) for trade in trades]
            publish(topic, {"topic": topic, "type": "snapshot", "ts": now, "data": rows})

    def _ticker(self, topic: str, kind: str, data: dict[str, str]) -> Frame:
        now = self._model.state.time_ms
        return {"topic": topic, "type": kind, "data": data, "cs": now * SEQ_PER_MS, "ts": now}

    def _trade(self, instrument: SimInstrument, trade: PublicTrade) -> Frame:
        before = self._last_price.get(trade.symbol, trade.price)
        self._last_price[trade.symbol] = trade.price
        same, up = trade.price == before, trade.price >= before
        return {
            "T": trade.time_ms,
            "s": trade.symbol,
            "S": words.side(trade.side),
            "v": quantity(instrument, trade.quantity),
            "p": price(instrument, trade.price),
            "L": ("Zero" if same else "") + ("PlusTick" if up else "MinusTick"),
            "i": uuid_of(f"trade:{trade.symbol}", trade.trade_id),
            "BT": False,
            "RPI": False,
            "seq": trade.time_ms * SEQ_PER_MS,
        }

    def _parsed(self, topic: str) -> tuple[str, int, SimInstrument] | None:
        kind, *parts = topic.split(".")
        depth = 0
        if kind == "orderbook" and len(parts) == 2 and parts[0].isdecimal() and int(parts[0]) in DEPTHS:
            depth = int(parts.pop(0))
        elif kind not in ("tickers", "publicTrade"):
            return None
        instrument = self._model.terms.instruments.get(parts[0]) if len(parts) == 1 else None
        return None if instrument is None else (kind, depth, instrument)
