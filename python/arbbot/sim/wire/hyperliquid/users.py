"""Addresses and the model's accounts. One way to translate, used wherever the two meet."""

from arbbot.sim.exchange import AccountView, ExchangeModel

__all__ = ["Users"]


class Users:
    """Who has an account: `accounts` maps addresses (lower case) to account names of the model."""

    def __init__(self, model: ExchangeModel, accounts: dict[str, str]) -> None:
        self._model = model
        self._accounts = accounts
        self._addresses = {account: address for address, account in accounts.items()}

    def known(self, user: str) -> bool:
        """True for an address with an account."""
        return user in self._accounts

    def account(self, user: str) -> str:
        """The account's name; raises KeyError."""
        return self._accounts[user]

    def address(self, account: str) -> str:
        """The address of an account; raises KeyError."""
        return self._addresses[account]

    def view(self, user: str) -> AccountView | None:
        """Reads of the user's account; None for an address without one."""
        return self._model.account(self._accounts[user]) if user in self._accounts else None
