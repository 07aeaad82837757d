"""TOML → frozen Settings, every fault at once. Never resolves a secret into anything printable."""
