"""The exchange model's face inside the bot's own process: its order entry and its account, under any clock."""

from arbbot.sim.inproc.account import InprocAccount
from arbbot.sim.inproc.desk import Desk
from arbbot.sim.inproc.gateway import InprocGateway
from arbbot.sim.inproc.listing import listed_terms

__all__ = ["Desk", "InprocAccount", "InprocGateway", "listed_terms"]
