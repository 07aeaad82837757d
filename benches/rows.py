"""The table's rows: what is measured, against whom, and the figures to reach. Order is the order of printing."""

from dataclasses import dataclass, field

from benches.workload import DEPTHS, FUNDING_VENUES, VENUES


@dataclass(frozen=True)
class Rival:
    """Another contest of the same work, and how many times slower it should be; None asks for nothing."""

    contest: str
    target: float | None = None

    @property
    def name(self) -> str:
        """Who."""
        return self.contest.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Row:
    """One figure of ours. With `base` it is a quotient of two contests, and `grows` are rivals' quotients beside it."""

    id: str
    what: str
    ours: str
    unit: str
    scale: float = 1.0
    target: float | None = None
    rivals: tuple[Rival, ...] = ()
    base: str = ""
    grows: tuple[tuple[str, str], ...] = ()
    p99: bool = False
    note: str = ""

    def contests(self) -> list[str]:
        """Every ID that it needs."""
        quotients = [contest for pair in self.grows for contest in pair]
        return [one for one in (self.ours, *(rival.contest for rival in self.rivals), self.base, *quotients) if one]


@dataclass(frozen=True)
class Curve:
    """Cost against size, a line a contestant."""

    id: str
    title: str
    across: str
    up: str
    scale: float
    lines: dict[str, dict[int, str]] = field(default_factory=dict)


def rivals(what: str, workload: str, targets: dict[str, float | None]) -> tuple[Rival, ...]:
    """Rivals of one contest."""
    return tuple(Rival(f"{what}/{workload}/{who}", target) for who, target in targets.items())


APPLIED = "levels parsed before; ours also checks the sequence and that the book is not crossed; best read per message"
READ = "UTF-8, JSON, every digit, sequence, crossed book checked"
PIPELINES: dict[str, float | None] = {
    "msgspec + bisect": 11,
    "orjson + order_book": 15,
    "orjson + ccxt": 18,
    "nautilus_trader": 22,
}
MATRIX = f"funding_{FUNDING_VENUES}x500"

