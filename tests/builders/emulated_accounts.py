"""What the emulated venues say of their accounts, asked over their own REST with requests signed here.

No line of the bot is used: it cannot vouch for itself.
"""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

__all__ = ["EmulatedAccounts", "Place", "VenueOrder"]

Place = tuple[str, str]  # venue, and symbol or currency


class VenueOrder(NamedTuple):
    """An order as the venue's own history tells it."""

    place: Place
    client_id: str
    filled: Decimal


class EmulatedAccounts:
    """The venues behind a `sim.json`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sim(self) -> dict[str, Any]:
        """sim.json: addresses and credentials."""
        found: dict[str, Any] = json.loads(self._path.read_bytes())
        return found

    def fault(self, venue: str, fault: str, **arguments: float) -> None:
        """Inject a fault over the control port."""
        sim = self.sim()
        body = {"venue": venue, "fault": fault, **arguments}
        headers = {"Authorization": f"Bearer {sim['token']}"}
        assert _ask(f"{sim['control_url']}/control/fault", body, headers) == {"armed": True}

    def positions(self) -> dict[Place, Decimal]:
        """Every position that is not flat, by the venues' word."""
        rows = self._binance("/fapi/v3/positionRisk")
        account = self._hyperliquid("clearinghouseState")
        held = {("binanceusdm", row["symbol"]): Decimal(row["positionAmt"]) for row in rows}
        for row in self._bybit("/v5/position/list", settleCoin="USDT")["list"]:
            held["bybit", row["symbol"]] = Decimal(row["size"]) * (1 if row["side"] == "Buy" else -1)
        for row in account["assetPositions"]:
            held["hyperliquid", row["position"]["coin"]] = Decimal(row["position"]["szi"])
        return {place: quantity for place, quantity in held.items() if quantity}

    def orders(self, symbols: set[str]) -> list[VenueOrder]:
        """Every order the venues ever took: all of Hyperliquid's, Binance's of `symbols`, Bybit's latest 50."""
        found = [
            VenueOrder(("binanceusdm", symbol), row["clientOrderId"], Decimal(row["executedQty"]))
            for symbol in sorted(symbols)
            for row in self._binance("/fapi/v1/allOrders", symbol=symbol)
        ]
        for path in ("/v5/order/history", "/v5/order/realtime"):
            for row in self._bybit(path, settleCoin="USDT", limit="50")["list"]:
                found.append(VenueOrder(("bybit", row["symbol"]), row["orderLinkId"], Decimal(row["cumExecQty"])))
        for row in self._hyperliquid("historicalOrders"):
            order = row["order"]
            filled = Decimal(order["origSz"]) - Decimal(order["sz"])
            found.append(VenueOrder(("hyperliquid", order["coin"]), order["cloid"].removeprefix("0x"), filled))
        return found

    def _binance(self, path: str, **params: str) -> Any:
        venue = self.sim()["venues"]["binanceusdm"]
        for _ in range(3):  # the calendar may jump between the two questions
            now_ms = _ask(f"{venue['base_url']}/fapi/v1/time")["serverTime"]
            query = urlencode({**params, "timestamp": now_ms})
            signature = hmac.new(venue["secret"].encode(), query.encode(), hashlib.sha256).hexdigest()
            url = f"{venue['base_url']}{path}?{query}&signature={signature}"
            with suppress(urllib.error.HTTPError):
                return _ask(url, None, {"X-MBX-APIKEY": venue["key"]})
        raise AssertionError(f"{path} is refused")

    def _bybit(self, path: str, **params: str) -> Any:
        venue = self.sim()["venues"]["bybit"]
        query = urlencode({"category": "linear", **params})
        for _ in range(3):
            now_ms = _ask(f"{venue['base_url']}/v5/market/time")["time"]
            text = f"{now_ms}{venue['key']}5000{query}"
            signature = hmac.new(venue["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
            headers = {"X-BAPI-API-KEY": venue["key"], "X-BAPI-TIMESTAMP": str(now_ms), "X-BAPI-SIGN": signature}
            answer = _ask(f"{venue['base_url']}{path}?{query}", None, headers)
            if answer["retCode"] == 0:
                return answer["result"]
        raise AssertionError(f"{path} is refused: {answer}")

    def _hyperliquid(self, question: str) -> Any:
        venue = self.sim()["venues"]["hyperliquid"]
        return _ask(f"{venue['base_url']}/info", {"type": question, "user": venue["key"]})


def _ask(url: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.loads(reply.read())
