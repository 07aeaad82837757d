"""A venue account's secrets. Never printed: `repr`, `str`, logs and errors show neither half."""

__all__ = ["Credentials"]


class Credentials:
    """`key`: API key, or the account's address on hyperliquid. `secret`: API secret, or the wallet's private key."""

    __slots__ = ("key", "secret")

    def __init__(self, key: str, secret: str) -> None:
        self.key = key
        self.secret = secret

    def __repr__(self) -> str:
        return "Credentials(key=hidden, secret=hidden)"