ROWS = (
    Row(
        "apply.synthetic",
        "apply, synthetic book of 1,000 levels a side",
        "apply/apply_1000/ours",
        "ns/level",
        target=8,
        rivals=rivals("apply", "apply_1000", {"BTreeMap": 4, "nautilus_trader": 16, "order_book": 40, "ccxt": 50}),
        note=APPLIED,
    ),
    Row(
        "apply.capture",
        "apply, real capture of Binance BTCUSDT",
        "apply/capture/ours",
        "ns/level",
        target=10,
        rivals=rivals("apply", "capture", {"BTreeMap": 5, "nautilus_trader": 20, "order_book": 20, "ccxt": 45}),
        note=APPLIED,
    ),
    Row(
        "bytes.synthetic",
        "validated bytes → book → best, 25 levels a side",
        "level/apply_1000/ours",
        "ns/level",
        target=20,
        rivals=rivals("level", "apply_1000", {"msgspec": 6, "orjson + float": 16}),
        note=f"{READ}; rivals decode only: no book, no sequence, no exact number",
    ),
    Row(
        "bytes.capture",
        "validated bytes → book → best, real capture",
        "level/capture/ours",
        "ns/level",
        target=20,
        rivals=rivals("level", "capture", {"msgspec": 6, "orjson + float": 16}),
        note=f"{READ}; 10 MB that no cache holds (limit.read.capture); one level in eight is far off",
    ),
    Row(
        "bytes.small",
        "validated 300-byte frame → book → best",
        "frame/small/ours",
        "ns/frame",
        target=150,
        note=f"{READ}; eight levels: where it goes is in profile.*, and limit.read reads the bytes once",
    ),
    Row(
        "permuted.capture",
        "real capture, its keys in another order",
        "level/capture_permuted/ours",
        "× ordered",
        target=1.2,
        base="level/capture/ours",
    ),
    Row(
        "mixed.capture",
        "real capture, its keys in another order in every frame",
        "level/capture_mixed/ours",
        "× ordered",
        target=1.2,
        base="level/capture/ours",
    ),
    Row(
        "permuted.small",
        "300-byte frames, their keys in another order",
        "frame/small_permuted/ours",
        "× ordered",
        target=1.2,
        base="frame/small/ours",
    ),
    Row(
        "mixed.small",
        "300-byte frames, their keys in another order in every frame",
        "frame/small_mixed/ours",
        "× ordered",
        base="frame/small/ours",
        note="no venue does; what it adds are nine branches a frame that no processor can foresee",
    ),
    Row(
        "spread.5",
        "Python call → book → best cross-venue spread with VWAP, 5 venues",
        "spread/venues_5/ours",
        "µs/frame",
        1e-3,
        0.42,
        rivals("spread", "venues_5", PIPELINES),
        note=f"300-byte frames; {READ}; 5 BTC deep, net of taker fees; all end with the same spread",
    ),
    Row(
        "spread.5.batch",
        "the same in batches (feed_many)",
        "batch/venues_5/ours",
        "µs/frame",
        1e-3,
        0.33,
        note=f"{READ}; core.5 is the part of it in Rust",
    ),
    Row(
        "spread.20",
        "the same, 20 venues",
        "spread/venues_20/ours",
        "µs/frame",
        1e-3,
        0.55,
        rivals("spread", "venues_20", dict.fromkeys(PIPELINES)),
    ),
    Row(
        "spread.20/2",
        "20 venues against 2",
        "spread/venues_20/ours",
        "×",
        target=1.5,
        base="spread/venues_2/ours",
        grows=tuple((f"spread/venues_20/{who}", f"spread/venues_2/{who}") for who in PIPELINES),
    ),
    Row("core.5", "the same in Rust alone, 5 venues", "watched/venues_5/ours", "µs/frame", 1e-3),
    Row("core.20", "the same in Rust alone, 20 venues", "watched/venues_20/ours", "µs/frame", 1e-3),
    Row(
        "recompute.20",
        "cross-venue recompute at 20 venues",
        "recompute/venues_20/ours",
        "ns",
        target=100,
        rivals=rivals("recompute", "venues_20", {"scratch": 7}),
        note="what a watched asset adds to a frame: both VWAPs, best pair; from scratch: all VWAPs, all pairs",
    ),
    Row(
        "funding.500",
        "funding scan, 20 venues × 500 assets",
        f"funding/{MATRIX}/ours",
        "µs",
        1e-3,
        6,
        rivals("funding", MATRIX, {"NumPy": 10, "polars": 400}),
        note="best pair of every asset net of costs, from scratch, one rate in ten absent",
    ),
    Row("funding.one", "one rate changed", f"rate/{MATRIX}/ours", "ns", target=50),
    Row(
        "funding.2000",
        "funding scan, 20 venues × 2,000 assets",
        f"funding/funding_{FUNDING_VENUES}x2000/ours",
        "µs",
        1e-3,
        rivals=rivals("funding", f"funding_{FUNDING_VENUES}x2000", {"NumPy": None, "polars": None}),
    ),
    Row(
        "growth",
        "apply: 5,000 levels against 50",
        "apply/apply_5000/ours",
        "×",
        target=1.3,
        base="apply/apply_50/ours",
        grows=tuple(
            (f"apply/apply_5000/{who}", f"apply/apply_50/{who}")
            for who in ("BTreeMap", "nautilus_trader", "order_book", "ccxt")
        ),
    ),
    Row(
        "books",
        "10,000 books touched at random, 25 levels a side",
        "frame/books/ours",
        "µs/frame",
        1e-3,
        1.6,
        rivals("frame", "books", {"BTreeMap": 1.5}),
        note=f"{READ}; BTreeMap gets our decoder and no check",
    ),
    Row(
        "books.p99",
        "the same, 99th percentile of single frames",
        "single/books/ours",
        "µs/frame",
        1e-3,
        3,
        p99=True,
        note="two readings of the clock in it",
    ),
    Row(
        "hostile",
        "a hostile input: the worst of every venue's table",
        "hostile/all/ours",
        "µs",
        1e-3,
        1000,
        note="64 MiB, nesting of 100,000, cut frames, broken numbers: counted, and the book Gapped or as it was",
    ),
    Row("profile.head", "profile: head of a 300-byte frame, UTF-8 with it", "head/small/ours", "ns/frame"),
    Row("profile.small", "profile: the same with every digit, book untouched", "numbers/small/ours", "ns/level"),
    Row("profile.small.book", "profile: its levels into the book alone", "apply/small/ours", "ns/level"),
    Row(
        "profile.capture",
        "profile: real capture, decoding alone, book untouched",
        "numbers/capture/ours",
        "ns/level",
        rivals=rivals("level", "capture", {"msgspec": 6, "orjson + float": 16}),
        note="like for like: rivals decode only; the book's part is apply.capture",
    ),
    Row("limit.read", "limit: reading a 300-byte frame's bytes once", "frame/small/bound", "ns/frame"),
    Row("limit.read.50", "limit: reading a frame of 25 levels a side once", "frame/apply_1000/bound", "ns/frame"),
    Row("limit.read.capture", "limit: reading the real capture's bytes once", "level/capture/bound", "ns/level"),
    Row("limit.call", "limit: a bare call (two integers, nothing changes)", "call/none/bare", "ns"),
    Row("limit.unclaimed", "limit: feed of a frame that is nobody's", "call/none/unclaimed", "ns"),
)

CURVES = (
    Curve(
        "depth",
        "Applying a change to a book",
        "levels a side",
        "ns a level",
        1.0,
        {
            who: {depth: f"apply/apply_{depth}/{who}" for depth in DEPTHS}
            for who in ("ours", "BTreeMap", "nautilus_trader", "order_book", "ccxt")
        },
    ),
    Curve(
        "venues",
        "Frame to best cross-venue spread, from Python",
        "venues",
        "µs a frame",
        1e-3,
        {who: {count: f"spread/venues_{count}/{who}" for count in VENUES} for who in ("ours", *PIPELINES)},
    ),
)


def contests() -> list[str]:
    """Every ID of the table and the curves, once."""
    wanted = [identity for row in ROWS for identity in row.contests()]
    wanted += [identity for curve in CURVES for line in curve.lines.values() for identity in line.values()]
    return list(dict.fromkeys(wanted))
