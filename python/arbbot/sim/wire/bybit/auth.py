"""Who may send a request: API key, timestamp, HMAC signature. Source: docs v5 "Integration Guidance" and "Connect"."""

import hashlib
import hmac
from collections.abc import Mapping

from arbbot.sim.wire.bybit.errors import ApiError
from arbbot.sim.wire.host import VenueKeys

__all__ = ["Unauthenticated", "check_signed", "valid_session"]

RECV_WINDOW_MS = 5_000
AHEAD_MAX_MS = 1_000


class Unauthenticated(Exception):
    """No credentials were sent at all: HTTP 401."""


def check_signed(headers: Mapping[str, str], payload: str, keys: VenueKeys, now_ms: int) -> None:
    """Check a request whose query or body is `payload` at `now_ms`. Raises ApiError or Unauthenticated."""
    key, sign = headers.get("X-BAPI-API-KEY"), headers.get("X-BAPI-SIGN")
    sent, window = headers.get("X-BAPI-TIMESTAMP"), headers.get("X-BAPI-RECV-WINDOW", str(RECV_WINDOW_MS))
    if not key or not sign or not sent:
        raise Unauthenticated
    if not hmac.compare_digest(key.encode(), keys.key.encode()):
        raise ApiError(10003, "API key is invalid.")
    if not sent.isdecimal() or not window.isdecimal():
        raise ApiError(10001, "Request parameter error.")
    if not now_ms - int(window) <= int(sent) < now_ms + AHEAD_MAX_MS:
        message = (
            "invalid request, please check your server timestamp or recv_window param. "
            f"req_timestamp[{sent}],server_timestamp[{now_ms}],recv_window[{window}]"
        )
        raise ApiError(10002, message)
    origin = f"{sent}{key}{window}{payload}"
    if not _signed(keys, origin, sign):
        raise ApiError(10004, f"error sign! origin_string[{origin}]")


def valid_session(args: list[object], keys: VenueKeys, now_ms: int) -> str:
    """What is wrong with an `auth` of [key, expires (ms), signature]; "" for nothing."""
    if len(args) != 3 or not str(args[1]).isdecimal():
        return "Params Error"
    key, expires, sign = (str(arg) for arg in args)
    if not hmac.compare_digest(key.encode(), keys.key.encode()):
        return "API key is invalid."
    if int(expires) <= now_ms:
        return "Params Error: expires is in the past"
    return "" if _signed(keys, f"GET/realtime{expires}", sign) else "Invalid sign"


def _signed(keys: VenueKeys, origin: str, sign: str) -> bool:
    expected = hmac.new(keys.secret.encode(), origin.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(sign.lower().encode(), expected.encode())
