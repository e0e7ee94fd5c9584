#!/usr/bin/python3 -I
"""Records sessions, each in a process and a file of its own that only root can read and that grows.

Runs as root without the rights of root. The session's own terminal belongs to the person; the one
of the SSH server, which `record-session` hands over, becomes this program's alone: nobody reaches
the network but through it. Limits are kept here, and who sends is what the kernel says of the other
end of the socket. Every session ends with its recording.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import fcntl
import json
import os
import pwd
import secrets
import select
import signal
import socket
import stat
import struct
import sys
import termios
import time
import tty
from types import FrameType
from typing import NoReturn

ROOT = os.environ.get("HC_ROOT", "")
FOLDER = ROOT + "/var/log/hardened-cluster/sessions"
SOCKET = ROOT + "/run/hardened-cluster-sessions/collector"

MAXIMUM_SESSIONS = 64
LIMIT_BYTES = 256 << 20
LIMIT_WITHOUT_TERMINAL_BYTES = 64 << 20
# One byte that passes can be six in the file.
LIMIT_OF_FILE_BYTES = 288 << 20
LONGEST_REQUEST_BYTES = 1 << 20
LONGEST_CONNECTION_CHARACTERS = 256
# The disk is for more than recordings: no session begins below the first, none goes on below the
# second.
FREE_TO_BEGIN_BYTES = 256 << 20
FREE_TO_GO_ON_BYTES = 64 << 20
REQUEST_SECONDS = 10
HEARTBEAT_SECONDS = 5
# What a session may still write after its shell has ended.
LAST_WORDS_SECONDS = 2.0
# Long after they were shipped.
KEEP_SECONDS = 30 * 24 * 3600
# Ioctls and flag of chattr +a.
GET_FLAGS, SET_FLAGS, APPEND_ONLY = 0x80086601, 0x40086602, 0x20
# Slaves of pseudo-terminals. https://docs.kernel.org/admin-guide/devices.html
PTS_MAJORS = range(136, 144)
TTY_GROUP = 5
SERVERS = ("/usr/sbin/sshd", "/usr/lib/openssh/sshd-session")


class Refused(Exception):
    """A session that does not begin; the text is for the person."""


class Over(Exception):
    """A session that ends, because its recording does; the text is for the person."""


def set_append_only(descriptor: int, wanted: bool) -> None:
    """Where the file system knows append-only files; tmpfs, in tests, does not."""
    with contextlib.suppress(OSError):
        flags = struct.unpack("l", fcntl.ioctl(descriptor, GET_FLAGS, struct.pack("l", 0)))[0]
        flags = flags | APPEND_ONLY if wanted else flags & ~APPEND_ONLY
        fcntl.ioctl(descriptor, SET_FLAGS, struct.pack("l", flags))


def remove_old(now: float) -> None:
    """The disk is not the archive: CloudWatch Logs is."""
    for entry in os.scandir(FOLDER):
        try:
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < now - KEEP_SECONDS:
                descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
                set_append_only(descriptor, False)
                os.close(descriptor)
                os.unlink(entry.path)
        except OSError as error:
            log(f"error: {entry.name}: not removed: {error}")


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def person(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def free_bytes(place: int | str) -> int:
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize


class Recording:
    """A file in the asciicast format, written before what it records goes on."""

    def __init__(self, uid: int, pid: int, limit: int) -> None:
        if free_bytes(FOLDER) < FREE_TO_BEGIN_BYTES:
            raise Refused("there is too little room for recordings")
        self.name = f"{timestamp()}-{person(uid)}-{pid}-{secrets.token_hex(4)}.cast"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW
        self.descriptor = os.open(f"{FOLDER}/{self.name}", flags, 0o600)
        set_append_only(self.descriptor, True)
        self.start, self.left, self.room = time.monotonic(), limit, LIMIT_OF_FILE_BYTES
        # Reversible: a byte that is no UTF-8 becomes a lone surrogate, which JSON can hold.
        decoder = codecs.getincrementaldecoder("utf-8")
        self.decoders = {kind: decoder("surrogateescape") for kind in "ioerx"}

    def write(self, document: object) -> None:
        content = json.dumps(document).encode() + b"\n"
        self.room -= len(content)
        if min(self.left, self.room) < 0:
            raise Over("it is longer than what is recorded")
        if free_bytes(self.descriptor) < FREE_TO_GO_ON_BYTES:
            raise Over("there is too little room for recordings")
        while content:
            content = content[os.write(self.descriptor, content) :]

    def event(self, kind: str, content: bytes) -> None:
        self.left -= len(content)
        text = self.decoders[kind].decode(content)
        self.write([round(time.monotonic() - self.start, 6), kind, text])


def timestamp() -> str:
    now = time.time()
    return time.strftime("%Y%m%dT%H%M%S", time.gmtime(now)) + f".{int(now % 1 * 1e6):06d}Z"


class Flow:
    """Bytes on their way from one descriptor to another; recorded when they are read."""

    def __init__(self, kind: str, source: int, target: int) -> None:
        self.kind, self.source, self.target = kind, source, target
        self.pending = b""


def receive_request(connection: socket.socket) -> tuple[dict[str, object], list[int]]:
    """What the session is, as it says itself, and the descriptors of the SSH server."""
    content, descriptors, _, _ = socket.recv_fds(connection, 65536, 3)
    if len(descriptors) != 3:
        raise Refused("its descriptors did not come")
    while len(content) < 4 or len(content) - 4 < struct.unpack("!I", content[:4])[0]:
        if len(content) > LONGEST_REQUEST_BYTES:
            raise Refused("its command is too long")
        more = connection.recv(65536)
        if not more:
            raise Refused("its request did not come")
        content += more
    (length,) = struct.unpack("!I", content[:4])
    request = json.loads(content[4 : 4 + length])
    if not isinstance(request, dict):
        raise Refused("its request is none")
    if not content[4 + length :] and connection.recv(1) != b"R":
        raise Refused("it has not given its terminal up")
    return request, list(descriptors)


def is_terminal_of(uid: int, descriptors: list[int]) -> bool:
    """Whether all three are one pseudo-terminal that belongs to that user."""
    found = [os.fstat(descriptor) for descriptor in descriptors]
    return (
        all(os.isatty(descriptor) for descriptor in descriptors)
        and all(os.major(each.st_rdev) in PTS_MAJORS and each.st_uid == uid for each in found)
        and len({each.st_rdev for each in found}) == 1
    )


def take_terminal(descriptor: int) -> None:
    """Makes a terminal this program's own: nobody else may open it from now on."""
    try:
        fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
    except PermissionError:
        raise Refused("its terminal is that of another session") from None
    os.fchown(descriptor, 0, 0)
    os.fchmod(descriptor, 0o600)


