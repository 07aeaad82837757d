"""`exchangeInfo` for the one recorded instrument.

The recordings hold no listing: tick and lot are read off the recorded book, the rest is the venue's documentation
("Exchange Information", USDⓈ-M and COIN-M).
"""

from typing import Any

from arbbot.sim.playback.recording import Recording

__all__ = ["exchange_info"]

NEVER_MS = 4_133_404_800_000  # deliveryDate of a perpetual
QUOTES = ("USDT", "USDC")
CONTRACT_USD = {"BTCUSD": 100}  # COIN-M contract sizes: 100 USD for BTC, 10 USD for all others
CONTRACT_USD_OTHERS = 10


def exchange_info(recording: Recording, now_ms: int) -> dict[str, Any]:
    """The body, at venue time `now_ms`."""
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "rateLimits": [{"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400}],
        "exchangeFilters": [],
        "symbols": [_linear(recording) if recording.pair is None else _inverse(recording, recording.pair)],
    }


def _linear(recording: Recording) -> dict[str, Any]:
    quote = next((quote for quote in QUOTES if recording.symbol.endswith(quote)), QUOTES[0])
    terms = {"status": "TRADING", "baseAsset": recording.symbol.removesuffix(quote), "quoteAsset": quote}
    least = {"filterType": "MIN_NOTIONAL", "notional": "100"}
    return _symbol(recording, recording.symbol, terms | {"marginAsset": quote}, [least])


def _inverse(recording: Recording, pair: str) -> dict[str, Any]:
    base = pair.removesuffix("USD")
    terms = {
        "contractStatus": "TRADING",
        "contractSize": CONTRACT_USD.get(pair, CONTRACT_USD_OTHERS),
        "baseAsset": base,
        "quoteAsset": "USD",
        "marginAsset": base,
    }
    return _symbol(recording, pair, terms, [])


def _symbol(recording: Recording, pair: str, terms: dict[str, Any], filters: list[dict[str, Any]]) -> dict[str, Any]:
    tick, lot = f"{recording.tick:f}", f"{recording.lot:f}"
    return {
        "symbol": recording.symbol,
        "pair": pair,
        "contractType": "PERPETUAL",
        "deliveryDate": NEVER_MS,
        "onboardDate": recording.start_ns // 1_000_000,
        **terms,
        "pricePrecision": _places(tick),
        "quantityPrecision": _places(lot),
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000", "tickSize": tick},
            {"filterType": "LOT_SIZE", "stepSize": lot, "minQty": lot, "maxQty": "1000000"},
            *filters,
        ],
        "orderTypes": [],
        "timeInForce": [],
    }


def _places(step: str) -> int:
    return len(step.partition(".")[2])
