"""Quotes → decisions: which pair to open, which to close. Every asset's latest judgement is kept, refusals included."""

import math
from decimal import Decimal

from arbbot.domain.decision import Approved, Decision, Opportunity, Refused
from arbbot.domain.events import Halted, PairApproved
from arbbot.domain.instrument import Instrument
from arbbot.domain.market import FundingRate, PairQuote
from arbbot.domain.order import LegSide
from arbbot.domain.pair import Leg, PairState, PairTerms
from arbbot.domain.status import Severity
from arbbot.domain.units import common_grid, floor_to
from arbbot.engine.context import EngineContext
from arbbot.engine.drive import Driver
from arbbot.engine.exposure import measure
from arbbot.engine.lookout import Lookout
from arbbot.engine.marks import Marks
from arbbot.engine.sight import shows_own_fills
from arbbot.execution.plan import Move
from arbbot.risk.limits import judge, standing_breaches
from arbbot.strategy.carry import window_passed
from arbbot.strategy.exit import exit_reason
from arbbot.strategy.opportunity import EntryRule, assess, entry_gates

__all__ = ["Decider"]

BP = Decimal(10_000)


class Decider:
    """Applies strategy and risk to what the core shows."""

    def __init__(self, context: EngineContext, driver: Driver, marks: Marks, lookout: Lookout) -> None:
        self._context = context
        self._lookout = lookout
        self._marks = marks
        self._driver = driver
        strategy = context.settings.strategy
        self._rule = EntryRule(
            horizon_hours=float(strategy.horizon_hours),
            half_life_hours=float(strategy.carry_half_life_hours),
            edge_open_bp=float(strategy.edge_open_bp),
            settlement_guard_s=float(strategy.settlement_guard_s),
            window_min=float(strategy.prediction_window_min),
        )

    async def guard(self) -> None:
        """Halt when a limit is broken by what is held already."""
        if self._context.state.halted is None:
            breaches = standing_breaches(measure(self._context, self._marks), self._context.settings.risk)
            if breaches:
                reason = "; ".join(breaches)
                self._context.alert("limit_broken", reason, Severity.CRITICAL)
                await self._context.recorder.record(Halted(reason=reason, ts_ns=self._context.clock.now_ns()))

    async def exits(self) -> None:
        """Close every Open pair whose carry no longer pays."""
        strategy, now_ns = self._context.settings.strategy, self._context.clock.now_ns()
        for pair in list(self._context.state.pairs.live()):
            if pair.state is not PairState.OPEN:
                continue
            long = self._context.market.funding(pair.terms.long.instrument.id)
            short = self._context.market.funding(pair.terms.short.instrument.id)
            if long is None or short is None:
                continue
            if min(window_passed(long, now_ns), window_passed(short, now_ns)) < self._rule.window_min:
                continue  # rates of before a settlement, or too young to say anything
            reason = exit_reason(
                long, short, now_ns, self._rule.half_life_hours, float(strategy.carry_close_bp_per_day)
            )
            if reason is not None:
                await self._driver.move(pair, Move(state=PairState.CLOSING, reason=reason))

    async def entries(self) -> None:
        """Judge every asset; open the best approved one."""
        judged = {asset: self._judge(asset) for asset in self._context.settings.strategy.assets}
        for asset, found in judged.items():
            self._lookout.expect(asset, found)
        decisions = [max(found, key=_rank) for found in judged.values() if found]
        approved = [d for d in decisions if isinstance(d, Approved)]
        for decision in decisions:
            asset, edge_bp = decision.opportunity.asset, decision.opportunity.edge_bp
            self._context.assessed[asset] = decision
            nearest = self._context.nearest.get(asset)
            if nearest is None or edge_bp > nearest.opportunity.edge_bp:
                self._context.nearest[asset] = decision
        # one at a time: a pair on its way holds a slot and eats into books that the next one would be sized on
        if approved and all(pair.settled for pair in self._context.state.pairs.live()):
            await self._open(max(approved, key=lambda decision: decision.opportunity.edge_bp))

    def _judge(self, asset: str) -> list[Decision]:
        """Of every pair of the asset that can be priced."""
        context, now_ns = self._context, self._context.clock.now_ns()
        judged: list[Decision] = []
        exposure = measure(context, self._marks)
        for quote, quantity in self._candidates(asset, now_ns):
            long, short = context.market.funding(quote.long), context.market.funding(quote.short)
            if long is None or short is None:
                continue
            funding: tuple[FundingRate, FundingRate] = (long, short)
            found = assess(asset=asset, quote=quote, quantity=quantity, funding=funding, rule=self._rule, now_ns=now_ns)
            judged.append(
                judge(
                    opportunity=found,
                    quote=quote,
                    exposure=exposure,
                    limits=context.settings.risk,
                    gates=entry_gates(found, funding, self._rule, now_ns),
                    band_bp=float(context.settings.strategy.band_bp),
                )
            )
        return judged

    def _candidates(self, asset: str, now_ns: int) -> list[tuple[PairQuote, Decimal]]:
        """Every ordered pair of the asset's instruments at the configured size on their common grid."""
        context = self._context
        found: list[tuple[PairQuote, Decimal]] = []
        instruments = context.instruments_by_asset.get(asset, [])
        for a in instruments:
            for b in instruments:
                if a.id.venue == b.id.venue or not (self._current(a) and self._current(b)):
                    continue
                grid = common_grid([a.lot * a.multiplier, b.lot * b.multiplier])
                probe = context.market.pair_quote(a.id, b.id, grid, now_ns)
                if probe is None:
                    continue
                price = Decimal(repr(probe.price_mid))
                quantity = floor_to(context.settings.strategy.notional_per_pair / price, grid)
                quote = context.market.pair_quote(a.id, b.id, quantity, now_ns) if quantity > 0 else None
                if quote is not None:
                    found.append((quote, quantity))
        return found

    def _current(self, instrument: Instrument) -> bool:
        """A fresh book that shows our own last fill: a size is never taken from what we have eaten ourselves."""
        context = self._context
        quote = context.market.quote(instrument.id, context.clock.now_ns(), context.settings.risk.book_age_ms_max)
        return quote is not None and shows_own_fills(context, quote)

    async def _open(self, approved: Approved) -> None:
        context, found = self._context, approved.opportunity
        terms = self._terms(approved)
        context.decide(
            f"open {found.asset}: long {found.long}, short {found.short}, {found.quantity} "
            f"(edge {found.edge_bp:+.2f} bp over {found.horizon_hours:g} h)",
            terms.pair_id,
        )
        await context.recorder.record(PairApproved(terms=terms, ts_ns=terms.ts_ns))

    def _terms(self, approved: Approved) -> PairTerms:
        context, found = self._context, approved.opportunity
        long, short = context.instruments[found.long], context.instruments[found.short]
        grid = common_grid([long.lot * long.multiplier, short.lot * short.multiplier])
        price = Decimal(repr(found.notional)) / found.quantity
        pieces = max(1, math.ceil(Decimal(repr(found.notional)) / context.settings.strategy.notional_per_slice))
        piece = math.ceil(found.quantity / pieces / grid) * grid  # equal slices: no crumb below a venue's minimum
        now_ns = context.clock.now_ns()
        entry = found.entry / float(found.quantity)
        return PairTerms(
            pair_id=f"{found.asset}-{context.state.epoch}-{len(context.state.pairs.pairs) + 1}",
            asset=found.asset,
            long=Leg(side=LegSide.LONG, instrument=long),
            short=Leg(side=LegSide.SHORT, instrument=short),
            first=self._thinner(long, short, now_ns),
            quantity=found.quantity,
            quantity_slice=min(piece, found.quantity),
            grid=grid,
            entry_min=entry - float(approved.band_bp * price / BP),
            band_bp=approved.band_bp,
            edge_bp_expected=found.edge_bp,
            carry_per_hour_entry=found.carry_per_hour / found.notional,
            ts_ns=now_ns,
        )

    def _thinner(self, long: Instrument, short: Instrument, now_ns: int) -> LegSide:
        """The less liquid leg at the touch goes first: it is the one that may fail (DESIGN §7.1)."""
        age_ms_max = self._context.settings.risk.book_age_ms_max
        long_quote = self._context.market.quote(long.id, now_ns, age_ms_max)
        short_quote = self._context.market.quote(short.id, now_ns, age_ms_max)
        if long_quote is None or short_quote is None:
            return LegSide.LONG
        to_buy = long_quote.ask_quantity * long.multiplier
        to_sell = short_quote.bid_quantity * short.multiplier
        return LegSide.LONG if to_buy <= to_sell else LegSide.SHORT


def _rank(decision: Decision) -> tuple[bool, float]:
    opportunity: Opportunity = decision.opportunity
    return (not isinstance(decision, Refused), opportunity.edge_bp)