def parent_of(pid: int) -> int:
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def is_server(pid: int) -> bool:
    """Whether a process is one of the SSH server: it holds the other ends of a session's pipes."""
    for path in SERVERS:
        with contextlib.suppress(OSError):
            if os.path.samefile(f"/proc/{pid}/exe", path):
                return True
    return False


def runs_as(pid: str, uid: int) -> bool:
    """Whether any of the four user ids of a process is that one."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        return any(line.startswith("Uid:") and str(uid) in line.split()[1:] for line in file)


def refuse_other_holders(descriptors: list[int], uid: int, server: int) -> None:
    """Refuses a session whose terminal or pipes another process holds, past the recording.

    Nobody can open them any more; a process of the same account may have done so before.
    """
    held = {(found.st_dev, found.st_ino) for found in map(os.fstat, descriptors)}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) in (os.getpid(), server):
            continue
        try:
            if os.stat(f"/proc/{pid}").st_uid == 0 and is_server(int(pid)):
                continue
            for name in os.listdir(f"/proc/{pid}/fd"):
                found = os.stat(f"/proc/{pid}/fd/{name}")
                if (found.st_dev, found.st_ino) in held and not stat.S_ISREG(found.st_mode):
                    raise Refused("another process holds its terminal")
        except (FileNotFoundError, ProcessLookupError):
            continue
        except PermissionError:
            # Not one of a namespace that nobody may look into, but one of this person.
            if runs_as(pid, uid):
                raise Refused("another process may hold its terminal") from None


class Session:
    """One session from its first byte to its last, in a process of its own."""

    def __init__(self, connection: socket.socket, life: int) -> None:
        self.connection, self.life = connection, life
        self.flows: list[Flow] = []
        self.outer: list[int] = []
        self.terminal = False
        self.code: bytes | None = None
        self.heard = b""
        self.quiet_since = 0.0

    def run(self) -> None:
        pid, uid, _ = struct.unpack(
            "3i", self.connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        )
        self.connection.settimeout(REQUEST_SECONDS)
        request, self.outer = receive_request(self.connection)
        self.terminal = is_terminal_of(uid, self.outer)
        if self.terminal is not bool(request.get("terminal")):
            raise Refused("its terminal is not its own")
        if self.terminal:
            take_terminal(self.outer[0])
        parent = parent_of(pid)
        refuse_other_holders(self.outer, uid, parent if is_server(parent) else 0)
        limit = LIMIT_BYTES if self.terminal else LIMIT_WITHOUT_TERMINAL_BYTES
        self.recording = Recording(uid, pid, limit)
        columns, rows = window_size(self.outer[0]) if self.terminal else (80, 24)
        connection = str(request.get("connection", ""))[:LONGEST_CONNECTION_CHARACTERS]
        self.recording.write(
            {
                "version": 2,
                "width": columns,
                "height": rows,
                "command": str(request.get("command", "")),
                "connection": connection,
                "terminal": self.terminal,
                "uid": uid,
                "pid": pid,
                "user": person(uid),
                "timestamp": int(time.time()),
            }
        )
        log(f"session {self.recording.name} of {person(uid)} begins: {connection!r}")
        inner = self.open_terminal(uid) if self.terminal else self.open_pipes()
        socket.send_fds(self.connection, [b"K"], inner)
        for descriptor in set(inner):
            os.close(descriptor)
        self.connection.setblocking(False)
        for flow in self.flows:
            os.set_blocking(flow.source, False)
            os.set_blocking(flow.target, False)
        self.pump()
        self.wait_for_code()
        if self.code is not None:
            self.recording.event("x", self.code)
        log(f"session {self.recording.name} of {person(uid)} ends")

    def open_terminal(self, uid: int) -> list[int]:
        master, slave = os.openpty()
        os.fchmod(slave, 0o620)
        os.fchown(slave, uid, TTY_GROUP)
        copy_window(self.outer[0], master)
        termios.tcsetattr(slave, termios.TCSANOW, termios.tcgetattr(self.outer[0]))
        # What was typed ahead stays: the default would throw it away.
        tty.setraw(self.outer[0], termios.TCSADRAIN)
        signal.signal(signal.SIGWINCH, lambda *_: self.resize(master))
        self.flows = [Flow("i", self.outer[0], master), Flow("o", master, self.outer[1])]
        return [slave, slave, slave]

    def open_pipes(self) -> list[int]:
        inputs, outputs, errors = os.pipe(), os.pipe(), os.pipe()
        self.flows = [
            Flow("i", self.outer[0], inputs[1]),
            Flow("o", outputs[0], self.outer[1]),
            Flow("e", errors[0], self.outer[2]),
        ]
        return [inputs[0], outputs[1], errors[1]]

    def resize(self, master: int) -> None:
        copy_window(self.outer[0], master)
        columns, rows = window_size(self.outer[0])
        self.recording.event("r", f"{columns}x{rows}".encode())

    def pump(self) -> None:
        """Copies in both directions until all that the session writes has arrived."""
        beat = 0.0
        while any(flow.kind != "i" for flow in self.flows):
            if time.monotonic() - beat >= HEARTBEAT_SECONDS:
                beat = time.monotonic()
                with contextlib.suppress(OSError):
                    self.connection.send(b".")
            ready = self.poll()
            if self.life in ready:
                raise Over("the recorder has ended")
            if self.connection.fileno() in ready:
                self.listen()
            moved = False
            for flow in list(self.flows):
                watched = flow.target if flow.pending else flow.source
                if watched in ready:
                    moved = self.move(flow) or moved
            if moved:
                self.quiet_since = time.monotonic()
            # A program left in the background may hold a terminal open for ever.
            ended = self.terminal and self.code is not None
            if ended and time.monotonic() - self.quiet_since > LAST_WORDS_SECONDS:
                return

    def poll(self) -> dict[int, int]:
        wanted = {self.life: 0}
        if self.code is None:
            wanted[self.connection.fileno()] = select.POLLIN
        for flow in self.flows:
            # Whether the other end of the SSH server is there is seen without asking.
            for descriptor in self.outer[1:]:
                wanted.setdefault(descriptor, 0)
            if flow.pending:
                wanted[flow.target] = wanted.get(flow.target, 0) | select.POLLOUT
            else:
                wanted[flow.source] = wanted.get(flow.source, 0) | select.POLLIN
        poll = select.poll()
        for descriptor, events in wanted.items():
            poll.register(descriptor, events)
        ready = dict(poll.poll(1000))
        gone = select.POLLERR | select.POLLHUP | select.POLLNVAL
        if any(ready.get(descriptor, 0) & gone for descriptor in self.outer[1:]):
            raise Over("its connection has ended")
        return ready

    def listen(self) -> None:
        """The exit code of the shell, or the end of `record-session`, which is the session's."""
        try:
            said = self.connection.recv(64)
        except BlockingIOError:
            return
        if not said:
            raise Over("its first process has ended")
        self.heard += said
        if self.heard.endswith(b"\n"):
            self.code = self.heard.strip()[:16]
            self.quiet_since = time.monotonic()

    def move(self, flow: Flow) -> bool:
        """Reads and records, or writes what was recorded. False when there was nothing to do."""
        try:
            if flow.pending:
                flow.pending = flow.pending[os.write(flow.target, flow.pending) :]
                return True
            content = os.read(flow.source, 65536)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EPIPE):
                raise
            content = b""
        if content:
            self.recording.event(flow.kind, content)
            flow.pending = content
        elif flow.pending:
            self.close(flow, reader_gone=True)
        else:
            self.close(flow, reader_gone=False)
        return True

    def close(self, flow: Flow, reader_gone: bool) -> None:
        """The end of a direction: nothing more comes, or nobody reads it any more."""
        self.flows.remove(flow)
        if flow.kind == "i" and self.terminal:
            # A terminal that nobody reads is one whose shell has ended.
            if not reader_gone:
                raise Over("its connection has ended")
        elif flow.kind == "i":
            # The end of what the person types is the end of the program's input.
            os.close(flow.target)
        elif not self.terminal:
            # The program sees that nobody reads it any more.
            os.close(flow.source)

    def wait_for_code(self) -> None:
        """The shell may close its output a moment before it ends."""
        end = time.monotonic() + LAST_WORDS_SECONDS
        while self.code is None and time.monotonic() < end:
            select.select([self.connection], [], [], LAST_WORDS_SECONDS)
            self.listen()


