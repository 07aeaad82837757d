"""A request's own timestamp and receive window, so that ccxt, which throttles before it signs, cannot postpone them."""

from typing import Any

__all__ = ["pin", "pinned"]

KEY = "arbbot.pinned"  # never sent: taken out before the request is signed


def pinned(body: dict[str, Any], ts_ms: int, window_ms: int) -> dict[str, Any]:
    """`body`, to be refused by the venue after `ts_ms` + `window_ms`."""
    return {**body, KEY: (ts_ms, window_ms)}


def pin(exchange: Any) -> None:
    """Let `exchange` honour `pinned`; everything else is signed with its own clock and window."""
    published = exchange.sign

    def sign(path: str, api: Any, method: str, params: dict[str, Any]) -> Any:
        if KEY not in params:
            return published(path, api, method, params)
        ts_ms, window_ms = params[KEY]
        nonce, window = exchange.nonce, exchange.options["recvWindow"]
        # signing does not await, so that nobody else sees these
        exchange.nonce, exchange.options["recvWindow"] = (lambda: ts_ms), window_ms
        try:
            return published(path, api, method, {name: value for name, value in params.items() if name != KEY})
        finally:
            exchange.nonce, exchange.options["recvWindow"] = nonce, window

    exchange.sign = sign
