"""Raw frames as the venues send them, and a view that watches BTC on both. Nothing here decides anything."""

import json
from decimal import Decimal
from typing import Any

import msgspec

from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.market.view import MarketView

MS_NS = 1_000_000
T_NS = 1_767_600_000_000_000_000  # 2026-01-05T08:00:00Z
BINANCE = InstrumentId("binanceusdm", "BTCUSDT")
HYPERLIQUID = InstrumentId("hyperliquid", "BTC")

Levels = list[tuple[str, str]]


def btc(name: InstrumentId, **changes: Any) -> Instrument:
    """BTC on one of the venues, on its real grid and fees."""
    hyperliquid = name.venue == "hyperliquid"
    currency = "USDC" if hyperliquid else "USDT"
    terms = Instrument(
        id=name,
        asset="BTC",
        quote=currency,
        settle=currency,
        multiplier=Decimal(1),
        tick=Decimal("0.1"),
        lot=Decimal("0.00001" if hyperliquid else "0.001"),
        quantity_min=Decimal("0.001"),
        notional_min=Decimal(10),
        price_digits_max=5 if hyperliquid else None,
        leverage_max=Decimal(20),
        maintenance_rate=Decimal("0.01"),
        fee_rate_taker=Decimal("0.00045" if hyperliquid else "0.0005"),
        fee_rate_maker=Decimal("0.0002"),
        funding_interval_hours=1 if hyperliquid else 8,
    )
    return msgspec.structs.replace(terms, **changes)


def depth(first: int, last: int, previous: int, bids: Levels, asks: Levels, symbol: str = "BTCUSDT") -> str:
    """A Binance depthUpdate."""
    return json.dumps(
        {
            "e": "depthUpdate",
            "E": T_NS // MS_NS,
            "T": T_NS // MS_NS,
            "s": symbol,
            "U": first,
            "u": last,
            "pu": previous,
            "b": bids,
            "a": asks,
        }
    )


def depth_snapshot(sequence: int, bids: Levels, asks: Levels) -> bytes:
    """A Binance REST order book."""
    body = {"lastUpdateId": sequence, "E": T_NS // MS_NS, "T": T_NS // MS_NS, "bids": bids, "asks": asks}
    return json.dumps(body).encode()


def mark_price(rate: str, price: str, next_ns: int, symbol: str = "BTCUSDT") -> str:
    """A Binance markPriceUpdate."""
    event = {"e": "markPriceUpdate", "E": T_NS // MS_NS, "s": symbol, "p": price, "i": price, "r": rate}
    return json.dumps({"stream": "x", "data": event | {"T": next_ns // MS_NS}})


def l2_book(bids: Levels, asks: Levels, ts_ns: int = T_NS, coin: str = "BTC") -> str:
    """A Hyperliquid l2Book."""
    sides = [[{"px": price, "sz": size, "n": 1} for price, size in side] for side in (bids, asks)]
    return json.dumps({"channel": "l2Book", "data": {"coin": coin, "time": ts_ns // MS_NS, "levels": sides}})


def asset_context(rate: str, oracle: str, coin: str = "BTC") -> str:
    """A Hyperliquid activeAssetCtx."""
    context = {"funding": rate, "oraclePx": oracle, "markPx": oracle, "openInterest": "1.0"}
    return json.dumps({"channel": "activeAssetCtx", "data": {"coin": coin, "ctx": context}})


def empty_view() -> MarketView:
    """BTC watched on both venues; nothing heard yet; USDC worth one USDT by a book of its own."""
    view = MarketView("USDT")
    for venue in ("binanceusdm", "hyperliquid"):
        view.add_venue(venue, venue)
    view.add_instrument(btc(BINANCE))
    view.add_instrument(btc(HYPERLIQUID))
    usdc = InstrumentId("binanceusdm", "USDCUSDT")
    view.add_instrument(btc(usdc, asset="USDC", tick=Decimal("0.0001"), lot=Decimal(1)))
    view.set_currency_rate("USDC", usdc)
    view.snapshot(usdc, depth_snapshot(1, [("0.9999", "5000")], [("1.0001", "5000")]), T_NS)
    return view


def live_view() -> MarketView:
    """Both books Live with two levels a side, both rates known: Binance pays 0.08 % per 8 h, Hyperliquid −0.01 %/h."""
    view = empty_view()
    book = [("60000.0", "2"), ("59990.0", "3")], [("60001.0", "2"), ("60011.0", "3")]
    view.snapshot(BINANCE, depth_snapshot(10, *book), T_NS)
    view.feed("binanceusdm", mark_price("0.0008", "60000.5", T_NS + 8 * 3_600_000 * MS_NS), T_NS)
    view.feed("hyperliquid", l2_book([("59950.0", "2"), ("59940.0", "9")], [("59951.0", "2"), ("59961.0", "9")]), T_NS)
    view.feed("hyperliquid", asset_context("-0.0001", "59950.5"), T_NS)
    return view
