"""Names in the store. All carry the schema version; a bot's own also its id."""

__all__ = ["Keys"]

PREFIX = "arbbot:v1"


class Keys:
    """Every key that one bot touches."""

    def __init__(self, bot_id: str) -> None:
        self.journal = f"{PREFIX}:{bot_id}:journal"
        self.epoch = f"{PREFIX}:{bot_id}:epoch"
        self.lease = f"{PREFIX}:{bot_id}:lease"
        self.commands = f"{PREFIX}:{bot_id}:commands"
        self.answers = f"{PREFIX}:{bot_id}:answers"
        self.status = f"{PREFIX}:{bot_id}:status"

    @staticmethod
    def account(account: str) -> str:
        """The lease of one venue account, shared by every bot on the store."""
        return f"{PREFIX}:account:{account}:lease"
