"""Every venue of a recording as one market: what is listed, from when to when, and what a person should know of it."""

from collections.abc import Iterable, Iterator, Sequence

from arbbot.config.settings import RecordingSettings, SimSettings
from arbbot.domain.errors import ConfigError
from arbbot.domain.status import PriceOrigin, least_real
from arbbot.sim.recording.funding import RecordedFunding
from arbbot.sim.recording.market import RecordedMarket
from arbbot.sim.recording.prices import SLOT_MS, AssetPath, slot_ms
from arbbot.sim.recording.reader import Recording, read_recording
from arbbot.sim.recording.rows import HOUR_MS, moment
from arbbot.sim.recording.terms import recorded_terms
from arbbot.sim.world import VenueSide, parse_time_ms

__all__ = ["RecordedWorld"]

DAY_MS = 24 * HOUR_MS
NUMERAIRE = "USDC"


class RecordedWorld:
    """A World. `start_ms` is the recording's chosen start; `label` names content and start, and nothing else has it."""

    def __init__(self, sim: SimSettings, recording: Recording, wanted: RecordingSettings) -> None:
        """Raises ConfigError where nothing is left to play."""
        self.notes: list[str] = []
        self._seed = sim.seed
        self._recording = recording
        venues = _venues(sim, recording)
        self._paths = {asset: path for asset in self._assets(sim, venues) if (path := self._path(asset)) is not None}
        start_ms = None if wanted.start is None else parse_time_ms("sim.recording.start", wanted.start)
        self.start_ms = self._earliest_ms(venues) if start_ms is None else start_ms
        self._listed = self._listing(venues, chosen=start_ms is not None)
        ends = [max(self._last_ms(venue, asset) for asset in self._listed[venue]) for venue in venues]
        end_ms = min(self.start_ms + wanted.days * DAY_MS, *ends)
        self.end_ms: int | None = end_ms
        self.label = f"recording {recording.fingerprint} from {moment(self.start_ms)}"
        # in how many slots of the play a contract's price is not its own
        self._made = {
            (venue, asset): self._paths[asset].made_slots(venue, self.start_ms, end_ms)
            for venue in venues
            for asset in self._listed[venue]
        }
        self._sides = {venue: self._side(venue) for venue in venues}
        self._describe(venues)

    @classmethod
    def open(cls, sim: SimSettings, wanted: RecordingSettings) -> "RecordedWorld":
        """Read `wanted.file` and play it. Raises as `read_recording`, and ConfigError without a file."""
        if wanted.file is None:
            raise ConfigError(["sim.recording.file: name it, or give --data FILE"])
        return cls(sim, read_recording(wanted.file), wanted)

    def side(self, venue: str) -> VenueSide:
        """As World.side."""
        return self._sides[venue]

    def prices(self, venue: str) -> PriceOrigin:
        """As World.prices. Of what is played: the rate source, which is not, stands still and is synthetic."""
        return least_real(self._origin(venue, asset) for asset in self._listed[venue])

    def origins(self, venue: str) -> dict[str, PriceOrigin]:
        """As World.origins."""
        instruments = self._sides[venue].terms.instruments
        return {symbol: self._origin(venue, i.asset) for symbol, i in instruments.items()}

    def _origin(self, venue: str, asset: str) -> PriceOrigin:
        return PriceOrigin.SYNTHETIC if self._made.get((venue, asset), 1) else PriceOrigin.RECORDED

    def _assets(self, sim: SimSettings, venues: Sequence[str]) -> list[str]:
        kept: list[str] = []
        for asset in dict.fromkeys(asset for asset in sim.assets if asset != NUMERAIRE):
            there = [venue for venue in venues if (venue, asset) in self._recording.rates]
            if len(there) > 1:
                kept.append(asset)
            else:
                self.notes.append(f"{asset} is not played: settlements of {_names(there) or 'no venue'} only")
        return kept

    def _path(self, asset: str) -> AssetPath | None:
        recorded = {venue: prices for (venue, name), prices in self._recording.prices.items() if name == asset}
        try:
            return AssetPath(self._seed, asset, recorded)
        except LookupError:
            self.notes.append(f"{asset} is not played: no price was recorded, and no market was fitted to it")
            return None

    def _first_ms(self, venue: str, asset: str) -> int:
        return max(self._recording.rates[venue, asset].stamps_ms[0], self._paths[asset].first_ms or 0)

    def _last_ms(self, venue: str, asset: str) -> int:
        return self._recording.rates[venue, asset].stamps_ms[-1]

    def _earliest_ms(self, venues: Sequence[str]) -> int:
        """A day after every contract has a settlement and a price behind it."""
        firsts = (
            self._first_ms(v, asset) for asset in self._paths for v in venues if (v, asset) in self._recording.rates
        )
        return max(firsts, default=0) + DAY_MS

    def _listing(self, venues: Sequence[str], *, chosen: bool) -> dict[str, list[str]]:
        """Assets by venue: those with a past and a future at the start, on two venues or more."""
        listed: dict[str, list[str]] = {venue: [] for venue in venues}
        for asset in self._paths:
            there = [v for v in venues if (v, asset) in self._recording.rates and self._runs(v, asset)]
            if len(there) > 1:
                for venue in there:
                    listed[venue].append(asset)
            else:
                self.notes.append(f"{asset} is not played: {moment(self.start_ms)} lies outside its recording")
        empty = [venue for venue, assets in listed.items() if not assets]
        if empty:
            spans = f"it has {_names(self._recording.venues)} from {self._span()}"
            where = "sim.recording.start" if chosen else "sim.assets"
            reason = f"no asset of the config is left on {_names(empty)}"
            raise ConfigError([f"{where}: {reason} at {moment(self.start_ms)}: {spans}"])
        return listed

    def _runs(self, venue: str, asset: str) -> bool:
        stamp_ms = self._first_ms(venue, asset)
        return stamp_ms <= slot_ms(self.start_ms) and self.start_ms < self._last_ms(venue, asset)

    def _span(self) -> str:
        stamps = [
            stamp for rates in self._recording.rates.values() for stamp in (rates.stamps_ms[0], rates.stamps_ms[-1])
        ]
        return f"{moment(min(stamps))} to {moment(max(stamps))}"

    def _side(self, venue: str) -> VenueSide:
        paths, rates, assets = self._paths, self._recording.rates, self._listed[venue]
        slot = slot_ms(self.start_ms)
        intervals = {asset: rates[venue, asset].interval_after(self.start_ms) for asset in assets}
        terms, synthetic = recorded_terms(venue, {asset: paths[asset].fair(venue, slot) for asset in assets}, intervals)
        if synthetic:
            self.notes.append(f"{venue}: tick, lot and margin of {', '.join(synthetic)} are synthetic")
        if any(i.asset == NUMERAIRE for i in terms.instruments.values()):
            paths.setdefault(NUMERAIRE, AssetPath(self._seed, NUMERAIRE, {}))
        source = RecordedMarket(self._seed, venue, terms.instruments, paths)
        series = {symbol: rates[venue, i.asset] for symbol, i in terms.instruments.items() if i.asset in assets}
        return VenueSide(terms, source, RecordedFunding(series, source))

    def _describe(self, venues: Sequence[str]) -> None:
        file, end_ms = self._recording.file, self.end_ms or 0
        self.notes.insert(0, f"recorded funding of {file.name}, {moment(self.start_ms)} to {moment(end_ms)}")
        for venue in venues:
            self.notes += self._made_up(venue, self._listed[venue])
        for asset in dict.fromkeys(asset for venue in venues for asset in self._listed[venue]):
            last_ms = self._paths[asset].last_ms
            if last_ms is not None and last_ms + DAY_MS < end_ms:
                self.notes.append(f"{asset}: no price was recorded after {moment(last_ms)}: it stands still from there")
        self.notes.append("books are synthetic; the streamed prediction is the last settled rate")
        self.notes.extend(self._recording.notes)

    def _made_up(self, venue: str, assets: Sequence[str]) -> Iterator[str]:
        """What of a venue's prices is not its own, by reason."""
        total = len(range(slot_ms(self.start_ms), self.end_ms or 0, SLOT_MS))
        made = {asset: count for asset in assets if (count := self._made[venue, asset])}
        bare = [asset for asset in made if self._paths[asset].first_ms is None]
        whole = [asset for asset, count in made.items() if count == total and asset not in bare]
        part = [
            f"{asset} ({count} of {total} h)" for asset, count in made.items() if count < total and asset not in bare
        ]
        if whole:
            yield f"{venue}: prices of {_names(whole)} are SYNTHETIC: another venue's recorded price and the fitted gap"
        if part:
            yield f"{venue}: prices of {_names(part)} are SYNTHETIC where another venue's are newer: those and the gap"
        if bare:
            yield f"{venue}: prices of {_names(bare)} are SYNTHETIC: no venue's was recorded, the generator made them"


def _venues(sim: SimSettings, recording: Recording) -> list[str]:
    faults = [
        f"sim.venues.{venue}: the recording has no settlement of it: it has {_names(recording.venues)}"
        for venue in sim.venues
        if venue not in recording.venues
    ]
    if faults:
        raise ConfigError(faults)
    return list(sim.venues)


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)
