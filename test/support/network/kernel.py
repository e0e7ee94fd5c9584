"""Network namespaces of this process, and the wires between them.

None has a name: all of it is gone when the process is, however it ends.
"""

import ctypes
import os
import resource
import subprocess

from filters import balancer_rules, fabric_rules, internet_rules, nat_rules, pod_rules
from model import S3_ADDRESS

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)

INSIDE = 9001
OUTSIDE = 1500


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Namespace:
    """A network stack; `enter` moves this process into it."""

    current = None

    def __init__(self):
        check(libc.unshare(CLONE_NEWNET))
        self.descriptor = os.open("/proc/self/ns/net", os.O_RDONLY)
        Namespace.current = self
        self.set("net/ipv4/conf/all/rp_filter", 0)
        self.set("net/ipv4/conf/default/rp_filter", 0)
        self.set("net/ipv4/icmp_ratelimit", 0)
        self.ip("link set lo up")

    def enter(self):
        if Namespace.current is not self:
            check(libc.setns(self.descriptor, CLONE_NEWNET))
            Namespace.current = self

    def set(self, key, value):
        self.enter()
        with open(f"/proc/sys/{key}", "w") as file:
            file.write(str(value))

    def forward(self):
        self.set("net/ipv4/ip_forward", 1)

    def path(self):
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"

    def ip(self, *lines):
        self.run(["ip", "-batch", "-"], "\n".join(lines) + "\n")

    def nft(self, rules):
        self.run(["nft", "-f", "-"], rules)

    def run(self, command, text):
        self.enter()
        done = subprocess.run(command, input=text, text=True, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr}\n{text}")


class Network:
    """A VPC, the internet, S3 and what is behind a VPN, as namespaces."""

    gateway = "169.254.1.1"

    def __init__(self, vpc, clients, firewalls, private_tables):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.vpc = vpc
        self.fabric = Namespace()
        self.fabric.forward()
        self.internet = Namespace()
        self.internet.forward()
        self.private = Namespace()
        self.private.forward()
        self.hosts = {}
        for interface in vpc.interfaces:
            host = self.hosts[interface.name] = Namespace()
            self.wire(self.fabric, interface.name, host, interface.address, INSIDE)
            if interface.kind in ("balancer", "nat"):
                host.forward()
            if interface.kind == "balancer":
                host.nft(balancer_rules(vpc, interface))
            if interface.kind == "nat":
                host.nft(nat_rules(interface.address))
            if interface.machine:
                host.nft(firewalls[interface.machine])
        self.pods = self.add_pods()
        self.s3 = Namespace()
        self.wire(self.fabric, "s3", self.s3, S3_ADDRESS, INSIDE, routed=False)
        self.link_networks()
        for name, address, inside in clients:
            host = self.hosts[name] = Namespace()
            router = self.private if inside else self.internet
            # Behind a link that takes less than either end thinks.
            self.wire(router, name, host, address, OUTSIDE, path_mtu=1400)
        self.route(private_tables, [c for c in clients if c[2]])
        rules, self.keepers = fabric_rules(vpc)
        self.fabric.nft(rules)
        for name, mark in self.keepers:
            interface = next(i for i in vpc.interfaces if i.name == name)
            self.fabric.ip(
                f"rule add priority 10 fwmark {mark} lookup {10000 + mark}",
                f"route add default via {interface.address} dev {name} onlink table {10000 + mark}",
            )
        self.internet.nft(internet_rules(vpc))

    def wire(self, router, name, host, address, mtu, path_mtu=None, gateway=gateway, routed=True):
        router.ip(
            f"link add {name} mtu {mtu} type veth peer name eth0 mtu {mtu} netns {host.path()}",
            f"addr add {gateway}/32 dev {name}",
            f"link set {name} up",
            *([f"route add {address}/32 dev {name}"] if routed else []),
        )
        host.ip(
            f"addr add {address}/32 dev eth0",
            "link set eth0 up",
            f"route add {gateway}/32 dev eth0",
            f"route add default via {gateway}",
        )
        if path_mtu:
            router.ip(f"link set {name} mtu {path_mtu}")

    def link_networks(self):
        for namespace, name, mine, theirs in (
            (self.internet, "igw", "169.254.2.1", "169.254.2.2"),
            (self.private, "private", "169.254.3.1", "169.254.3.2"),
        ):
            self.fabric.ip(
                f"link add {name} mtu {OUTSIDE} type veth peer name vpc mtu {OUTSIDE}"
                f" netns {namespace.path()}",
                f"addr add {theirs}/32 peer {mine} dev {name}",
                f"link set {name} up",
            )
            namespace.ip(
                f"addr add {mine}/32 peer {theirs} dev vpc",
                "link set vpc up",
                f"route add {self.vpc.cidr} via {theirs} dev vpc",
            )

    def route(self, private_tables, private_clients):
        """The local route first, then the table of the subnet that a packet comes from."""
        lines = [f"route add unreachable {self.vpc.cidr}", "rule add priority 20 lookup main"]
        lines.append("rule del priority 32766")
        for number, subnet in enumerate(self.vpc.subnets):
            table = 100 + number
            id, routes = self.vpc.routes_of(subnet)
            for destination, kind, target in routes:
                if kind == "nat":
                    nat = self.vpc.nat.get(target)
                    if nat:
                        hop = f"via {nat.address} dev {nat.name} onlink"
                        lines.append(f"route add {destination} {hop} table {table}")
                elif kind == "internet":
                    hop = "via 169.254.2.1 dev igw onlink"
                    lines.append(f"route add {destination} {hop} table {table}")
                else:
                    lines.append(f"route add {destination} dev s3 table {table}")
            if id in private_tables:
                # What the documentation has users add for their own networks.
                for _, address, _ in private_clients:
                    lines.append(
                        f"route add {address}/32 via 169.254.3.1 dev private onlink table {table}"
                    )
            for interface in self.vpc.interfaces:
                if interface.subnet == subnet:
                    lines.append(f"rule add priority 30 iif {interface.name} lookup {table}")
        self.fabric.ip(*lines)

    def add_pods(self):
        """A pod on each node, behind all node ports; what it opens is masqueraded."""
        pods = {}
        nodes = [i for i in self.vpc.interfaces if i.party in ("worker", "control-plane")]
        for index, node in enumerate(nodes):
            pod = Namespace()
            host = self.hosts[node.name]
            host.forward()
            address = f"10.244.{index}.5"
            self.wire(host, "pod", pod, address, INSIDE - 50, gateway="169.254.9.1")
            host.nft(pod_rules(address))
            pods[node.name] = (pod, address)
        return pods
