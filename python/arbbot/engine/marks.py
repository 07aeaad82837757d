"""What things are worth: currency rates and open pairs, marked only when both legs have fresh books.

Between such moments (a start, a lost connection, a calendar jump) the last mark stands: one leg valued now and the
other an hour ago would show a loss that nobody has.
"""

from decimal import Decimal

import msgspec

from arbbot.domain.instrument import InstrumentId
from arbbot.engine.context import EngineContext
from arbbot.execution.pairs import PairRecord

__all__ = ["Mark", "Marks"]

ZERO = Decimal(0)
ONE = Decimal(1)


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A pair at one moment: profit from prices (numeraire), and the mid (numeraire per asset unit)."""

    price_pnl: Decimal
    mid: Decimal


class Marks:
    """The last mark of every pair, and the last rate of every currency."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._pairs: dict[str, Mark] = {}
        self._rates: dict[str, Decimal] = {context.settings.numeraire.currency: ONE}

    def rate(self, currency: str) -> Decimal | None:
        """Numeraire per unit; the last one known, None before any."""
        rate = self._context.market.currency_rate(currency)
        if rate is not None:
            self._rates[currency] = Decimal(repr(rate))
        return self._rates.get(currency)

    def rates(self) -> dict[str, Decimal]:
        """Every settlement currency's rate; one never known counts as 1, for reports."""
        instruments = [*self._context.instruments.values()]
        instruments += [leg.instrument for p in self._context.state.pairs.pairs.values() for leg in p.terms.legs]
        return {currency: self.rate(currency) or ONE for currency in dict.fromkeys(i.settle for i in instruments)}

    def mark(self, pair: PairRecord) -> Mark | None:
        """Fresh where both books are, else the last one; None before any."""
        context, terms = self._context, pair.terms
        now_ns, age_ms_max = context.clock.now_ns(), context.settings.risk.book_age_ms_max
        prices: dict[InstrumentId, Decimal] = {}
        mids: list[Decimal] = []
        for leg in terms.legs:
            quote = context.market.quote(leg.instrument.id, now_ns, age_ms_max)
            rate = self.rate(leg.instrument.settle)
            if quote is None or rate is None:
                return self._pairs.get(terms.pair_id)
            prices[leg.instrument.id] = quote.bid if leg.side.sign > 0 else quote.ask
            mids.append((quote.bid + quote.ask) / 2 / leg.instrument.multiplier * rate)
        pnl = pair.account.price_pnl(prices, self.rates())
        self._pairs[terms.pair_id] = Mark(price_pnl=pnl or ZERO, mid=sum(mids, ZERO) / len(mids))
        return self._pairs[terms.pair_id]

    def price_pnl(self, pair: PairRecord) -> Decimal | None:
        """Profit from prices, numeraire; a flat pair needs no price, an open one never marked has none."""
        if pair.flat:
            return pair.account.price_pnl({}, self.rates())
        mark = self.mark(pair)
        return None if mark is None else mark.price_pnl

    def net(self, pair: PairRecord) -> Decimal | None:
        """Price + funding − fees, numeraire."""
        price, rates = self.price_pnl(pair), self.rates()
        if price is None:
            return None
        return price + pair.account.total("funding", rates) - pair.account.total("fees", rates)
