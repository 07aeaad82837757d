"""The few spot-wallet endpoints that futures clients call. Source of the shapes: the docs' "Wallet" pages."""

from typing import Any

from arbbot.sim.wire.binance.params import Params

__all__ = ["api_restrictions", "coins", "margin_pairs", "referral"]

CREATED_MS = 1_698_645_219_000


def api_restrictions(params: Params) -> Any:
    """GET /sapi/v1/account/apiRestrictions: this key may trade futures and can never withdraw."""
    return {
        "ipRestrict": True,
        "createTime": CREATED_MS,
        "enableReading": True,
        "enableWithdrawals": False,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": True,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": False,
        "enableSpotAndMarginTrading": False,
        "enablePortfolioMarginTrading": False,
    }


def coins(params: Params) -> Any:
    """GET /sapi/v1/capital/config/getall: the two stablecoins, one network each."""
    return [_coin("USDT", "TetherUS"), _coin("USDC", "USDC")]


def margin_pairs(params: Params) -> Any:
    """GET /sapi/v1/margin/allPairs: no margin pair is emulated."""
    return []


def referral(params: Params) -> Any:
    """GET /fapi/v1/apiReferral/ifNewUser."""
    return {"apiAgentCode": "", "rebateWorking": False, "ifNewUser": False, "referrerId": 0}


def _coin(coin: str, name: str) -> dict[str, Any]:
    return {
        "coin": coin,
        "depositAllEnable": True,
        "withdrawAllEnable": True,
        "name": name,
        "free": "0",
        "locked": "0",
        "freeze": "0",
        "withdrawing": "0",
        "ipoing": "0",
        "ipoable": "0",
        "storage": "0",
        "isLegalMoney": False,
        "trading": True,
        "networkList": [
            {
                "network": "ETH",
                "coin": coin,
                "withdrawIntegerMultiple": "0.000001",
                "isDefault": True,
                "depositEnable": True,
                "withdrawEnable": True,
                "depositDesc": "",
                "withdrawDesc": "",
                "specialTips": "",
                "name": "Ethereum (ERC20)",
                "resetAddressStatus": False,
                "addressRegex": "^(0x)[0-9A-Fa-f]{40}$",
                "memoRegex": "",
                "withdrawFee": "1",
                "withdrawMin": "10",
                "withdrawMax": "9999999",
                "minConfirm": 6,
                "unLockConfirm": 64,
                "sameAddress": False,
                "estimatedArrivalTime": 5,
                "busy": False,
            }
        ],
    }
