"""The venue's own published client, unmodified, against the emulated venue: it lists, places, asks, cancels."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from hyperliquid.exchange import Exchange
from hyperliquid.info import Info
from hyperliquid.utils.signing import sign_l1_action
from hyperliquid.utils.types import Cloid
from hyperliquid_rig import ADDRESS, SECRET, Rig, running

from arbbot.sim.wire.hyperliquid.signing import Signature, agent_digest, recover

CLOID = "0x" + "5d" * 16


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with running(tmp_path) as rig:
        yield rig


def trade(base: str) -> dict[str, Any]:
    """Everything a user of the SDK does first; runs in a thread, as the SDK blocks."""
    exchange = Exchange(Account.from_key(SECRET), base, timeout=5)
    info = exchange.info
    done: dict[str, Any] = {"listed": [coin["name"] for coin in info.meta()["universe"]]}
    done["resting"] = exchange.order("BTC", True, 0.01, 94_000, {"limit": {"tif": "Gtc"}}, cloid=Cloid.from_str(CLOID))
    oid = done["resting"]["response"]["data"]["statuses"][0]["resting"]["oid"]
    done["by_oid"] = info.query_order_by_oid(ADDRESS, oid)
    done["by_cloid"] = info.query_order_by_cloid(ADDRESS, Cloid.from_str(CLOID))
    done["cancel"] = exchange.cancel("BTC", oid)
    done["after"] = info.query_order_by_oid(ADDRESS, oid)
    done["leverage"] = exchange.update_leverage(5, "BTC")
    done["market"] = exchange.market_open("kPEPE", True, 20_000, cloid=Cloid.from_str("0x" + "5e" * 16))
    done["state"] = info.user_state(ADDRESS)
    done["close"] = exchange.market_close("kPEPE")
    done["fills"] = info.user_fills(ADDRESS)
    exchange.set_expires_after(1)
    done["late"] = exchange.order("BTC", True, 0.01, 94_000, {"limit": {"tif": "Gtc"}})
    for session in (exchange.session, info.session):
        session.close()
    return done


async def test_sdk_lists_places_asks_and_cancels(rig: Rig) -> None:
    done = await asyncio.to_thread(trade, rig.base)
    assert done["listed"] == ["BTC", "kPEPE"]
    assert done["by_oid"] == done["by_cloid"]
    assert done["by_oid"]["order"]["status"] == "open"
    assert done["cancel"]["response"]["data"]["statuses"] == ["success"]
    assert done["after"]["order"]["status"] == "canceled"
    assert done["leverage"] == {"status": "ok", "response": {"type": "default"}}
    assert done["market"]["response"]["data"]["statuses"][0]["filled"]["totalSz"] == "20000.0"
    assert [held["position"]["coin"] for held in done["state"]["assetPositions"]] == ["kPEPE"]
    assert done["close"]["response"]["data"]["statuses"][0]["filled"]["totalSz"] == "20000.0"
    assert [fill["dir"] for fill in done["fills"]] == ["Close Long", "Open Long"]
    assert done["late"] == {"status": "err", "response": "Action already expired"}


async def test_sdk_hears_book_and_fills(rig: Rig) -> None:
    heard: dict[str, Any] = {}
    both = threading.Event()

    def listen() -> bool:
        info = Info(rig.base, timeout=5)

        def keep(frame: Any) -> None:
            heard[frame["channel"]] = frame["data"]
            if len(heard) == 2:
                both.set()

        info.subscribe({"type": "l2Book", "coin": "BTC"}, keep)
        info.subscribe({"type": "userFills", "user": ADDRESS}, keep)
        came = both.wait(5)
        info.disconnect_websocket()
        info.session.close()
        return came

    assert await asyncio.to_thread(listen)
    assert heard["l2Book"]["levels"][0][0]["px"] == "94999.0"
    assert heard["userFills"]["isSnapshot"] is True


@pytest.mark.parametrize("mainnet", [True, False])
@pytest.mark.parametrize("vault", [None, "0x" + "ab" * 20])
@pytest.mark.parametrize("expires", [None, 1_790_000_000_000])
def test_sdk_is_the_oracle_of_our_signer_recovery(mainnet: bool, vault: str | None, expires: int | None) -> None:
    action = {"type": "cancel", "cancels": [{"a": 1, "o": 77_000_000_001}]}
    signed = sign_l1_action(Account.from_key(SECRET), action, vault, 1_790_000_000_001, expires, mainnet)
    digest = agent_digest(action, 1_790_000_000_001, vault, expires, "a" if mainnet else "b")
    assert recover(digest, Signature(**signed)) == ADDRESS
