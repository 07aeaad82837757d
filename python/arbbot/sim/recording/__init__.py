"""A recording of settled funding rates as the emulated market. Owns reading, checking and playing it.

Never fills in what was not recorded: what is synthetic is said to be.
"""

from arbbot.sim.recording.reader import RecordingReport, check_recording, read_recording
from arbbot.sim.recording.world import RecordedWorld

__all__ = ["RecordedWorld", "RecordingReport", "check_recording", "read_recording"]
