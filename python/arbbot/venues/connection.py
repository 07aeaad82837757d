"""ccxt instances, configured: base URL, market clock for signatures, limiter, raw tap, quiet logging.

The published classes as they are; only instances are configured. Never retries, never logs a request. Three instances
a venue, so that an exit never queues behind a public call.
"""

import enum
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import ccxt.pro

from arbbot.domain.units import MS_NS
from arbbot.ports.clock import Clock
from arbbot.venues.credentials import Credentials
from arbbot.venues.reply import VenueReply
from arbbot.venues.tap import Take, install

__all__ = ["Address", "Role", "connect", "rebased", "tap"]

KEEP_ALIVE_MS = 5_000
WINDOW_MS = 60_000.0


class Address(NamedTuple):
    """Where a venue's requests go: to one place with the venue's host as first path segment, or host by host."""

    base_url: str | None = None
    hosts: Mapping[str, str] = {}


class Role(enum.Enum):
    """What an instance is for. `share`: its part of the venue's request weight; exits keep 20 % (FAULTS row 20)."""

    MARKET = ("market", 0.4, 6_000)
    ACCOUNT = ("account", 0.4, 6_000)
    TRADING = ("trading", 0.2, 3_000)

    def __init__(self, title: str, share: float, timeout_ms: int) -> None:
        self.title = title  # makes equal figures different members
        self.share = share
        self.timeout_ms = timeout_ms


def connect(
    adapter: str,
    *,
    address: Address,
    credentials: Credentials,
    clock: Clock,
    role: Role,
    weight_per_minute: int,
    window_ms: float = WINDOW_MS,
) -> Any:
    """A ccxt.pro instance for one role. Does no I/O.

    `weight_per_minute` is the venue's whole allowance, kept over every `window_ms`.
    """
    exchange: Any = getattr(ccxt.pro, adapter)(
        {
            **({} if role is Role.MARKET else _secrets(adapter, credentials)),
            "enableRateLimit": True,
            "rateLimiterAlgorithm": "rollingWindow",
            "rollingWindowSize": window_ms,
            "rateLimit": WINDOW_MS / (weight_per_minute * role.share),
            "timeout": role.timeout_ms,
            "options": {"maxRetriesOnFailure": 0, "builderFee": False},
        }
    )
    exchange.streaming = {**exchange.streaming, "keepAlive": KEEP_ALIVE_MS}
    # signatures only: limiter, backoff and pings stay on the wall clock (a Hyperliquid pong is stamped `milliseconds`)
    exchange.nonce = lambda: clock.now_ns() // MS_NS
    exchange.handle_errors = _handle_errors
    exchange.initialize_client = _initialize_nothing
    # ccxt's own logger writes keys and signatures at DEBUG, whatever level the root logger was given
    exchange.logger = logging.getLogger("arbbot.venues.ccxt")
    exchange.logger.setLevel(logging.WARNING)
    exchange.timeout_on_exit = 0
    exchange.urls["api"] = _rebase(exchange.urls["api"], address, str(exchange.hostname))
    return exchange


def tap(venue: str, exchange: Any, take: Take) -> None:
    """Let `take` see every raw frame of the sockets that `exchange` opens from now on."""
    published = exchange.client

    def client(url: str) -> Any:
        known = url in (exchange.clients or {})
        opened = published(url)
        if not known:
            install(venue, opened, take)
        return opened

    exchange.client = client


def rebased(url: str, address: Address, hostname: str) -> str:
    """`url` where `address` sends it; the scheme keeps being http or ws."""
    parts = urlsplit(url.replace("{hostname}", hostname))
    if address.base_url is not None:
        base = address.base_url.rstrip("/")
        if parts.scheme in {"ws", "wss"}:
            base = "ws" + base.removeprefix("http")
        return f"{base}/{parts.netloc}{parts.path}"
    return parts._replace(netloc=address.hosts.get(parts.hostname or "", parts.netloc)).geturl()


def _rebase(tree: Any, address: Address, hostname: str) -> Any:
    if isinstance(tree, dict):
        return {name: _rebase(branch, address, hostname) for name, branch in tree.items()}
    return rebased(tree, address, hostname) if isinstance(tree, str) else tree


def _secrets(adapter: str, credentials: Credentials) -> dict[str, str]:
    if adapter == "hyperliquid":
        return {"walletAddress": credentials.key, "privateKey": credentials.secret}
    return {"apiKey": credentials.key, "secret": credentials.secret}


def _handle_errors(status: int, *answer: Any) -> None:
    """Any status ≥ 400 as VenueReply: the venue's own code, which ccxt's exception classes lose.

    `answer` as ccxt passes it: reason, url, method, headers, body, and what we do not need.
    """
    if status >= 400:
        raise VenueReply(status, str(answer[4]))


async def _initialize_nothing() -> bool:
    """In place of hyperliquid's own, which signs approveBuilderFee and setReferrer and puts a builder on orders."""
    return True