def window_size(descriptor: int) -> tuple[int, int]:
    rows, columns, _, _ = struct.unpack(
        "HHHH", fcntl.ioctl(descriptor, termios.TIOCGWINSZ, bytes(8))
    )
    return columns, rows


def copy_window(source: int, target: int) -> None:
    columns, rows = window_size(source)
    fcntl.ioctl(target, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def tell(descriptors: list[int], text: str) -> None:
    """A last line for the person, where there is still somebody who reads."""
    if descriptors:
        with contextlib.suppress(OSError):
            os.set_blocking(descriptors[2], False)
            os.write(descriptors[2], f"{text}\r\n".encode())


def record(connection: socket.socket, life: int) -> NoReturn:
    """The whole life of the process of one session."""
    session = Session(connection, life)
    signal.signal(signal.SIGHUP, hung_up)
    code = 1
    try:
        os.setsid()
        session.run()
        code = 0
    except Over as error:
        log(f"session ends: {error}")
        tell(session.outer, f"\r\nThis session is no longer recorded, so it ends: {error}")
    except Refused as error:
        log(f"session refused: {error}")
        tell(session.outer, f"This session can't be recorded, so it is refused: {error}")
    except Exception as error:  # noqa: BLE001 # of this session, whatever it is
        log(f"error: session: {type(error).__name__}: {error}")
        tell(session.outer, "\r\nThis session can't be recorded, so it ends")
    os._exit(code)


def hung_up(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Over("its connection has ended")


def listen() -> socket.socket:
    """The socket that systemd passes, or one of our own."""
    if os.environ.get("LISTEN_FDS") == "1":
        return socket.socket(fileno=3)
    os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
    os.chmod(os.path.dirname(SOCKET), 0o755)  # noqa: S103
    with contextlib.suppress(FileNotFoundError):
        os.unlink(SOCKET)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(SOCKET)
    os.chmod(SOCKET, 0o666)  # noqa: S103 # everybody's session is recorded
    server.listen(16)
    return server


def look_after(children: set[int]) -> None:
    """Forgets sessions that have ended, and ends those whose recorder somebody has stopped."""
    for child in list(children):
        if os.waitpid(child, os.WNOHANG)[0]:
            children.discard(child)
            continue
        with open(f"/proc/{child}/stat", encoding="utf-8", errors="replace") as file:
            state = file.read().rpartition(")")[2].split()[0]
        if state in "tT":
            log(f"error: session of process {child}: its recorder was stopped, so it ends")
            os.kill(child, signal.SIGKILL)


def main() -> None:
    os.umask(0o077)
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    server = listen()
    # Sessions see by this pipe that their collector is gone, however it went.
    life, own = os.pipe()
    children: set[int] = set()
    while True:
        try:
            ready, _, _ = select.select([server], [], [], HEARTBEAT_SECONDS)
            look_after(children)
            if not ready:
                continue
            connection, _ = server.accept()
            with connection:
                remove_old(time.time())
                if len(children) >= MAXIMUM_SESSIONS:
                    log(f"session refused: got {len(children)} sessions already")
                    continue
                child = os.fork()
                if child == 0:
                    os.close(own)
                    server.close()
                    record(connection, life)
                children.add(child)
        except OSError as error:
            log(f"error: collector: {error}")
            time.sleep(1)


if __name__ == "__main__":
    main()
