"""The end of `arbbot run`: the ledger, each loss with its reason, and what is unexplained."""

from decimal import Decimal

import msgspec

from arbbot.cli.run_view import summary
from arbbot.cli.sections import sections
from arbbot.domain.status import PriceOrigin, StatusDocument
from builders.shown import document


def told(doc: StatusDocument) -> str:
    return "\n".join(" ".join(line.split()) for line in summary(doc, scenes=8, restarts=1))


def test_the_ledger_has_every_pair_and_the_sum() -> None:
    text = told(document())
    assert "ledger, USDT state long short funding fees price net held" in text
    assert (
        "3-INJ-1 open binanceusdm:INJUSDT hyperliquid:INJ +3.2100 -4.5000 -1.0000 -2.2900 3 h from 01-05 05:13" in text
    )
    assert "total +3.2100 -4.5000 -1.0000 -2.2900" in text
    assert "settlements credited: binanceusdm 1 of 8 h, hyperliquid 3; 8 jumps of the calendar, 1 restarts" in text
    assert "residual binanceusdm USDT: -0.00000001" in text
    assert "kept open: 3-INJ-1; the next run goes on with them" in text


def test_a_loss_is_said_with_why_the_pair_was_left() -> None:
    assert told(document()).count(" lost ") == 1  # an open pair has lost nothing yet
    assert (
        "2-BTC-1 lost 2.29 USDT (funding +3.21, fees -4.50, price -1.00); "
        "closed because: funding flipped: -3.00 bp over a day"
    ) in told(document())


def test_a_residual_of_zero_is_a_zero() -> None:
    doc = document()
    balance = msgspec.structs.replace(doc.venues[0].balances[0], residual=Decimal("0E-8"))
    venue = msgspec.structs.replace(doc.venues[0], balances=(balance,))
    assert "residual binanceusdm USDT: 0" in told(document(venues=(venue,))).splitlines()


def test_made_up_prices_are_labelled_and_real_ones_are_not() -> None:
    doc = document()
    assert "SYNTHETIC" not in told(doc)
    assert {venue.name for venue in doc.venues} >= {"binanceusdm", "hyperliquid"}
    made = {"binanceusdm": PriceOrigin.RECORDED, "hyperliquid": PriceOrigin.SYNTHETIC}
    venues = tuple(msgspec.structs.replace(venue, prices=made[venue.name]) for venue in doc.venues)
    text = told(document(venues=venues))
    assert "funding fees price SYNTHETIC net SYNTHETIC prices held" in text
    assert "-2.2900 SYNTHETIC 3 h from" in text
    assert "prices of hyperliquid are SYNTHETIC" in text
    real = tuple(msgspec.structs.replace(venue, prices=PriceOrigin.RECORDED) for venue in doc.venues)
    assert "-2.2900 recorded 3 h from" in told(document(venues=real))
    assert "SYNTHETIC" not in told(document(venues=real))


def test_without_a_pair_and_without_a_judgement_the_reason_is_that_nothing_was_priced() -> None:
    text = told(document(pairs=(), nearest=()))
    assert "no pair was opened: no asset had a price on two venues at once; `arbbot status` shows the alerts" in text
    assert "the nearest each asset came" not in text


def test_without_a_pair_every_refusal_is_explained() -> None:
    totals = msgspec.structs.replace(document().totals, intents_open=2, settlements_by_interval=())
    text = told(document(pairs=(), totals=totals, nearest=document().opportunities))
    assert "what refused it:\nBTC: edge_bp: -12.50 (bound 4)" in text
    assert "2 orders are unresolved" in text
    assert "settlements credited: none" in text


def mixed(**legs: PriceOrigin) -> StatusDocument:
    """A replay in which INJ has a price of its own on both venues, or not."""
    doc = document()
    venues = tuple(msgspec.structs.replace(venue, prices=PriceOrigin.SYNTHETIC) for venue in doc.venues)
    pairs = tuple(
        msgspec.structs.replace(
            pair,
            long=msgspec.structs.replace(pair.long, prices=legs["long"]),
            short=msgspec.structs.replace(pair.short, prices=legs["short"]),
        )
        for pair in doc.pairs
    )
    return document(venues=venues, pairs=pairs)


def test_a_pair_is_labelled_by_its_own_legs() -> None:
    real = told(mixed(long=PriceOrigin.RECORDED, short=PriceOrigin.RECORDED))
    assert "-1.0000 -2.2900 recorded 3 h from" in real
    assert "fees -4.50, price -1.00)" in real
    made = told(mixed(long=PriceOrigin.RECORDED, short=PriceOrigin.SYNTHETIC))
    assert "-1.0000 -2.2900 SYNTHETIC 3 h from" in made
    assert "fees -4.50, price SYNTHETIC -1.00)" in made
    assert "total +3.2100 -4.5000 -1.0000 -2.2900 SYNTHETIC" in made


def test_the_total_is_labelled_by_pairs_that_are_not_shown_too() -> None:
    totals = msgspec.structs.replace(document().totals, prices=PriceOrigin.SYNTHETIC)
    real = mixed(long=PriceOrigin.RECORDED, short=PriceOrigin.RECORDED)
    assert "-2.2900 SYNTHETIC" in told(msgspec.structs.replace(real, totals=totals)).partition("total ")[2]


def test_status_labels_rows_totals_and_the_edge() -> None:
    made = mixed(long=PriceOrigin.RECORDED, short=PriceOrigin.SYNTHETIC)
    tables = {table.header[0].partition(",")[0]: table for table in sections(made)}
    assert {row[-1] for row in tables["pairs"].rows} == {"SYNTHETIC"}
    assert {"basis bp SYNTHETIC", "price SYNTHETIC", "net SYNTHETIC"} <= set(tables["pairs"].header)
    assert "edge bp SYNTHETIC" in tables["opportunities"].header
    plain = {table.header[0].partition(",")[0]: table for table in sections(document())}
    assert "edge bp" in plain["opportunities"].header
    assert "prices" not in plain["pairs"].header  # the mode says it already
