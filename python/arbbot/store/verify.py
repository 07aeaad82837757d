"""What a server must promise before anything is entrusted to it. Changes nothing on the server."""

from arbbot.domain.errors import PrerequisiteError, StoreUnavailable
from arbbot.store.link import Link

__all__ = ["verify_server"]

# A journal on anything less can lose an acknowledged row (appendfsync), or any row at all (eviction).
WANTED = (("maxmemory-policy", "noeviction"), ("appendonly", "yes"), ("appendfsync", "always"))


async def verify_server(link: Link) -> None:
    """Raises PrerequisiteError that lists each wrong setting with its command; StoreUnavailable."""
    faults = []
    for name, wanted in WANTED:
        found = await _setting(link, name)
        if found != wanted:
            faults.append(f"{name} is {found or 'not known'}: CONFIG SET {name} {wanted}")
    role = await _info(link, "replication", "role")
    if role not in {"", "master"}:
        faults.append(f"it is a {role}: name the primary in store.url")
    if faults:
        raise PrerequisiteError(f"the store at {link.address} may lose the journal: {'; '.join(faults)}")


async def _setting(link: Link, name: str) -> str:
    try:
        reply = await link.call("CONFIG", "GET", name)
    except StoreUnavailable:
        await link.call("PING")  # alive, so it is CONFIG that is refused (managed servers do): it stays unknown
        return ""
    pairs = reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))
    return next((_text(value) for key, value in pairs.items() if _text(key) == name), "")


async def _info(link: Link, section: str, field: str) -> str:
    reply = await link.call("INFO", section)
    return _text(reply.get(field, "")) if isinstance(reply, dict) else ""


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
