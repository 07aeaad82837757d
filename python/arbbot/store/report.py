"""The store in a few lines for a person. Starts and changes nothing."""

from arbbot.config.secrets import resolve_password
from arbbot.config.settings import Settings
from arbbot.domain.errors import PrerequisiteError
from arbbot.store.keys import Keys
from arbbot.store.link import Link
from arbbot.store.server import EmbeddedServer
from arbbot.store.verify import verify_server

__all__ = ["describe_store"]


async def describe_store(settings: Settings) -> list[str]:
    """Address, program, age, rows. Raises StoreUnavailable when it should answer and does not."""
    url, head = settings.store.url, []
    if url == "embedded":
        server = EmbeddedServer(settings.bot.data_dir)
        if not server.running():
            return ["not running: `arbbot run` starts it"]
        url, recorded = server.url, server.recorded()
        if recorded is not None:
            head = [f"process  {recorded.pid}  {recorded.binary}"]
    link = Link(url, timeout_s=settings.store.timeout_ms / 1_000, password=resolve_password(settings))
    try:
        info = await link.call("INFO")
        rows = await link.call("XLEN", Keys(settings.bot.id).journal)
        promise = await _promise(link)
    finally:
        await link.close()
    version = info.get("valkey_version", info.get("redis_version"))
    program = f"{'Valkey' if 'valkey_version' in info else 'Redis'} {version}"
    return [
        f"address  {url}",
        *head,
        f"server   {program}, up {info.get('uptime_in_seconds')} s",
        f"memory   {info.get('used_memory_human')}",
        f"journal  {rows} rows",
        f"promise  {promise}",
    ]


async def _promise(link: Link) -> str:
    try:
        await verify_server(link)
    except PrerequisiteError as error:
        return str(error)
    return "every acknowledged row is on disk; nothing is evicted"
