"""`python -m arbbot`: the same as the console script."""

from arbbot.cli.main import main

main()
