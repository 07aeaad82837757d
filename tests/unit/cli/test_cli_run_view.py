"""The end of `arbbot run`: the ledger, each loss with its reason, and what is unexplained."""

from decimal import Decimal

import msgspec

from arbbot.cli.run_view import summary
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


def test_without_a_pair_every_refusal_is_explained() -> None:
    totals = msgspec.structs.replace(document().totals, intents_open=2, settlements_by_interval=())
    text = told(document(pairs=(), totals=totals, nearest=document().opportunities))
    assert "what refused it:\nBTC: edge_bp: -12.50 (bound 4)" in text
    assert "2 orders are unresolved" in text
    assert "settlements credited: none" in text
