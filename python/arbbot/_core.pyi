"""Order books from raw venue frames, and what they say about an asset across venues. Implemented in Rust.

Prices and quantities of a book are exact and leave as decimal text; floats are analytics. Times are market time in ns
of UTC, given by the caller: nothing here reads a clock. Every call raises `arbbot.domain.errors.CoreError` for a
number that was not handed out, a count below 0 or a term out of range, and for everything once the core has broken (a
panic inside); a time beyond 64 bits is an OverflowError. No frame or snapshot, however hostile, makes a call raise.

A core is used from one thread. `Core.feed_many` lets other threads run while it works; one that then calls the same
core gets a `CoreError`, and what it reads from a `Board` table meanwhile may be of different moments.
"""

from collections.abc import Sequence
from typing import ClassVar, Final, Literal, final

from _typeshed import ReadableBuffer

__all__ = [
    "IGNORED",
    "MALFORMED",
    "SEVERAL",
    "UNCLAIMED",
    "Board",
    "Books",
    "Core",
    "Funding",
    "PairPrice",
    "Prices",
    "Top",
]

UNCLAIMED: Final[int]
"""`feed`: not market data; the transport handles it."""
IGNORED: Final[int]
"""`feed`: market data of an unknown symbol or of a channel that is not used."""
MALFORMED: Final[int]
"""`feed`: market data that could not be read; its book, where it could be made out, is Gapped."""
SEVERAL: Final[int]
"""`feed`: funding of several instruments in one frame."""

@final
class Top:
    """Best prices of both sides of one instrument, exact, in the venue's own units."""

    @property
    def bid(self) -> str:
        """Quote currency, as the venue quotes it."""

    @property
    def bid_quantity(self) -> str:
        """Venue quantity units."""

    @property
    def ask(self) -> str:
        """Quote currency, as the venue quotes it."""

    @property
    def ask_quantity(self) -> str:
        """Venue quantity units."""

    @property
    def ts_venue_ns(self) -> int | None:
        """When the venue sent the last message; None where it does not say."""

    @property
    def ts_recv_ns(self) -> int:
        """When the last message was received."""

@final
class Funding:
    """A venue's running prediction for an instrument's next settlement."""

    @property
    def rate(self) -> float:
        """Fraction of notional per interval; + means longs pay shorts."""

    @property
    def interval_hours(self) -> int:
        """Hours between settlements."""

    @property
    def ts_next_ns(self) -> int:
        """The next settlement; where a venue names none (Hyperliquid, Gate, dYdX) the next full interval of the day."""

    @property
    def price_pay(self) -> float:
        """The price that it is paid on, venue unit: oracle on Hyperliquid and dYdX, index on Kraken, else mark."""

    @property
    def ts_recv_ns(self) -> int:
        """When it was received."""

@final
class PairPrice:
    """Long one instrument, short another, at one size; prices in numeraire per asset unit, + earns."""

    @property
    def long(self) -> int:
        """The instrument bought."""

    @property
    def short(self) -> int:
        """The instrument sold."""

    @property
    def entry(self) -> float:
        """VWAP of selling the short minus VWAP of buying the long."""

    @property
    def exit(self) -> float:
        """VWAP of selling the long minus VWAP of buying back the short."""

    @property
    def fees(self) -> float:
        """Four taker fills, as a cost."""

    @property
    def carry_per_hour(self) -> float:
        """Funding received on the short minus funding paid on the long."""

    @property
    def price_mid(self) -> float:
        """Mean of both mids."""

    @property
    def age_ms_max(self) -> float:
        """Age of the older book by receive time; a receive time in the future counts alike."""

