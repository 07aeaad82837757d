"""The public side in Hyperliquid's shapes: listings, contexts, books, rates, candles. Reads the model, changes nothing.

Sources: recorded answers of the venue (hyperliquid-python-sdk's cassettes, tardis-node's samples) for key sets and
types; the venue's documentation, "Info endpoint" and "Perpetuals", where no recording exists.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from arbbot.domain.order import OrderSide
from arbbot.sim.exchange import ExchangeModel, Level, MarketSource, PublicTrade, SimInstrument
from arbbot.sim.wire.hyperliquid.digits import fake_hash, number, truncated

__all__ = ["LEVELS", "LEVELS_FAST", "Listing"]

LEVELS = 20  # "L2 book snapshot": at most 20 levels a side
LEVELS_FAST = 5  # the `fast` book
RATE_DIGITS = 10  # decimals of funding rates and premiums on the wire
DAY_MS = 86_400_000
CANDLES_MAX = 500
# "Funding": impact notional 20,000 USDC for BTC and ETH, 6,000 for the rest
IMPACT_USDC = {"BTC": Decimal(20_000), "ETH": Decimal(20_000)}
IMPACT_USDC_OTHER = Decimal(6_000)
INTERVALS_MS = {
    "1m": 60_000,
    "3m": 180_000,
    "5m": 300_000,
    "15m": 900_000,
    "30m": 1_800_000,
    "1h": 3_600_000,
    "2h": 7_200_000,
    "4h": 14_400_000,
    "8h": 28_800_000,
    "12h": 43_200_000,
    "1d": DAY_MS,
}
USDC_TOKEN = {
    "name": "USDC",
    "szDecimals": 8,
    "weiDecimals": 8,
    "index": 0,
    "tokenId": "0x6d1e7cde53ba9467b783cb7c530ce054",
    "isCanonical": True,
    "evmContract": None,
    "fullName": None,
}


class Listing:
    """What anybody may read. Assets are numbered in the order in which the venue lists them."""

    def __init__(self, model: ExchangeModel, source: MarketSource) -> None:
        self._model = model
        self._source = source
        self.coins = tuple(model.terms.instruments)

    def instrument(self, coin: str) -> SimInstrument:
        """Terms of `coin`; raises KeyError for one that is not listed."""
        return self._model.terms.instruments[coin]

    def meta(self) -> dict[str, Any]:
        """The universe and its margin tables."""
        tables = {_table_id(i, n): _table(i) for n, i in enumerate(self._model.terms.instruments.values())}
        return {
            "universe": [
                {
                    "szDecimals": instrument.quantity_decimals,
                    "name": coin,
                    "maxLeverage": instrument.leverage_max,
                    "marginTableId": _table_id(instrument, asset),
                }
                for asset, (coin, instrument) in enumerate(self._model.terms.instruments.items())
            ],
            "marginTables": [[table_id, table] for table_id, table in sorted(tables.items())],
            "collateralToken": 0,
        }

    def meta_and_contexts(self) -> list[Any]:
        """The universe, and the context of each of its assets in the same order."""
        return [self.meta(), [self.context(coin) for coin in self.coins]]

    def context(self, coin: str) -> dict[str, Any]:
        """Prices and the running funding prediction; the emulated crowd has no open interest and no volume."""
        state = self._model.symbol_state(coin)
        book = self._model.book(coin)
        mid = _mid(book.bids, book.asks)
        impact = IMPACT_USDC.get(coin, IMPACT_USDC_OTHER)
        sides = (_impact_price(book.bids, impact), _impact_price(book.asks, impact))
        return {
            "funding": number(state.rate_predicted),
            "openInterest": "0.0",
            "prevDayPx": self.price(coin, self._source.point(coin, state.time_ms - DAY_MS).mark),
            "dayNtlVlm": "0.0",
            "premium": truncated(state.premium, RATE_DIGITS),
            "oraclePx": self.price(coin, state.index),
            "markPx": self.price(coin, state.mark),
            "midPx": None if mid is None else number(mid),
            "impactPxs": None if None in sides else [self.price(coin, side) for side in sides if side is not None],
        }

    def price(self, coin: str, value: Decimal) -> str:
        """A price with as many decimals as the coin's tick."""
        return number(value.quantize(self.instrument(coin).tick, ROUND_HALF_EVEN))

    def mids(self) -> dict[str, str]:
        """Mid by coin, one-sided books left out."""
        books = ((coin, self._model.book(coin)) for coin in self.coins)
        mids = ((coin, _mid(book.bids, book.asks)) for coin, book in books)
        return {coin: number(mid) for coin, mid in mids if mid is not None}

    def book(self, coin: str, levels: int = LEVELS) -> dict[str, Any]:
        """The best `levels` of each side."""
        book = self._model.book(coin)
        sides = [[_level(level) for level in side[:levels]] for side in (book.bids, book.asks)]
        return {"coin": coin, "time": book.time_ms, "levels": sides}

    def touch(self, coin: str) -> dict[str, Any]:
        """Best bid and best ask, null where a side is empty."""
        book = self._model.book(coin)
        sides = [_level(side[0]) if side else None for side in (book.bids, book.asks)]
        return {"coin": coin, "time": book.time_ms, "bbo": sides}

    def touch_prices(self, coin: str) -> tuple[Decimal | None, Decimal | None]:
        """Best bid and best ask."""
        book = self._model.book(coin)
        return (book.bids[0].price if book.bids else None, book.asks[0].price if book.asks else None)

    def trades(self, coin: str, from_ms: int) -> list[dict[str, Any]]:
        """The tape from `from_ms` (exclusive; a minute at most) to now, oldest first."""
        now = self._model.state.time_ms
        return [_trade(trade) for trade in self._source.trades(coin, max(from_ms, now - 60_000), now)]

    def rates(self, coin: str, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
        """Settled rates, oldest first, at most 500."""
        settled = self._model.settled_rates(coin, from_ms, to_ms)
        return [
            {
                "coin": coin,
                "fundingRate": number(rate.rate),
                "premium": truncated(rate.premium, RATE_DIGITS),
                "time": rate.time_ms,
            }
            for rate in settled[:500]
        ]

    def predictions(self) -> list[Any]:
        """The running prediction of every coin on this venue; it knows no other venue's."""
        states = (self._model.symbol_state(coin) for coin in self.coins)
        return [
            [
                state.symbol,
                [
                    [
                        "HlPerp",
                        {
                            "fundingRate": number(state.rate_predicted),
                            "nextFundingTime": state.next_settlement_ms,
                            "fundingIntervalHours": state.interval_hours,
                        },
                    ]
                ],
            ]
            for state in states
        ]

    def candles(self, coin: str, interval: str, from_ms: int, to_ms: int) -> list[dict[str, Any]]:
        """Candles of the mark, sampled at their quarters; raises KeyError for an unknown interval."""
        step = INTERVALS_MS[interval]
        first = from_ms // step * step
        last = min(to_ms, self._model.state.time_ms)
        starts = range(first, last + 1, step)[-CANDLES_MAX:]
        return [self._candle(coin, interval, start, step) for start in starts]

    def _candle(self, coin: str, interval: str, start_ms: int, step_ms: int) -> dict[str, Any]:
        now = self._model.state.time_ms
        stamps = [min(start_ms + step_ms * quarter // 4, now) for quarter in range(5)]
        marks = [self._source.point(coin, stamp).mark for stamp in stamps]
        return {
            "t": start_ms,
            "T": start_ms + step_ms - 1,
            "s": coin,
            "i": interval,
            "o": self.price(coin, marks[0]),
            "c": self.price(coin, marks[-1]),
            "h": self.price(coin, max(marks)),
            "l": self.price(coin, min(marks)),
            "v": "0.0",
            "n": 0,
        }


def _table_id(instrument: SimInstrument, asset: int) -> int:
    # the venue names a table without tiers by its leverage and numbers the others from 51
    return instrument.leverage_max if len(instrument.tiers) == 1 else 51 + asset


def _table(instrument: SimInstrument) -> dict[str, Any]:
    bounds = [Decimal(0), *(tier.notional_max for tier in instrument.tiers[:-1])]
    tiers = [
        {"lowerBound": number(bound), "maxLeverage": tier.leverage_max}
        for bound, tier in zip(bounds, instrument.tiers, strict=True)
    ]
    return {"description": "" if len(tiers) == 1 else f"tiered {instrument.leverage_max}x", "marginTiers": tiers}


def _level(level: Level) -> dict[str, Any]:
    # the model keeps quantities by level, not by order: every level counts as one order
    return {"px": number(level.price), "sz": number(level.quantity), "n": 1}


def _trade(trade: PublicTrade) -> dict[str, Any]:
    return {
        "coin": trade.symbol,
        "side": "B" if trade.side is OrderSide.BUY else "A",
        "px": number(trade.price),
        "sz": number(trade.quantity),
        "time": trade.time_ms,
        "hash": fake_hash("trade", trade.symbol, trade.trade_id),
        "tid": trade.trade_id,
    }


def _mid(bids: tuple[Level, ...], asks: tuple[Level, ...]) -> Decimal | None:
    return (bids[0].price + asks[0].price) / 2 if bids and asks else None


def _impact_price(levels: Iterable[Level], notional: Decimal) -> Decimal | None:
    """Average price of trading `notional` into `levels`, or all of them where they are thinner; None where empty."""
    spent, got = Decimal(0), Decimal(0)
    for level in levels:
        take = min(level.quantity, (notional - spent) / level.price)
        spent += take * level.price
        got += take
        if spent >= notional:
            break
    return spent / got if got else None
