"""The shape of the operator's file. Limits have no defaults: whoever trades money writes each one down."""

import enum
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

__all__ = [
    "BotSettings",
    "Mode",
    "NumeraireSettings",
    "RateSource",
    "RecordingSettings",
    "RiskSettings",
    "Settings",
    "SimSettings",
    "SimVenueSettings",
    "StoreSettings",
    "StrategySettings",
    "VenueSettings",
]


def _exact(value: object) -> object:
    """A whole number as a Decimal; anything else as it is, for the strict check that follows."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


Number = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number"})]
Positive = Annotated[
    Decimal, Field(gt=0), BeforeValidator(_exact), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
]
AdapterName = Literal["binanceusdm", "bybit", "hyperliquid"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
SecretRef = Annotated[str, Field(pattern=r"^(env:[A-Z][A-Z0-9_]*|file:.+|emulated)$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Mode(enum.StrEnum):
    """Where orders go. `live` is refused until the fault bench has passed."""

    EMULATED = "emulated"
    LIVE = "live"


class BotSettings(_Section):
    """Who the bot is and where it keeps its files."""

    id: Name = Field(description="names the journal and the lease; one bot per id")
    mode: Mode = Field(strict=False, description="emulated: against `arbbot sim`; live: against the venues themselves")
    data_dir: Path = Field(
        strict=False,
        description="head file, last state, logs and the embedded store; relative to the working directory",
    )


class StoreSettings(_Section):
    """Redis or Valkey."""

    url: str = Field(
        default="embedded",
        pattern=r"^(embedded|redis://.+|unix://.+)$",
        description="embedded: a server that the bot starts on a unix socket in data_dir and leaves running",
    )
    password: SecretRef | None = Field(
        default=None, description="of `url`, as env:NAME or file:PATH; never inside the url"
    )
    timeout_ms: int = Field(default=200, ge=20, le=5_000, description="a call that takes longer counts as a dead store")


class RateSource(_Section):
    """A perpetual whose book prices one currency in the numeraire."""

    venue: Name
    symbol: str


class NumeraireSettings(_Section):
    """The currency everything is valued in, and where the others' rates come from."""

    currency: Literal["USDT", "USDC", "USD"]
    rates: dict[str, RateSource] = Field(default_factory=dict)


class VenueSettings(_Section):
    """One venue account. Secrets are references: `env:NAME`, `file:PATH` (mode 0600), or `emulated`."""

    adapter: AdapterName
    base_url: str | None = Field(
        default=None, description="sends every request there, the venue's own host as first path segment: a proxy"
    )
    hosts: dict[str, str] = Field(
        default_factory=dict, description="replaces single hosts, paths kept: testnets ({'fapi.binance.com': 'host'})"
    )
    key: SecretRef = Field(description="API key; on hyperliquid the account's address")
    secret: SecretRef = Field(description="API secret; on hyperliquid the (agent) wallet's private key")


class StrategySettings(_Section):
    """When a pair is opened and closed."""

    assets: list[str] = Field(min_length=1, description="base assets to watch, after multipliers (PEPE, not 1000PEPE)")
    horizon_hours: Positive = Field(description="over which carry is set against four fills")
    carry_half_life_hours: Positive = Field(description="how fast a divergence is expected to decay")
    edge_open_bp: Positive = Field(description="open when the edge over the horizon exceeds this, bp of one leg")
    carry_close_bp_per_day: Number = Field(description="close when carry falls below this, bp of one leg a day")
    notional_per_pair: Positive = Field(description="one leg, numeraire")
    notional_per_slice: Positive = Field(description="one order, numeraire")
    band_bp: Positive = Field(description="how far past the touch a limit may stand")
    prediction_window_min: Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, lt=1)] = Field(
        description="fraction of its averaging window that a predicted rate must have seen before it opens or closes"
    )
    settlement_guard_s: Positive = Field(description="no entry this close before a settlement of either leg")


class RiskSettings(_Section):
    """Hard limits; all are checked before every opening, and none has a default."""

    gross_notional_max: Positive
    venue_notional_max: Positive
    asset_notional_max: Positive
    pairs_max: Annotated[int, Field(gt=0)]
    net_delta_max: Positive = Field(description="numeraire, over all pairs")
    leverage_max: Positive = Field(description="gross notional of a venue over its equity")
    loss_max: Positive = Field(description="numeraire since the journal began; past it the bot halts")
    price_band_bp: Positive = Field(description="how far a venue's mid may stand from the other's")
    book_age_ms_max: Annotated[int, Field(gt=0, le=10_000)]
    order_rate_per_minute_max: Annotated[int, Field(gt=0)]


class SimVenueSettings(_Section):
    """One emulated venue."""

    port: int = Field(default=0, ge=0, le=65_535, description="0: any free one, written to sim.json")
    balance: Positive = Field(default=Decimal(100_000), description="opening cash in the venue's own currency")


class RecordingSettings(_Section):
    """A recording of settled funding rates, played through the emulated venues. See docs/recordings.md."""

    file: Path | None = Field(default=None, strict=False, description="Parquet or CSV; `--data` on the command line")
    start: str | None = Field(
        default=None, description="ISO 8601 with a zone; without it, as early as every venue has a past"
    )
    days: Annotated[int, Field(gt=0, le=3_660)] = Field(default=30, description="how much of it is played")
    scene_hours: Annotated[int, Field(gt=0, le=24)] = Field(
        default=8, description="the calendar jumps this far, always to just after a settlement"
    )


class SimSettings(_Section):
    """The emulated venues and their market."""

    seed: int = Field(default=1, ge=0)
    regime: Literal["calm", "stress"] = "stress"
    start: str = Field(
        default="2026-01-05T06:40:00Z", description="market time at the first start: ISO 8601 UTC, or `now`"
    )
    assets: list[str] = Field(min_length=1)
    venues: dict[AdapterName, SimVenueSettings]
    recording: RecordingSettings | None = Field(
        default=None, description="plays settled rates of a file instead of a generated market"
    )


class Settings(_Section):
    """The whole file."""

    schema_version: Literal[1]
    bot: BotSettings
    store: StoreSettings = StoreSettings()
    numeraire: NumeraireSettings
    venues: dict[Name, VenueSettings] = Field(min_length=1)
    strategy: StrategySettings
    risk: RiskSettings
    sim: SimSettings | None = None