@final
class Core:
    """Every venue, instrument, book and funding rate of one bot; takes what arrives. `Books` and `Prices` read it."""

    def __new__(cls) -> Core:
        """An empty core."""

    def add_venue(self, name: str, decoder: str) -> int:
        """The number of a new venue; `decoder` is whose frames it sends.

        `binanceusdm` (COIN-M too), `bitget`, `bybit`, `dydx`, `gate`, `hyperliquid`, `krakenfutures`, `kucoinfutures`
        or `okx`: docs/core.md tells their channels. Raises CoreError for another one, and for a name that is taken.
        """

    def add_instrument(
        self,
        venue: int,
        symbol: str,
        asset: str,
        quote: str,
        tick: str,
        lot: str,
        multiplier: str,
        fee_rate_taker: float,
        funding_interval_hours: int,
        contract_size: str = "1",
    ) -> int:
        """The number of a new instrument, whose book is Stale and whose funding is unknown.

        `tick`, `lot`, `multiplier` are plain positive decimals; the decimals of `tick` and `lot` are what prices and
        quantities may have. `multiplier` is asset units that a price is for (1000PEPEUSDT: 1000). `contract_size`
        is what one venue quantity unit holds of what a price is for: 1 on Binance, Bybit, Hyperliquid and dYdX, `ctVal`
        on OKX, `quanto_multiplier` on Gate, `multiplier` on KuCoin. Inverse contracts (COIN-M) cannot be said: of
        theirs only prices and levels are right. `fee_rate_taker` is a fraction of notional, `funding_interval_hours`
        from 1 to 24.
        """

    def set_interval(self, instrument: int, hours: int) -> None:
        """Replace the hours (1 to 24) between an instrument's settlements; a ticker that tells them does so too."""

    def watch_merged(self, asset: str, quote: str) -> None:
        """Keep an asset's books in one quote currency merged from now on, for `Books.merged*` to be cheap.

        Raises CoreError where they have no common integer unit within reach.
        """

    def set_fee_maker(self, instrument: int, fee_rate_maker: float) -> None:
        """Set what a maker fill costs, fraction of notional, negative for a rebate; the taker's fee until then."""

    def set_funding_cost(self, venue: int, rate_per_hour: float) -> None:
        """Set what a leg at a venue costs per hour that it is held, fraction of notional: see `best_divergences`."""

    def set_rate(self, currency: str, numeraire_per_unit: float | None) -> None:
        """Fix what one unit of a currency is worth; None makes it unknown."""

    def set_rate_source(self, currency: str, instrument: int) -> None:
        """Take a currency's worth from that instrument's mid, whose own quote currency must have a fixed rate."""

    def feed(self, venue: int, frame: str | ReadableBuffer, ts_recv_ns: int) -> int:
        """Take one raw WebSocket frame; the instrument it was about, or UNCLAIMED, IGNORED, MALFORMED, SEVERAL.

        `ts_recv_ns` is when it was received, ns of UTC: `time.time_ns()`. `str` and `bytes` are read in place, other
        buffers copied. Raises TypeError for anything else.
        """

    def feed_many(self, frames: Sequence[tuple[int, str | ReadableBuffer, int]]) -> int:
        """Take (venue, frame, ts_recv_ns) in order; how many were applied to a book or a funding rate.

        From 64 frames on other threads run meanwhile. Raises TypeError before the first is taken if one is no frame,
        CoreError likewise if a venue's number is negative, and at an unknown venue, with those before it taken.
        """

    def snapshot(self, instrument: int, body: str | ReadableBuffer, ts_recv_ns: int) -> bool:
        """Take a REST order book; False when it could not be read (a waiting book then says why in `Books.state`)."""

    def invalidate(self, instrument: int, reason: str) -> None:
        """Make a book Stale until its next snapshot, and its funding unknown until the next frame."""

    def gapped(self, venue: int) -> list[int]:
        """Instruments of a venue that need a snapshot: book not Live, or (bybit, dydx) ticker not heard whole."""

    def counters(self) -> dict[str, dict[str, int]]:
        """Totals per venue.

        Every frame is in one of `unclaimed`, `ignored`, `malformed` (REST snapshots too), `applied`; of the applied,
        `outdated` had no effect and `buffered` wait for a snapshot. `snapshots` and `gaps` count what befell books.
        """

