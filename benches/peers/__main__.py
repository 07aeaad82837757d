"""The peers' worker: `python -m benches.peers DIRECTORY` answers IDs on standard input."""

import sys
from functools import partial
from pathlib import Path

from benches.contest import Maker, serve
from benches.peers import books, decoding, funding, pipelines

MAKERS: dict[tuple[str, str], Maker] = {
    ("apply", "nautilus_trader"): books.nautilus,
    ("apply", "order_book"): books.order_book,
    ("apply", "ccxt"): books.ccxt,
    ("level", "msgspec"): decoding.msgspec_typed,
    ("level", "orjson + float"): decoding.orjson_float,
    ("spread", "msgspec + bisect"): partial(pipelines.contest, make=pipelines.with_bisect),
    ("spread", "orjson + order_book"): partial(pipelines.contest, make=pipelines.with_order_book),
    ("spread", "orjson + ccxt"): partial(pipelines.contest, make=pipelines.with_ccxt),
    ("spread", "nautilus_trader"): partial(pipelines.contest, make=pipelines.with_nautilus),
    ("funding", "NumPy"): funding.numpy,
    ("funding", "polars"): funding.polars,
}

if __name__ == "__main__":
    serve(Path(sys.argv[1]), MAKERS)
