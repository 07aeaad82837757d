"""What a bot watches: instruments chosen from what its venues list, the market they are seen in, accounts made ready.

The same for a bot on venues, a recorder and a replay. Opens nothing.
"""

from collections.abc import Iterable
from decimal import Decimal

from arbbot.config.settings import Settings
from arbbot.domain.errors import ConfigError, VenueRefused
from arbbot.domain.instrument import Instrument, InstrumentId
from arbbot.engine.context import EngineContext
from arbbot.market.view import MarketView

__all__ = ["chosen", "idle", "market_of", "prepare_accounts"]


def chosen(settings: Settings, listed: Iterable[Instrument]) -> list[Instrument]:
    """What the strategy watches, and what prices the other currencies.

    Raises:
        ConfigError: nothing can be paired, an asset is listed nowhere, or a currency has no price there. A played
            recording may hold fewer assets than its config: its venues say what they leave out.
    """
    wanted = set(settings.strategy.assets)
    sources = {InstrumentId(venue=s.venue, symbol=s.symbol) for s in settings.numeraire.rates.values()}
    found = [i for i in listed if i.asset in wanted or i.id in sources]
    missing = ", ".join(map(str, sorted(sources - {i.id for i in found})))
    if missing:
        raise ConfigError([f"numeraire.rates: {missing} is not traded there; name another"])
    listing = _venues_by_asset(settings, found)
    played = settings.sim is not None and settings.sim.recording is not None
    nowhere = [asset for asset, venues in listing.items() if not venues and not played]
    faults = [f"strategy.assets: {asset} is listed by no venue; remove it" for asset in nowhere]
    if not any(len(venues) > 1 for venues in listing.values()):
        faults.append("strategy.assets: none is listed by two venues, and a pair needs two; name one that is")
    if faults:
        raise ConfigError(faults)
    return found


def idle(settings: Settings, instruments: Iterable[Instrument]) -> list[str]:
    """What is watched and cannot be traded, a line each: assets that one venue alone lists, venues that list none."""
    listing = _venues_by_asset(settings, instruments)
    alone = [f"{asset} ({', '.join(venues)})" for asset, venues in listing.items() if len(venues) == 1]
    empty = [name for name in settings.venues if all(name not in venues for venues in listing.values())]
    lines = [f"{', '.join(alone)}: listed by one venue alone, no pair of it can open"] if alone else []
    return lines + [f"{name} lists none of strategy.assets: nothing is traded there" for name in empty]


def _venues_by_asset(settings: Settings, instruments: Iterable[Instrument]) -> dict[str, set[str]]:
    listing: dict[str, set[str]] = {asset: set() for asset in settings.strategy.assets}
    for instrument in instruments:
        if instrument.asset in listing:
            listing[instrument.asset].add(instrument.id.venue)
    return listing


def market_of(settings: Settings, instruments: Iterable[Instrument]) -> MarketView:
    """Every venue of the config and these instruments, nothing heard yet. Raises CoreError."""
    market = MarketView(settings.numeraire.currency)
    for name, item in settings.venues.items():
        market.add_venue(name, item.adapter)
    for instrument in instruments:
        market.add_instrument(instrument)
    for currency, source in settings.numeraire.rates.items():
        market.set_currency_rate(currency, InstrumentId(venue=source.venue, symbol=source.symbol))
    return market


async def prepare_accounts(context: EngineContext) -> None:
    """Refuse an account that may not be traded; put cross margin at the highest leverage our limits allow."""
    for name, venue in context.venues.items():
        reason = await venue.account.refused_setup()
        if reason is not None:
            raise VenueRefused(f"{name}: {reason}")
        for instrument in context.instruments.values():
            if instrument.id.venue == name and instrument.asset in context.settings.strategy.assets:
                leverage = min(context.settings.risk.leverage_max, instrument.leverage_max)
                await venue.account.set_leverage(instrument.id, Decimal(max(1, int(leverage))))
