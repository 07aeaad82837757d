"""Whether a process lives, told only when it is provable."""

import os
import subprocess
import sys

from arbbot.telemetry.host import boot_id, process_alive, process_started


def test_this_process_lives_and_a_reused_number_does_not() -> None:
    started = process_started(os.getpid())
    assert started > 0
    assert process_alive(os.getpid())
    assert process_alive(os.getpid(), started)
    assert not process_alive(os.getpid(), started + 1)


def test_an_ended_process_is_dead_reaped_or_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not process_alive(child.pid)
    child.wait()
    assert not process_alive(child.pid)
    assert process_started(child.pid) == 0


def test_a_boot_has_one_name() -> None:
    assert boot_id() == boot_id()
    assert "/" in boot_id()
