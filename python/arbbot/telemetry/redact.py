"""Keeps secrets out of everything that is written for people or files. Never stores where a secret came from."""

import json
import math
import re
from urllib.parse import quote

__all__ = ["SECRETS", "Redactor"]

SECRET_CHARS_MIN = 6  # shorter ones would black out ordinary words, and no venue issues them


class Redactor:
    """Replaces every known secret, in the spellings it may take on its way out, by `***`."""

    def __init__(self) -> None:
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, *secrets: str) -> None:
        """Never let these out from here on; an Ethereum key counts with and without its 0x."""
        for secret in secrets:
            bare = secret.removeprefix("0x")
            for form in (secret, bare):
                if len(form) >= SECRET_CHARS_MIN:
                    escaped = {json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1]}
                    self._spellings |= {form, quote(form, safe=""), *escaped}
        # longest first, so that no part of a longer spelling is left standing; any case, as hexadecimal is
        longest_first = sorted(self._spellings, key=len, reverse=True)
        if longest_first:
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)

    def text(self, text: str) -> str:
        """`text` without secrets."""
        return text if self._pattern is None else self._pattern.sub("***", text)

    def value(self, value: object) -> object:
        """`value` without secrets, however deep; what is not a plain value becomes its text."""
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)  # JSON has no word for it
        return value if value is None or isinstance(value, bool | int | float) else self.text(str(value))


# What this process has learnt must stay out of all that it writes, whoever writes it.
SECRETS = Redactor()
