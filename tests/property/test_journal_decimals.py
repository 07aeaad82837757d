"""Events keep every digit on their way through the journal's JSON."""

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from arbbot.domain.events import BaselineTaken, Event

digits = st.decimals(allow_nan=False, allow_infinity=False)


@given(digits)
def test_a_decimal_comes_back_with_the_same_digits_and_exponent(cash: Decimal) -> None:
    event = BaselineTaken(venue="v", currency="USDT", cash=cash, ts_ns=1)
    back = msgspec.json.decode(msgspec.json.encode(event), type=Event)
    assert isinstance(back, BaselineTaken)
    assert back.cash.as_tuple() == cash.as_tuple()
