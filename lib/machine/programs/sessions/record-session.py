#!/usr/bin/python3 -I
"""Runs a person's SSH session and sends every byte of it to the collector, which root owns.

The SSH server starts this instead of the shell (ForceCommand). Without a collector there is no
session, and when the collector goes away the session ends.
"""
import codecs
import fcntl
import json
import os
import pty
import select
import signal
import socket
import struct
import sys
import termios
import time
import tty

ROOT = os.environ.get("HC_ROOT", "")
COLLECTOR = ROOT + "/run/hardened-cluster-sessions/collector"
LIMIT_BYTES = 256 * 1024 * 1024
LIMIT_WITHOUT_TERMINAL_BYTES = 64 * 1024 * 1024


class Recording:
    """A connection to the collector: one JSON document a line."""

    def __init__(self, limit):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(COLLECTOR)
        self.start = time.monotonic()
        self.left = limit
        # Reversible: a byte that is no UTF-8 becomes a lone surrogate, which JSON can hold.
        decoder = codecs.getincrementaldecoder("utf-8")
        self.decoders = {kind: decoder("surrogateescape") for kind in "ioerx"}

    def send(self, document):
        self.socket.sendall(json.dumps(document).encode() + b"\n")

    def event(self, kind, content):
        self.left -= len(content)
        if self.left < 0:
            raise OSError("the session is longer than what is recorded")
        text = self.decoders[kind].decode(content)
        self.send([round(time.monotonic() - self.start, 6), kind, text])


def window_size():
    try:
        rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))
        return columns, rows
    except OSError:
        return 80, 24


def shell_arguments():
    import pwd

    shell = pwd.getpwuid(os.getuid()).pw_shell
    command = os.environ.get("SSH_ORIGINAL_COMMAND")
    if command is None:
        return shell, ["-" + os.path.basename(shell)]
    return shell, [shell, "-c", command]


def write_all(descriptor, content):
    while content:
        content = content[os.write(descriptor, content):]


def run_with_terminal(recording, shell, arguments):
    child, master = pty.fork()
    if child == 0:
        os.execv(shell, arguments)
    copy_window(master)
    signal.signal(signal.SIGWINCH, lambda *_: resize(recording, master))
    saved = termios.tcgetattr(0)
    try:
        # What was typed ahead stays: the default would throw it away.
        tty.setraw(0, termios.TCSADRAIN)
        pump(recording, {0: ("i", master), master: ("o", 1)}, master)
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, saved)
        os.close(master)
    return wait(child)


def copy_window(master):
    columns, rows = window_size()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def resize(recording, master):
    copy_window(master)
    columns, rows = window_size()
    recording.event("r", f"{columns}x{rows}".encode())


def run_without_terminal(recording, shell, arguments):
    inputs, outputs, errors = os.pipe(), os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        for number, end in ((0, inputs[0]), (1, outputs[1]), (2, errors[1])):
            os.dup2(end, number)
        os.closerange(3, 256)
        os.execv(shell, arguments)
    for end in (inputs[0], outputs[1], errors[1]):
        os.close(end)
    pump(
        recording,
        {0: ("i", inputs[1]), outputs[0]: ("o", 1), errors[0]: ("e", 2)},
        outputs[0],
        errors[0],
    )
    return wait(child)


def pump(recording, flows, *until):
    """Copies each flow, recorded first, until all descriptors of `until` are at their end."""
    waiting = set(until)
    while waiting:
        try:
            ready, _, _ = select.select(list(flows), [], [])
        except InterruptedError:
            continue
        for source in ready:
            kind, target = flows[source]
            try:
                content = os.read(source, 65536)
            except OSError:
                content = b""
            if not content:
                del flows[source]
                waiting.discard(source)
                # The end of what the person types is the end of the program's input.
                if source == 0 and target not in until:
                    os.close(target)
                continue
            recording.event(kind, content)
            try:
                write_all(target, content)
            except BrokenPipeError:
                flows.pop(source, None)
                waiting.discard(source)


def wait(child):
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main():
    interactive = os.isatty(0)
    shell, arguments = shell_arguments()
    try:
        recording = Recording(LIMIT_BYTES if interactive else LIMIT_WITHOUT_TERMINAL_BYTES)
        columns, rows = window_size()
        recording.send(
            {
                "version": 2,
                "width": columns,
                "height": rows,
                "command": os.environ.get("SSH_ORIGINAL_COMMAND", ""),
                "connection": os.environ.get("SSH_CONNECTION", ""),
                "terminal": interactive,
            }
        )
        # The collector answers when the file is there: before that, nothing runs.
        if recording.socket.recv(2) != b"ok":
            raise OSError("the collector refused")
    except OSError as error:
        print(f"This session can't be recorded, so it is refused: {error}", file=sys.stderr)
        return 1
    try:
        run = run_with_terminal if interactive else run_without_terminal
        code = run(recording, shell, arguments)
    except OSError as error:
        print(f"\r\nThis session is no longer recorded, so it ends: {error}\r", file=sys.stderr)
        return 1
    try:
        recording.event("x", str(code).encode())
    except OSError:
        pass
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
