"""Runs a plan's network in the kernel and tells which connections came out wrong.

    python3 vpc.py PLAN_FOLDER RESOURCES_JSON CONNECTIONS_A_ROW MOST_DENIED PATIENCE_SECONDS

PLAN_FOLDER holds firewall.json, outputs.json and machines/. Prints one JSON object.
"""

import ipaddress
import itertools
import json
import os
import random
import sys

from kernel import Network
from model import S3_ADDRESS, Vpc
from probe import Attempt, Prober

BATCH = 3000
WEB = ("web", "8.8.8.8", False)
STRANGERS = [("stranger", "9.9.9.9", False), ("vpn-stranger", "172.31.9.9", True)]
PORTS = [22, 80, 443, 2379, 2380, 2381, 4149, 6443, 6444, 8080, 9099]
PORTS += [10249, 10250, 10255, 10256, 10257, 10259, 29999, 30000, 32767, 32768]
UDP_PORTS = [123, 443, 2379, 4789, 6443, 51820]


def read(*path):
    with open(os.path.join(*path)) as file:
        return json.load(file)


def firewall_of(plan, machine):
    """The ruleset in a machine's folder, or in that of the machine that it is like."""
    file = os.path.join(plan, "machines", machine, "etc/hardened-cluster/firewall.nft")
    if not os.path.exists(file):
        return firewall_of(plan, read(plan, "machines", machine, "machine.json")["like"])
    with open(file) as text:
        return text.read()


class Expectation:
    """What `firewall.json` allows, and nothing else."""

    def __init__(self, rows):
        self.rows = rows

    def row(self, source, target, protocol, port):
        """Source and target are (address, party)."""
        return next(
            (
                row
                for row in self.rows
                if row["protocol"] == protocol
                and row["fromPort"] <= port <= row["toPort"]
                and self.matches(row["from"], row.get("fromCidrs"), source)
                and self.matches(row["to"], row.get("toCidrs"), target)
            ),
            None,
        )

    @staticmethod
    def matches(name, cidrs, end):
        address, party = end
        if cidrs is None:
            return name == party
        # Networks of a row are outside the VPC: nothing of the cluster is there.
        return party in ("outside", "s3") and any(
            ipaddress.ip_address(address) in ipaddress.ip_network(cidr) for cidr in cidrs
        )


# Clients with such addresses come by a private attachment, all others by the internet.
PRIVATE = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def clients_of(rows):
    """Somebody in each network that a row lets in: (name, address, behind a private attachment)."""
    cidrs = sorted({cidr for row in rows for cidr in row.get("fromCidrs", [])})
    networks = [ipaddress.ip_network(cidr) for cidr in cidrs]
    return [
        (
            f"c{index}",
            str(network[1] if network.num_addresses > 1 else network[0]),
            any(network.subnet_of(private) for private in PRIVATE),
        )
        for index, network in enumerate(networks)
    ]


def main(plan, resources, each, most_denied, patience):
    rows = read(plan, "firewall.json")
    expectation = Expectation(rows)
    vpc = Vpc(read(resources))
    clients = clients_of(rows) + STRANGERS + [WEB]
    firewalls = {
        name: firewall_of(plan, name) for name in os.listdir(os.path.join(plan, "machines"))
    }
    tables = set(read(plan, "outputs.json").get("privateRouteTableIds", {}).values())
    network = Network(vpc, clients, firewalls, tables)
    prober = Prober()
    ports = {("tcp", port) for port in PORTS} | {("udp", port) for port in UDP_PORTS}
    for row in rows:
        ports |= {(row["protocol"], row["fromPort"]), (row["protocol"], row["toPort"])}
        ports |= {(row["protocol"], p) for p in (row["fromPort"] - 1, row["toPort"] + 1)}
    listened = {("tcp", p) for each in vpc.listeners for p in (each.port, each.target_port)}
    ports = sorted(ports | listened)
    for interface in vpc.interfaces:
        if interface.kind in ("machine", "endpoint"):
            prober.listen(network.hosts[interface.name], ports)
    for pod, _ in network.pods.values():
        prober.listen(pod, ports)
    prober.listen(network.hosts["web"], ports)
    prober.listen(network.s3, ports)
    attempts = plan_attempts(vpc, network, clients, expectation, ports, each, most_denied)
    for start in range(0, len(attempts), BATCH):
        prober.run(attempts[start : start + BATCH], patience)
    wrong = [a for a in attempts if not a.right()]
    print(
        json.dumps(
            {
                "connections": len(attempts),
                "allowed": sum(a.expected for a in attempts),
                "interfaces": len(vpc.interfaces),
                "rows": sorted({a.rule for a in attempts if a.rule}),
                "wrong": len(wrong),
                "examples": [a.describe() for a in wrong[:10]],
                "wrongRows": sorted({a.rule for a in wrong if a.rule}),
                "opened": sorted(
                    {
                        f"{a.source[2]} to {a.target[1]} {a.protocol} {a.port}"
                        for a in wrong
                        if not a.rule
                    }
                ),
            }
        )
    )


