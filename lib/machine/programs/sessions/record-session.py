#!/usr/bin/python3 -I
"""Runs an SSH session on a terminal, or pipes, of the recorder: the SSH server starts this instead
of the shell (ForceCommand).

It runs as the recorded person, so it records nothing itself: it hands the terminal of the SSH
server over to the recorder, which runs as another user, and keeps none of it. What the session
reads and writes goes through the recorder. When that is gone or stands still, the session ends.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import pwd
import select
import signal
import socket
import struct
import sys
import termios

ROOT = os.environ.get("HC_ROOT", "")
RECORDER = ROOT + "/run/hardened-cluster-sessions/collector"
# The recorder says that it lives every few seconds.
SILENCE_SECONDS = 20
PR_SET_DUMPABLE = 4


def shell_arguments() -> tuple[str, list[str]]:
    shell = pwd.getpwuid(os.getuid()).pw_shell
    command = os.environ.get("SSH_ORIGINAL_COMMAND")
    if command is None:
        return shell, ["-" + os.path.basename(shell)]
    return shell, [shell, "-c", command]


def hand_over(recorder: socket.socket, terminal: bool) -> None:
    """Gives the descriptors of the SSH server away, and the controlling terminal up."""
    request = json.dumps(
        {
            "command": os.environ.get("SSH_ORIGINAL_COMMAND", ""),
            "connection": os.environ.get("SSH_CONNECTION", ""),
            "terminal": terminal,
        }
    ).encode()
    message = struct.pack("!I", len(request)) + request
    sent = socket.send_fds(recorder, [message], [0, 1, 2])
    recorder.sendall(message[sent:])
    if terminal:
        # Giving it up hangs up whatever runs on it, which is this program.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        fcntl.ioctl(0, termios.TIOCNOTTY)
    nothing = os.open("/dev/null", os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    recorder.sendall(b"R")


def receive(recorder: socket.socket) -> list[int]:
    """Standard input, output and errors of the session; none when it is refused."""
    _, descriptors, _, _ = socket.recv_fds(recorder, 1, 3)
    return list(descriptors)


def run_shell(descriptors: list[int], terminal: bool) -> int:
    """Starts the shell; its process id."""
    shell, arguments = shell_arguments()
    child = os.fork()
    if child:
        return child
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.setsid()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    if terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        os.environ["SSH_TTY"] = os.ttyname(0)
    os.closerange(3, 256)
    os.execv(shell, arguments)  # noqa: S606


def wait(recorder: socket.socket, child: int) -> int:
    """The exit code of the shell; without a recorder the shell is ended."""
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(recorder, select.POLLIN)
    while True:
        ready = dict(poll.poll(SILENCE_SECONDS * 1000))
        if ended in ready:
            break
        if not ready or not recorder.recv(64):
            for name in (signal.SIGHUP, signal.SIGKILL):
                os.killpg(child, name)
            os.waitpid(child, 0)
            return 1
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    recorder.sendall(f"{code}\n".encode())
    # What the session wrote last is on its way: the recorder closes when it has arrived.
    recorder.settimeout(SILENCE_SECONDS)
    while recorder.recv(64):
        pass
    return code if code >= 0 else 128 - code


def main() -> int:
    # No other process of this account may look into this one, and take what it still holds.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    terminal = os.isatty(0)
    try:
        recorder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        recorder.connect(RECORDER)
    except OSError as error:
        print(f"This session can't be recorded, so it is refused: {error}", file=sys.stderr)
        return 1
    try:
        hand_over(recorder, terminal)
        descriptors = receive(recorder)
        # Who refuses has said why where it can be read.
        if len(descriptors) != 3:
            return 1
        child = run_shell(descriptors, terminal)
        for descriptor in descriptors:
            os.close(descriptor)
        return wait(recorder, child)
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
