"""The door between a bot and a venue leaves no connection behind, whatever its peers do at its end."""

import gc
import socket
from contextlib import ExitStack, suppress
from threading import Thread

from builders.live import eventually
from builders.wiretap import WireTap, end

CLIENTS = 40


def flood(listener: socket.socket, stack: ExitStack) -> None:
    """Send every client more than all buffers hold; none of them reads."""
    with suppress(OSError):
        while True:
            peer = stack.enter_context(listener.accept()[0])
            peer.setblocking(False)
            with suppress(BlockingIOError):
                while True:
                    peer.send(bytes(1 << 20))


def knock(port: int, stack: ExitStack) -> None:
    """Connect again and again until the door is gone."""
    with suppress(OSError):
        while True:
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))


def test_every_connection_ends_with_the_door() -> None:
    """One left open is a warning when it is collected, and so an error: here, not in whatever test comes next."""
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0)) as listener:
        venue = Thread(target=flood, args=(listener, stack))
        venue.start()
        with WireTap(f"http://127.0.0.1:{listener.getsockname()[1]}") as tap:
            port = int(tap.base_url.rpartition(":")[2])
            clients = Thread(target=knock, args=(port, stack))
            clients.start()
            eventually(lambda: tap.connections >= CLIENTS, "clients have come")
        clients.join()
        end(listener)
        venue.join()
        # Clients and venue hold on to their ends still; the door's own are gone.
        sockets = [one for one in gc.get_objects() if type(one) is socket.socket and one.fileno() >= 0]
        assert not [one for one in sockets if one.getsockname()[1] == port]
    gc.collect()
