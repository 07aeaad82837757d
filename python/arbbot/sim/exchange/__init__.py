"""The exchange itself: orders, matching, margin, funding, accounts. Pure: time is an argument, nothing awaits."""

from arbbot.sim.exchange.funding import FundingSchedule
from arbbot.sim.exchange.model import AccountView, ExchangeModel
from arbbot.sim.exchange.orders import Execution, OrderRecord, OrderSpec, Refusal, RefusalKind
from arbbot.sim.exchange.records import (
    AccountEvent,
    BalanceRecord,
    BookSnapshot,
    CashReason,
    FundingRecord,
    FundingSettled,
    OrderChanged,
    PositionRecord,
    SettledRate,
    SymbolState,
)
from arbbot.sim.exchange.source import Depth, Level, MarketPoint, MarketSource, PublicTrade
from arbbot.sim.exchange.state import Fault, ModelState
from arbbot.sim.exchange.terms import (
    CashConvention,
    FundingPrice,
    FundingRule,
    MarginTier,
    PremiumWeighting,
    SimInstrument,
    VenueTerms,
)

__all__ = [
    "AccountEvent",
    "AccountView",
    "BalanceRecord",
    "BookSnapshot",
    "CashConvention",
    "CashReason",
    "Depth",
    "ExchangeModel",
    "Execution",
    "Fault",
    "FundingPrice",
    "FundingRecord",
    "FundingRule",
    "FundingSchedule",
    "FundingSettled",
    "Level",
    "MarginTier",
    "MarketPoint",
    "MarketSource",
    "ModelState",
    "OrderChanged",
    "OrderRecord",
    "OrderSpec",
    "PositionRecord",
    "PremiumWeighting",
    "PublicTrade",
    "Refusal",
    "RefusalKind",
    "SettledRate",
    "SimInstrument",
    "SymbolState",
    "VenueTerms",
]
