"""Which moves of the books are worth a look: the core's board, under our names. Decides nothing, waits for nothing."""

from collections.abc import Callable, Iterable, Mapping

from arbbot.domain.instrument import InstrumentId
from arbbot.market.registry import Registry

__all__ = ["Pair", "Watch"]

Pair = tuple[InstrumentId, InstrumentId]
"""(long, short)."""


class Watch:
    """Has one listener, `on_wake`, called within the frame that woke it. Silent until `expect`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._board = registry.board
        self._held: dict[str, list[tuple[int, int]]] = {}
        self.on_wake: Callable[[], None] = lambda: None

    def expect(self, asset: str, quantity: float, edge_min: float, steps: Mapping[Pair, float]) -> None:
        """Wake when, at `quantity` asset units, entering or leaving a pair of `steps` moves by its step, or becomes
        possible or impossible; or when the best entry of the asset reaches `edge_min` or falls below it.

        Net of taker fees, numeraire per asset unit, from the books as they stand. Replaces what was expected of the
        asset; pairs of instruments that are not registered are passed over. Raises CoreError.
        """
        self._board.watch(asset, [quantity], edge_min)
        for long, short in self._held.pop(asset, ()):
            self._board.release(long, short)
        self._held[asset] = list(self._hold(steps))
        self._board.woken()  # being told what to expect is no news

    def _hold(self, steps: Mapping[Pair, float]) -> Iterable[tuple[int, int]]:
        for (long, short), step in steps.items():
            a, b = self._registry.find(long), self._registry.find(short)
            if a is not None and b is not None:
                self._board.hold(a, b, step)
                yield a, b