@final
class Books:
    """Every book of a core, one by one and merged; reads only."""

    def __new__(cls, core: Core) -> Books:
        """Of this core, for as long as it lives."""

    def state(self, instrument: int) -> tuple[Literal["live", "stale", "gapped"], str]:
        """A book's state and the reason; the reason of a Live one is empty."""

    def top(self, instrument: int) -> Top | None:
        """Best prices; None unless the book is Live and has both sides."""

    def touch(self, instrument: int) -> tuple[str, str] | None:
        """The last sound best bid and ask, whatever became of the book since: to value what is held, never to trade."""

    def heard_ns(self, instrument: int) -> int | None:
        """When the book last took a message; None before any."""

    def levels(self, instrument: int, side: str, count: int) -> list[tuple[str, str]]:
        """At most `count` (price, quantity) of `bid` or `ask`, best first; empty unless the book is Live."""

    def sequence(self, instrument: int) -> int:
        """The id of the last change that a book holds; 0 on streams without ids."""

    def vwap(self, instrument: int, side: str, quantity: float) -> float | None:
        """Mean price of taking `quantity` asset units from `bid` or `ask`, in quote currency per asset unit.

        None when the book is not Live or does not show that much.
        """

    def vwap_notional(self, instrument: int, side: str, notional: float) -> float | None:
        """Mean price of taking `notional` of quote currency from `bid` or `ask`, in quote currency per asset unit.

        None when the book is not Live or does not show that much.
        """

    def depth(self, instrument: int, side: str, bp: float) -> tuple[float, float]:
        """(asset units, quote currency) that rest within `bp` hundredths of a percent of the side's best price.

        Both are 0 unless the book is Live and somebody rests there.
        """

    def best(self, instrument: int) -> Top | None:
        """Best prices of a stream that carries nothing else; None before any, and while one side is empty."""

    def merged(self, asset: str, quote: str, side: str, count: int) -> list[tuple[float, float, int]] | None:
        """All Live books of an asset in one quote currency as one: (price, quantity, instrument), best first.

        Prices in `quote` per asset unit, quantities in asset units. None when the multipliers have no common unit.
        Merged when it is called, unless `Core.watch_merged` keeps it.
        """

    def merged_all(self, asset: str, side: str, count: int, now_ns: int) -> list[tuple[float, float, int]] | None:
        """As `merged`, of all quote currencies that have a rate at `now_ns`, prices in numeraire per asset unit."""

    def merged_vwap(self, asset: str, quote: str, side: str, quantity: float) -> float | None:
        """Mean price of taking `quantity` asset units from all of them together, `quote` per asset unit.

        None when they do not show that much, or the multipliers have no common unit.
        """

    def merged_vwap_notional(self, asset: str, quote: str, side: str, notional: float) -> float | None:
        """Mean price of taking `notional` of `quote` from all of them together; None likewise."""

    def merged_depth(self, asset: str, quote: str, side: str, bp: float) -> tuple[float, float] | None:
        """(asset units, `quote`) that rest within `bp` hundredths of a percent of the best price of that side.

        None when the multipliers have no common unit.
        """

@final
class Prices:
    """What a core's instruments are worth against each other; reads only."""

    def __new__(cls, core: Core) -> Prices:
        """Of this core, for as long as it lives."""

    def rate(self, currency: str, now_ns: int | None = None) -> float | None:
        """Numeraire per unit; None without a rate, or while its book is not Live or (with `now_ns`) older than 60 s."""

    def mid(self, instrument: int, now_ns: int) -> float | None:
        """Numeraire per asset unit; None without a Live two-sided book or a rate for its currency."""

    def funding(self, instrument: int) -> Funding | None:
        """The last prediction heard; None before any and after `invalidate`."""

    def pair(self, long: int, short: int, quantity: float, now_ns: int) -> PairPrice | None:
        """Price `quantity` asset units; None when a leg is not priced (see `unpriced`) or they are no pair."""

    def pairs(self, asset: str, quantity: float, now_ns: int) -> list[PairPrice]:
        """Both directions of every two venues of an asset that can be priced, highest carry first."""

    def unpriced(self, asset: str, quantity: float, now_ns: int) -> list[tuple[int, str]]:
        """Every instrument of an asset that cannot be priced, with the reason.

        A leg needs a Live two-sided book with enough depth, a rate for its currency, and a funding prediction that is
        at most 60 s old and whose settlement has not passed.
        """

    def divergences(self, asset: str, now_ns: int) -> list[tuple[int, int, float]]:
        """(long, short, fraction per hour) of every two venues of an asset, widest first; needs no book."""

    def best_divergences(self, now_ns: int, count: int) -> list[tuple[str, int, int, float]]:
        """(asset, long, short, fraction per hour) of every asset's widest two venues, widest first, at most `count`.

        Net of both legs' `set_funding_cost`. Needs no book; rates older than 60 s or of a settlement that has passed do
        not count. Where a venue has several instruments of one asset, the first registered that has a rate counts.
        """

