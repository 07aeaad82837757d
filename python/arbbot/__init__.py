"""arbbot: long a perpetual on one venue, short it on another, collect the difference of their funding."""

__all__ = ["__version__"]

__version__ = "0.1.0"
