"""`/info`: what may be asked, and the answer. Reads only; an unknown question or a wrong field raises `Unreadable`.

Source: the venue's documentation, "Info endpoint"; what ccxt 4.5.90 and hyperliquid-python-sdk 0.24.0 ask.
"""

import re
from collections.abc import Callable
from typing import Any

from arbbot.sim.wire.hyperliquid.listing import INTERVALS_MS, LEVELS, USDC_TOKEN, Listing
from arbbot.sim.wire.hyperliquid.statements import Statements

__all__ = ["Info", "Unreadable"]

_ADDRESS = re.compile(r"^(0x)?[0-9a-fA-F]{40}$")
Body = dict[str, Any]
Answerer = Callable[[Body], Any]
# what a user is told who has no vaults, stakes, sub-accounts, agents, TWAPs and spot money, and unifies nothing
_SAME_FOR_ALL: dict[str, Any] = {
    "delegations": [],
    "delegatorHistory": [],
    "delegatorRewards": [],
    "extraAgents": [],
    "spotClearinghouseState": {"balances": []},
    "subAccounts": None,
    "userAbstraction": "disabled",
    "userNonFundingLedgerUpdates": [],
    "userToMultiSigSigners": None,
    "userTwapSliceFills": [],
    "userVaultEquities": [],
}


class Unreadable(Exception):
    """A question that the venue cannot read: answered with HTTP 422."""


class Info:
    """Answers questions. Every answer is ready to be encoded as JSON."""

    def __init__(self, listing: Listing, statements: Statements) -> None:
        self._listing = listing
        self._statements = statements
        self._answers: dict[str, Answerer] = {**self._public(), **self._private(), **_constants()}

    def answer(self, body: Any) -> Any:
        """The answer to one decoded body; raises Unreadable."""
        kind = body.get("type") if isinstance(body, dict) else None
        answerer = self._answers.get(kind) if isinstance(kind, str) else None
        if answerer is None:
            raise Unreadable
        # another dex than the first one: the emulated venue has none
        if body.get("dex") not in (None, ""):
            raise Unreadable
        return answerer(body)

    def _public(self) -> dict[str, Answerer]:
        listing = self._listing
        return {
            "meta": lambda _: listing.meta(),
            "metaAndAssetCtxs": lambda _: listing.meta_and_contexts(),
            "spotMeta": lambda _: _spot_meta(),
            "spotMetaAndAssetCtxs": lambda _: [_spot_meta(), []],
            "perpDexs": lambda _: [None],
            "allMids": lambda _: listing.mids(),
            "predictedFundings": lambda _: listing.predictions(),
            "l2Book": self._book,
            "recentTrades": lambda body: listing.trades(self._coin(body), 0)[::-1],
            "fundingHistory": lambda body: listing.rates(self._coin(body), *self._span(body)),
            "candleSnapshot": self._candles,
            "exchangeStatus": lambda _: {"specialStatuses": None, "time": self._statements.now_ms},
        }

    def _private(self) -> dict[str, Answerer]:
        tell = self._statements
        return {
            "clearinghouseState": lambda body: tell.clearinghouse(_user(body)),
            "openOrders": lambda body: tell.open_orders(_user(body), frontend=False),
            "frontendOpenOrders": lambda body: tell.open_orders(_user(body), frontend=True),
            "historicalOrders": lambda body: tell.historical_orders(_user(body)),
            "orderStatus": self._order_status,
            "userFills": lambda body: tell.fills(_user(body)),
            "userFillsByTime": lambda body: tell.fills_between(_user(body), *self._span(body)),
            "userFunding": lambda body: tell.fundings(_user(body), *self._span(body)),
            "userFees": lambda body: tell.fees(_user(body)),
            "userRole": lambda body: tell.role(_user(body)),
            "userRateLimit": lambda body: tell.rate_limit(_user(body)),
            "activeAssetData": lambda body: tell.active_asset(_user(body), self._coin(body)),
            "maxBuilderFee": lambda body: tell.builder_fee(_user(body), _address(body.get("builder"))),
        }

    def _book(self, body: Body) -> Any:
        if body.get("nSigFigs") is not None or body.get("mantissa") is not None:
            raise Unreadable  # the emulated venue does not aggregate
        coin = body.get("coin")
        if not isinstance(coin, str):
            raise Unreadable
        return self._listing.book(coin, LEVELS) if coin in self._listing.coins else None

    def _candles(self, body: Body) -> Any:
        request = body.get("req")
        if not isinstance(request, dict) or request.get("interval") not in INTERVALS_MS:
            raise Unreadable
        return self._listing.candles(self._coin(request), request["interval"], *self._span(request))

    def _order_status(self, body: Body) -> Any:
        oid = body.get("oid")
        if isinstance(oid, bool) or not isinstance(oid, int | str):
            raise Unreadable
        return self._statements.order(_user(body), oid)

    def _coin(self, body: Body) -> str:
        coin = body.get("coin")
        if coin not in self._listing.coins:
            raise Unreadable
        return str(coin)

    def _span(self, body: Body) -> tuple[int, int]:
        start, end = body.get("startTime", 0), body.get("endTime")
        if not isinstance(start, int) or not isinstance(end, int | None):
            raise Unreadable
        return start, self._statements.now_ms if end is None else end


def _constants() -> dict[str, Answerer]:
    def constant(value: Any) -> Answerer:
        def answer(body: Body) -> Any:
            _user(body)
            return value

        return answer

    return {kind: constant(value) for kind, value in _SAME_FOR_ALL.items()}


def _user(body: Body) -> str:
    return _address(body.get("user"))


def _address(value: Any) -> str:
    if not isinstance(value, str) or not _ADDRESS.match(value):
        raise Unreadable
    return "0x" + value.lower().removeprefix("0x")


def _spot_meta() -> dict[str, Any]:
    return {"universe": [], "tokens": [USDC_TOKEN]}