@final
class Board:
    """The best pair of every watched asset, kept up to date by `Core.feed`; a row an asset.

    Read the table after `feed` or `feed_many` returns, in the same thread: `board.table()[row, Board.EDGE]`, or with
    numpy `numpy.asarray(board)`. A row is right as of the last change of one of its books or of a currency that one is
    quoted in. Nothing is priced before `Core.set_rate` for each quote currency; `Prices.unpriced` says what is missing
    (funding too, which the board does not need).
    """

    LONG: ClassVar[int]
    """Column: number of the instrument to be long at; -1 while no two venues can be priced."""
    SHORT: ClassVar[int]
    """Column: number of the instrument to be short at; -1 likewise."""
    UPDATES: ClassVar[int]
    """Column: how often the row was computed."""
    WOKEN: ClassVar[int]
    """Column: 1 from a wake-up until `woken` hands it out, else 0."""
    EDGE: ClassVar[int]
    """Column, at size k plus k * SIZE_COLUMNS: BID less the short's taker fee, less ASK with the long's taker fee.

    Numeraire per asset unit; -inf where a side does not show the size.
    """
    EDGE_MAKER_LONG: ClassVar[int]
    """Column, as EDGE, but the long rests at its own best bid for its maker fee instead of crossing."""
    EDGE_MAKER_SHORT: ClassVar[int]
    """Column, as EDGE, but the short rests at its own best ask for its maker fee instead of crossing."""
    BID: ClassVar[int]
    """Column, per size: what the short sells it for, numeraire per asset unit before fees; -inf where it cannot."""
    ASK: ClassVar[int]
    """Column, per size: what the long pays for it, numeraire per asset unit before fees; inf where it cannot."""
    SIZE_COLUMNS: ClassVar[int]
    """Columns of one size."""
    COLUMNS: ClassVar[int]
    """Columns of a row."""

    def __new__(cls, core: Core, rows: int = 256) -> Board:
        """Of this core, with room for `rows` assets (1 to 4096); a core has one, and every Board of it shows that."""

    def __buffer__(self, flags: int, /) -> memoryview:
        """The table itself, so that `memoryview(board)` and `numpy.asarray(board)` see it without a copy."""

    def watch(self, asset: str, sizes: Sequence[float], edge_min: float) -> int:
        """Watch an asset at one to four rising sizes (asset units) and return its row; again to change them.

        The row is woken when EDGE of the first size reaches `edge_min` (numeraire per asset unit) or falls below it.
        The best pair is the best at the first size.
        """

    def hold(self, long: int, short: int, step: float) -> None:
        """Wake the row also when this pair has moved by `step` (numeraire per asset unit) since it last did.

        Entering or leaving at the first size, net of taker fees; or when either has become possible or impossible.
        """

    def release(self, long: int, short: int) -> None:
        """End what `hold` began."""

    def woken(self) -> tuple[int, ...]:
        """Rows woken since the last call, in the order of waking, each once."""

    def table(self) -> memoryview:
        """float64, read-only, (rows, COLUMNS); the same memory for as long as anybody holds it."""
