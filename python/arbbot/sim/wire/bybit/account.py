"""Account endpoints: the key, money, positions, settings. Source: docs v5 "Account", "Position" and "User"."""

from typing import Any

from arbbot.sim.exchange import ExchangeModel, Refusal
from arbbot.sim.wire.bybit.errors import ApiError, refused
from arbbot.sim.wire.bybit.listing import Listing, base_coin
from arbbot.sim.wire.bybit.memory import Memory
from arbbot.sim.wire.bybit.numbers import plain
from arbbot.sim.wire.bybit.params import Params, page
from arbbot.sim.wire.bybit.shapes import Shapes
from arbbot.sim.wire.host import ACCOUNT, VenueKeys

__all__ = ["USER_ID", "AccountData"]

USER_ID = 24_617_703
UNIFIED_STATUS = 6  # "Account Info": unified account 2.0 Pro
ONE_WAY, HEDGE = 0, 3  # "Switch Position Mode"


class AccountData:
    """Answers of the account endpoints."""

    def __init__(self, model: ExchangeModel, listing: Listing, memory: Memory, shapes: Shapes, keys: VenueKeys) -> None:
        self._model = model
        self._listing = listing
        self._memory = memory
        self._shapes = shapes
        self._keys = keys

    def key_info(self, params: Params) -> Any:
        """GET /v5/user/query-api: this key may trade derivatives and can never withdraw."""
        nothing = ("Spot", "Wallet", "Options", "CopyTrading", "BlockTrade", "Exchange", "NFT", "Affiliate", "Earn")
        return {
            "id": "3407411",
            "note": "emulated",
            "apiKey": self._keys.key,
            "readOnly": 0,
            "secret": "",
            "permissions": {
                "ContractTrade": ["Order", "Position"],
                "Derivatives": ["DerivativesTrade"],
                **{name: [] for name in nothing},
            },
            "ips": ["127.0.0.1"],
            "type": 1,
            "deadlineDay": -2,
            "expiredAt": "1970-01-01T00:00:00Z",
            "createdAt": "2025-10-13T03:20:45Z",
            "unified": 0,
            "uta": 1,
            "userID": USER_ID,
            "inviterID": 0,
            "vipLevel": "No VIP",
            "mktMakerLevel": "0",
            "affiliateID": 0,
            "rsaPublicKey": "",
            "isMaster": True,
            "parentUid": "0",
            "kycLevel": "LEVEL_1",
            "kycRegion": "",
        }

    def info(self, params: Params) -> Any:
        """GET /v5/account/info."""
        return {
            "unifiedMarginStatus": UNIFIED_STATUS,
            "marginMode": "REGULAR_MARGIN",
            "isMasterTrader": False,
            "spotHedgingStatus": "OFF",
            "updatedTime": "1760325645000",
            "dcpStatus": "OFF",
            "timeWindow": 0,
            "smpGroup": 0,
        }

    def wallet_balance(self, params: Params) -> Any:
        """GET /v5/account/wallet-balance."""
        if params.need("accountType") != "UNIFIED":
            raise ApiError(10001, "accountType only support UNIFIED.")
        wallet = self._shapes.wallet()
        coins = params.text("coin")
        if coins is not None:
            wallet["coin"] = [row for row in wallet["coin"] if row["coin"] in coins.split(",")]
        return {"list": [wallet]}

    def fee_rate(self, params: Params) -> Any:
        """GET /v5/account/fee-rate."""
        rows = [
            {
                "symbol": instrument.symbol,
                "baseCoin": "",
                "takerFeeRate": plain(instrument.fee_rate_taker),
                "makerFeeRate": plain(instrument.fee_rate_maker),
            }
            for instrument in self._listing.chosen(params)
        ]
        return {"category": params.need("category"), "list": rows}

    def coins(self, params: Params) -> Any:
        """GET /v5/asset/coin/query-info: the cash and the coins behind the contracts."""
        instruments = self._model.terms.instruments.values()
        names = dict.fromkeys([self._model.terms.cash_asset, *(base_coin(i) for i in instruments)])
        wanted = params.text("coin")
        return {"rows": [_coin(name) for name in names if wanted in (None, name)]}

    def positions(self, params: Params) -> Any:
        """GET /v5/position/list: of a symbol flat or not, of a settle coin only what is held."""
        if not self._listing.linear(params):
            rows = []
        elif params.text("symbol") is not None:
            rows = self._shapes.positions(self._listing.instrument(params).symbol)
        elif params.text("settleCoin") is not None:
            chosen = {instrument.symbol for instrument in self._listing.chosen(params)}
            held = [p.symbol for p in self._model.account(ACCOUNT).positions() if p.symbol in chosen]
            rows = [self._shapes.position(symbol) for symbol in held]
        else:
            raise ApiError(10001, "Missing some parameters that must be filled in, symbol or settleCoin")
        ranked = [(len(rows) - n, row) for n, row in enumerate(rows)]
        shown, cursor = page(params, ranked, lambda row: row[0], size=20, size_max=200)
        return {"category": params.need("category"), "list": [row for _, row in shown], "nextPageCursor": cursor}

    def set_leverage(self, params: Params) -> Any:
        """POST /v5/position/set-leverage: whole numbers only."""
        instrument = self._listing.instrument(params)
        buy, sell = (params.number(name, f"{name} invalid") for name in ("buyLeverage", "sellLeverage"))
        if buy != sell or buy != int(buy):
            raise ApiError(10001, "buy leverage not equal sell leverage" if buy != sell else "leverage invalid")
        account = self._model.account(ACCOUNT)
        if account.leverage(instrument.symbol) == buy:
            raise ApiError(110043, "leverage not modified")
        refusal = self._model.set_leverage(ACCOUNT, instrument.symbol, int(buy), self._model.state.time_ms)
        if isinstance(refusal, Refusal):
            raise refused(refusal)
        return {}

    def switch_mode(self, params: Params) -> Any:
        """POST /v5/position/switch-mode: 0 one-way, 3 hedge, for all contracts together."""
        self._listing.linear(params)
        mode = params.integer("mode")
        if mode not in (ONE_WAY, HEDGE):
            raise ApiError(10001, "mode invalid")
        account = self._model.account(ACCOUNT)
        if (mode == HEDGE) == self._memory.hedge_mode:
            raise ApiError(110025, "Position mode is not modified")
        if account.positions():
            raise ApiError(110024, "You have an existing position, so position mode cannot be switched")
        if account.open_orders():
            raise ApiError(110028, "Open orders exist, so you cannot change position mode")
        self._memory.hedge_mode = mode == HEDGE
        return {}


def _coin(name: str) -> dict[str, Any]:
    chain = {
        "chainType": "Ethereum",
        "confirmation": "12",
        "withdrawFee": "1",
        "depositMin": "0",
        "withdrawMin": "2",
        "chain": "ETH",
        "chainDeposit": "1",
        "chainWithdraw": "1",
        "minAccuracy": "8",
        "withdrawPercentageFee": "0",
        "contractAddress": "",
        "safeConfirmNumber": "64",
    }
    return {"name": name, "coin": name, "remainAmount": "1000000", "chains": [chain]}