def plan_attempts(vpc, network, clients, expectation, ports, each, most_denied):
    dice = random.Random(20261126)
    used = {port for _, port in ports}
    free = itertools.cycle([p for p in dice.sample(range(1025, 65535), 60000) if p not in used])
    ends = itertools.cycle([1024, 65535, None, None])
    taken = set()

    def client_port(*connection):
        """Both ends of what clients may use, and others; never one connection twice."""
        port = next(ends)
        while port is None or (port, *connection) in taken:
            port = next(free)
        taken.add((port, *connection))
        return port

    sources = []
    for i in vpc.interfaces:
        if i.kind != "nat":
            sources.append(((network.hosts[i.name], i.address, i.party), i))
        if i.name in network.pods:
            pod, address = network.pods[i.name]
            sources.append(((pod, address, i.party), i))
    for name, address, inside in clients:
        sources.append(((network.hosts[name], address, "outside"), inside))
    targets = [(i.address, i.party, i) for i in vpc.interfaces if i.kind != "nat"] + [
        ("8.8.8.8", "outside", None),
        (S3_ADDRESS, "s3", None),
    ]
    listening = {(each.balancer, each.port): each for each in vpc.listeners}
    denied, allowed = [], {}
    for source, origin in sources:
        for address, party, interface in targets:
            if address == source[1] or (interface is not None and interface is origin):
                continue
            if isinstance(origin, bool):
                reach = outside_reach(origin, interface)
                if reach is None:
                    continue
                address = reach
            for protocol, port in ports:
                row = expectation.row(
                    (source[1], source[2]),
                    (interface.address if interface else address, party),
                    protocol,
                    port,
                )
                if row and origin is True and interface is not None and interface.public:
                    continue  # No route leads back from public subnets to private networks.
                listener = None
                if row and interface is not None and interface.kind == "balancer":
                    listener = listening.get((interface.owner, port))
                    if not listener:
                        continue  # Allowed, but nothing is passed on.
                target = (address, party)
                if not row:
                    denied.append((source, target, protocol, port))
                    continue
                shown = shown_address(source, origin, interface, listener)
                allowed.setdefault((row["id"], port), []).append(
                    (source, target, protocol, port, shown)
                )
    result = []
    for (rule, _), pairs in allowed.items():
        count = max(each, len(pairs))
        dice.shuffle(pairs)
        for index, pair in zip(range(count), itertools.cycle(pairs)):
            source, target, protocol, port, shown = pair
            bulk = protocol == "tcp" and index % 10 == 0
            result.append(
                Attempt(
                    *(source, target, protocol, port),
                    client_port(source[1], target[0], protocol, port),
                    *(True, rule, shown, bulk),
                )
            )
    dice.shuffle(result)
    dice.shuffle(denied)
    return result + [
        Attempt(
            *connection, client_port(connection[0][1], connection[1][0], *connection[2:]), False
        )
        for connection in denied[:most_denied]
    ]


def outside_reach(inside, interface):
    """The address at which somebody outside finds an interface; None: there is no way to try."""
    if interface is None:
        return None
    if inside:
        return interface.address
    return interface.public or None


def shown_address(source, origin, interface, listener):
    """The address that the target must see; None where any will do."""
    if listener is None:
        return None
    if not listener.keeps_clients:
        return interface.address
    return source[1] if isinstance(origin, bool) else None


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]))
