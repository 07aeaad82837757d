"""Resident bytes of a nautilus_trader book of 1,000 levels a side: `python -m benches.peers.memory DIRECTORY COUNT`."""

import json
import sys
from pathlib import Path

from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.enums import BookType

from benches.peers.books import INSTRUMENT, messages, nautilus_deltas

PAGE_BYTES = 4096


def resident_bytes() -> int:
    """Of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def main() -> None:
    """Hold COUNT books and print what one of them costs."""
    first, _, _ = messages(Path(sys.argv[1]) / "apply_1000.txt")
    count, start = int(sys.argv[2]), nautilus_deltas(first)
    before, books = resident_bytes(), []
    for _ in range(count):
        book = OrderBook(INSTRUMENT, BookType.L2_MBP)
        book.apply_deltas(start)
        books.append(book)
    bytes_a_book = (resident_bytes() - before) / len(books)
    print(json.dumps({"id": "memory/apply_1000/nautilus_trader", "bytes": bytes_a_book}))


if __name__ == "__main__":
    main()
