"""Real connections between namespaces, thousands at a time, from one process.

A socket stays in the namespace that it was made in, so one event loop serves them all.
"""

import errno
import select
import socket
import struct
import time

# Sent back on a connection, so that packets of full size must pass.
BULK = 192 * 1024
LINGER = struct.pack("ii", 1, 0)


class Attempt:
    """One connection, and what came of it."""

    def __init__(
        self, source, target, protocol, port, client_port, expected, rule="", shown=None, bulk=False
    ):
        self.source = source  # (namespace, address, party)
        self.target = target  # (address, party)
        self.protocol = protocol
        self.port = port
        self.client_port = client_port
        self.expected = expected
        self.bulk = bulk  # whether as much comes back as fills many packets
        self.rule = rule
        self.shown = shown  # address that the target must see
        self.outcome = "dropped"
        self.received = 0
        self.seen = ""  # address that the target saw

    def right(self):
        if not self.expected:
            return self.outcome == "dropped"
        return self.outcome == "open" and self.shown in (None, self.seen)

    def describe(self):
        return (
            f"{self.source[2]} ({self.source[1]}:{self.client_port}) to {self.target[1]} "
            f"({self.target[0]}) {self.protocol} {self.port}: {self.outcome}"
            + (f", seen as {self.seen}" if self.expected and self.seen else "")
            + (f" [{self.rule}]" if self.rule else "")
        )


class Prober:
    def __init__(self):
        self.poll = select.epoll()
        self.servers = {}
        self.accepted = {}
        self.clients = {}
        self.progressed = 0.0

    def listen(self, namespace, ports):
        namespace.enter()
        for protocol, port in ports:
            kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
            server = socket.socket(socket.AF_INET, kind)
            server.setblocking(False)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("0.0.0.0", port))
            if protocol == "tcp":
                server.listen(4096)
            self.servers[server.fileno()] = (server, protocol)
            self.poll.register(server.fileno(), select.EPOLLIN)

    def start(self, attempt):
        attempt.source[0].enter()
        kind = socket.SOCK_STREAM if attempt.protocol == "tcp" else socket.SOCK_DGRAM
        client = socket.socket(socket.AF_INET, kind)
        client.setblocking(False)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if kind == socket.SOCK_STREAM:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
        try:
            client.bind((attempt.source[1], attempt.client_port))
            result = client.connect_ex((attempt.target[0], attempt.port))
        except OSError as error:
            raise RuntimeError(f"{attempt.describe()}: {error}") from error
        if result not in (0, errno.EINPROGRESS):
            self.note(attempt, result)
            client.close()
            return
        if kind == socket.SOCK_DGRAM:
            self.send(client, b"?")
        self.clients[client.fileno()] = (client, attempt)
        self.poll.register(client.fileno(), select.EPOLLIN | select.EPOLLOUT)

    @staticmethod
    def send(client, data):
        try:
            client.send(data)
        except OSError:
            pass  # refused by the machine's own firewall, or told by ICMP: no answer comes

    @staticmethod
    def note(attempt, code):
        # An answer of the other end, whichever, means that packets went there and back.
        attempt.outcome = "refused" if code == errno.ECONNREFUSED else "dropped"

    def run(self, attempts, patience):
        """
        Runs attempts at once. Ends when all that should have connected have, or when nothing has
        happened for `patience` seconds, in which the kernel sends lost packets again. What must not
        connect has half a second: filters decide while a packet is sent.
        """
        for attempt in attempts:
            self.start(attempt)
            self.step(0)
        begun = self.progressed = time.monotonic()
        while time.monotonic() - self.progressed < patience:
            self.step(0.05)
            waiting = [a for _, a in self.clients.values() if a.expected and a.outcome != "open"]
            if not waiting and time.monotonic() - begun > 0.5:
                break
            for client, attempt in list(self.clients.values()):
                if attempt.protocol == "udp" and attempt.outcome == "dropped":
                    self.send(client, b"?")
        for client, _ in list(self.clients.values()):
            self.drop(client)
        self.step(0)

    def drop(self, client):
        self.clients.pop(client.fileno(), None)
        self.poll.unregister(client.fileno())
        client.close()

    def step(self, seconds):
        for descriptor, events in self.poll.poll(seconds, 4096):
            if descriptor not in self.clients:
                self.progressed = time.monotonic()
            if descriptor in self.servers:
                self.serve(*self.servers[descriptor])
            elif descriptor in self.accepted:
                self.answer(descriptor)
            elif descriptor in self.clients:
                self.progress(*self.clients[descriptor], events)

    def serve(self, server, protocol):
        while True:
            try:
                if protocol == "udp":
                    _, peer = server.recvfrom(16)
                    server.sendto(peer[0].encode(), peer)
                    continue
                connection, peer = server.accept()
            except OSError:
                return
            connection.setblocking(False)
            self.accepted[connection.fileno()] = [connection, peer[0].encode(), None]
            self.poll.register(connection.fileno(), select.EPOLLIN)

    def answer(self, descriptor):
        connection, peer, pending = self.accepted[descriptor]
        try:
            if pending is None:
                asked = connection.recv(1)
                if asked == b"":
                    raise ConnectionResetError
                pending = b"%-16b" % peer + (b"." * BULK if asked == b"B" else b"")
                self.poll.modify(descriptor, select.EPOLLOUT)
            sent = connection.send(pending)
            pending = pending[sent:]
            if not pending:
                self.poll.modify(descriptor, select.EPOLLIN)
            self.accepted[descriptor][2] = pending or None
        except BlockingIOError:
            self.accepted[descriptor][2] = pending
        except OSError:
            del self.accepted[descriptor]
            self.poll.unregister(descriptor)
            connection.close()

    def progress(self, client, attempt, events):
        try:
            if attempt.protocol == "tcp" and attempt.outcome == "dropped":
                code = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    self.note(attempt, code)
                    return self.drop(client)
                if not events & select.EPOLLOUT:
                    return
                attempt.outcome = "connected"
                client.send(b"B" if attempt.bulk else b"?")
            if events & select.EPOLLOUT:
                self.poll.modify(client.fileno(), select.EPOLLIN)
            if not events & select.EPOLLIN:
                return
            data = client.recv(1 << 20)
            if not data:
                return self.drop(client)
            if attempt.received == 0:
                attempt.seen = data[:16].decode(errors="replace").strip()
            attempt.received += len(data)
            whole = 16 + BULK if attempt.bulk else 1
            if attempt.received >= whole:
                attempt.outcome = "open"
                if attempt.protocol == "tcp":
                    self.drop(client)
        except OSError as error:
            if attempt.protocol == "tcp":
                self.note(attempt, error.errno)
                self.drop(client)
