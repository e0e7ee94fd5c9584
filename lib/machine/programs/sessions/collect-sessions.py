#!/usr/bin/python3 -I
"""Writes recorded sessions, each to a file that only root can read and that only grows.

Who sends is what the kernel says of the other end of the socket, never what the other end says.
"""
import fcntl
import json
import os
import pwd
import socket
import struct
import sys
import threading
import time

ROOT = os.environ.get("HC_ROOT", "")
FOLDER = ROOT + "/var/log/hardened-cluster/sessions"
SOCKET = ROOT + "/run/hardened-cluster-sessions/collector"
MAXIMUM_LINE_BYTES = 1024 * 1024
# Long after they were shipped.
KEEP_SECONDS = 30 * 24 * 3600
# Ioctls and flag of chattr +a.
GET_FLAGS, SET_FLAGS, APPEND_ONLY = 0x80086601, 0x40086602, 0x20


def set_append_only(descriptor, wanted):
    """Where the file system knows append-only files; tmpfs, in tests, does not."""
    try:
        flags = struct.unpack("l", fcntl.ioctl(descriptor, GET_FLAGS, struct.pack("l", 0)))[0]
        flags = flags | APPEND_ONLY if wanted else flags & ~APPEND_ONLY
        fcntl.ioctl(descriptor, SET_FLAGS, struct.pack("l", flags))
    except OSError:
        pass


def remove_old(now):
    """The disk is not the archive: CloudWatch Logs is."""
    for entry in os.scandir(FOLDER):
        if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < now - KEEP_SECONDS:
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
            set_append_only(descriptor, False)
            os.close(descriptor)
            os.unlink(entry.path)


def person(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def open_recording(uid, pid):
    name = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + f"-{person(uid)}-{pid}.cast"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW
    descriptor = os.open(f"{FOLDER}/{name}", flags, 0o600)
    set_append_only(descriptor, True)
    return name, descriptor


def collect(connection):
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, uid, _ = struct.unpack("3i", credentials)
    name, descriptor = open_recording(uid, pid)
    try:
        with connection, connection.makefile("rb") as lines:
            header = json.loads(lines.readline(MAXIMUM_LINE_BYTES))
            header |= {"uid": uid, "pid": pid, "user": person(uid), "timestamp": int(time.time())}
            os.write(descriptor, json.dumps(header).encode() + b"\n")
            print(f"session {name} of {person(uid)} begins: {header.get('connection', '')!r}", flush=True)
            connection.sendall(b"ok")
            while line := lines.readline(MAXIMUM_LINE_BYTES):
                # A full disk ends the session: the sender sees a closed connection.
                os.write(descriptor, line)
            print(f"session {name} of {person(uid)} ends", flush=True)
    except (OSError, ValueError) as error:
        print(f"error: session {name}: {error}", file=sys.stderr, flush=True)
    finally:
        os.close(descriptor)


def listen():
    """The socket that systemd passes, or one of our own."""
    if os.environ.get("LISTEN_FDS") == "1":
        return socket.socket(fileno=3)
    os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
    os.chmod(os.path.dirname(SOCKET), 0o755)
    if os.path.exists(SOCKET):
        os.unlink(SOCKET)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(SOCKET)
    os.chmod(SOCKET, 0o666)
    server.listen(16)
    return server


def main():
    os.umask(0o077)
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    server = listen()
    while True:
        connection, _ = server.accept()
        remove_old(time.time())
        threading.Thread(target=collect, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
