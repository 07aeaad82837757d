"""The published ccxt.pro classes: `watch_order_book` in a loop, and the connection alone below it.

Configured for speed: no limiter, markets put in. Nothing of the product is on this way but the rewriting of URLs.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import ccxt.pro
from live_frames import SYMBOLS
from live_measure import Measured, Server, until

from arbbot.venues.connection import Address, rebased

__all__ = ["connection", "watching"]

SETTLE_S = 0.5


def market_of(venue: str, exchange: Any) -> Any:
    """BTC, linear, as `load_markets` would list it."""
    currency = "USDC" if venue == "hyperliquid" else "USDT"
    named = f"BTC/{currency}:{currency}"
    terms = {
        "id": "0" if venue == "hyperliquid" else SYMBOLS[venue],
        "lowercaseId": SYMBOLS[venue].lower(),
        "symbol": named,
        "base": "BTC",
        "baseName": "BTC",
        "quote": currency,
        "settle": currency,
        "baseId": "BTC",
        "quoteId": currency,
        "settleId": currency,
        "type": "swap",
        "swap": True,
        "spot": False,
        "future": False,
        "option": False,
        "margin": False,
        "contract": True,
        "linear": True,
        "inverse": False,
        "active": True,
        "contractSize": 1.0,
        "precision": {"price": 0.1, "amount": 0.001},
        "info": {},
    }
    return exchange.safe_market_structure(terms)


def placed(tree: Any, url: str, hostname: str) -> Any:
    """`urls["api"]` with every host at `url`."""
    if isinstance(tree, dict):
        return {name: placed(branch, url, hostname) for name, branch in tree.items()}
    return rebased(tree, Address(url), hostname) if isinstance(tree, str) else tree


@contextlib.asynccontextmanager
async def opened(venue: str, url: str) -> AsyncIterator[tuple[Any, str]]:
    """An instance of the venue's class and its name for BTC."""
    exchange = getattr(ccxt.pro, venue)({"enableRateLimit": False})
    exchange.urls["api"] = placed(exchange.urls["api"], url, str(exchange.hostname))
    market = market_of(venue, exchange)
    exchange.set_markets([market])
    try:
        yield exchange, market["symbol"]
    finally:
        await exchange.close()


async def watching(venue: str, server: Server) -> Measured:
    """`watch_order_book` in a loop. `states`: how often the loop was handed a book it had not seen."""
    final = await server.final()
    seen: set[int] = set()
    async with opened(venue, server.url) as (exchange, symbol):

        async def read() -> None:
            stamp = 0
            while stamp != final.last_ms:
                book = await exchange.watch_order_book(symbol)
                stamp = book["timestamp"]
                seen.add(stamp)

        await exchange.watch_order_book(symbol)
        await asyncio.sleep(SETTLE_S)
        cpu, wall = await server.flooded(read)
        held = exchange.orderbooks[symbol]
        whole = all(
            [tuple(level[:2]) for level in held[side]] == [(float(price), float(size)) for price, size in levels]
            for side, levels in zip(("bids", "asks"), final.final, strict=True)
        )
    return Measured(cpu_us_per_frame=cpu, wall_us_per_frame=wall, states=len(seen), whole=whole)


async def connection(venue: str, server: Server) -> Measured:
    """ccxt's socket alone: a message is counted where ccxt would begin to read it. What is above only costs more."""
    count = 0

    def counted(data: str | bytes) -> None:
        nonlocal count
        count += 1

    async with opened(venue, server.url) as (exchange, symbol):
        await exchange.watch_order_book(symbol)
        await asyncio.sleep(SETTLE_S)
        (client,) = exchange.clients.values()
        client.handle_text_or_binary_message = counted
        cpu, wall = await server.flooded(lambda: until(lambda: count >= server.frames, "the last frame"))
    return Measured(cpu_us_per_frame=cpu, wall_us_per_frame=wall, states=0)
