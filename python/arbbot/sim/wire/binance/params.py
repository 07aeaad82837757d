"""A request's parameters and who may send it: API key, HMAC signature, timestamp. Source: the docs' "General Info"."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import parse_qsl

from arbbot.sim.wire.binance.errors import ApiError
from arbbot.sim.wire.host import VenueKeys

__all__ = ["Params", "check_key", "check_signed"]

RECV_WINDOW_MS = 5_000
RECV_WINDOW_MAX_MS = 60_000
AHEAD_MAX_MS = 1_000
_SIGNATURE = re.compile(r"(^|&)signature=[^&]*")
_NUMBER = re.compile(r"^[0-9]{1,20}(\.[0-9]{1,20})?$")
_NUMBER_RANGE = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"


class Params:
    """Query and form body together, as sent; later values win."""

    def __init__(self, query: str, body: str) -> None:
        self._parts = (query, body)
        self._values = dict(parse_qsl(query, keep_blank_values=True)) | dict(parse_qsl(body, keep_blank_values=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def text(self, name: str) -> str | None:
        """The value of `name`; None where it was not sent or is empty."""
        return self._values.get(name) or None

    def need(self, name: str) -> str:
        """The value of `name`; raises ApiError −1102 where it was not sent."""
        value = self.text(name)
        if value is None:
            raise ApiError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        """An integer; raises ApiError −1102 where it is missing without a default, −1100 where it is not one."""
        value = self.text(name)
        if value is None and default is not None:
            return default
        value = self.need(name)
        if not value.isdecimal():
            raise ApiError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'.")
        return int(value)

    def number(self, name: str) -> Decimal:
        """A positive decimal as sent; raises ApiError −1102 or −1100."""
        value = self.need(name)
        if not _NUMBER.match(value):
            raise ApiError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{_NUMBER_RANGE}'.")
        return Decimal(value)

    def flag(self, name: str) -> bool:
        """A boolean, False where it was not sent."""
        return (self.text(name) or "false").lower() == "true"

    def signed_text(self) -> str:
        """What the client signed: query and body run together, the signature taken out."""
        return "".join(_SIGNATURE.sub("", part) for part in self._parts)


def check_key(sent: str | None, keys: VenueKeys) -> None:
    """Raises ApiError unless `sent` is the account's API key."""
    if not sent or not sent.isalnum() or len(sent) != len(keys.key):
        raise ApiError(-2014, "API-key format invalid.", 401)
    if not hmac.compare_digest(sent, keys.key):
        raise ApiError(-2015, "Invalid API-key, IP, or permissions for action, request ip: 127.0.0.1", 401)


def check_signed(params: Params, keys: VenueKeys, now_ms: int) -> None:
    """Raises ApiError unless the request is signed by the account's secret and its timestamp is inside its window."""
    timestamp = params.integer("timestamp")
    window = params.integer("recvWindow", RECV_WINDOW_MS)
    if window > RECV_WINDOW_MAX_MS:
        raise ApiError(-1131, "recvWindow must be less than 60000.")
    if timestamp >= now_ms + AHEAD_MAX_MS:
        raise ApiError(-1021, f"Timestamp for this request was {AHEAD_MAX_MS}ms ahead of the server's time.")
    if now_ms - timestamp > window:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
    expected = hmac.new(keys.secret.encode(), params.signed_text().encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(params.need("signature").lower(), expected):
        raise ApiError(-1022, "Signature for this request is not valid.")
