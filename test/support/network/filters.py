"""The filters of a VPC as nftables rules.

Network ACLs see each packet for itself: entries in the order of their numbers, the first that matches
decides, what matches none is dropped, and packets that stay in a subnet are not looked at.
https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html

Security groups follow connections: answers pass, a rule that names a group means its members, and
reports that a packet is too large need a rule like everything else.
https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from model import S3_NETWORK


def quoted(names):
    return "{ " + ", ".join(f'"{name}"' for name in sorted(names)) + " }"


def protocol_of(value):
    return {"6": "tcp", "17": "udp", "1": "icmp"}.get(str(value), str(value))


def traffic(protocol, first, last, icmp):
    protocol = protocol_of(protocol)
    if protocol == "-1":
        return ""
    if protocol == "icmp":
        type, code = icmp
        kind = "" if type in (None, -1) else f"icmp type {type} "
        return f"meta l4proto icmp {kind}" + ("" if code in (None, -1) else f"icmp code {code} ")
    return f"{protocol} dport {first}-{last} "


def acl_chains(vpc):
    lines = []
    for index, subnet in enumerate(vpc.subnets):
        inside = [i.name for i in vpc.interfaces if i.subnet == subnet]
        for direction, end, other in (("out", "daddr", "oifname"), ("in", "saddr", "iifname")):
            lines.append(f"chain acl_{direction}_{index} {{")
            if inside:
                lines.append(f"{other} {quoted(inside)} return")
            for entry in vpc.acl_of(subnet):
                if entry["egress"] != (direction == "out"):
                    continue
                match = traffic(
                    entry["protocol"],
                    entry.get("fromPort"),
                    entry.get("toPort"),
                    (entry.get("icmpType"), entry.get("icmpCode")),
                )
                verdict = "return" if entry["ruleAction"] == "allow" else "drop"
                lines.append(f"ip {end} {entry['cidrBlock']} {match}{verdict}")
            lines += ["counter name acl drop", "}"]
    return lines


def group_chains(vpc):
    lines = []
    sets = sorted({tuple(i.groups) for i in vpc.interfaces if i.groups})
    members = {}
    for interface in vpc.interfaces:
        for group in interface.groups:
            members.setdefault(group, []).append(interface.name)
    for index, groups in enumerate(sets):
        for direction, end, name in (("out", "daddr", "oifname"), ("in", "saddr", "iifname")):
            lines.append(f"chain sg_{direction}_{index} {{")
            for rule in (r for g in groups for r in vpc.group_rules(g, direction)):
                match = traffic(
                    rule["ipProtocol"],
                    rule.get("fromPort"),
                    rule.get("toPort"),
                    (rule.get("fromPort"), rule.get("toPort")),
                )
                if rule.get("referencedSecurityGroupId"):
                    peers = members.get(rule["referencedSecurityGroupId"], [])
                    if not peers:
                        continue
                    peer = f"{name} {quoted(peers)}"
                elif rule.get("prefixListId"):
                    peer = f"ip {end} {S3_NETWORK}"
                else:
                    peer = f"ip {end} {rule['cidrIpv4']}"
                lines.append(f"{peer} {match}return")
            lines += ["counter name sg drop", "}"]
    return lines, {groups: index for index, groups in enumerate(sets)}


def fabric_rules(vpc):
    """The table that every packet between two interfaces passes."""
    subnets = {subnet: index for index, subnet in enumerate(vpc.subnets)}
    groups, index_of = group_chains(vpc)

    def jumps(match, prefix, pairs):
        return (
            f"{match} vmap {{ " + ", ".join(f'"{n}" : jump {prefix}_{i}' for n, i in pairs) + " }"
        )

    of_subnets = [(i.name, subnets[i.subnet]) for i in vpc.interfaces]
    of_groups = [(i.name, index_of[tuple(i.groups)]) for i in vpc.interfaces if i.groups]
    own = ", ".join(
        f'"{i.name}" . {i.address}' for i in vpc.interfaces if i.kind in ("machine", "endpoint")
    )
    checked = [i.name for i in vpc.interfaces if i.kind in ("machine", "endpoint")]
    # A balancer that keeps clients gets their answers back, though they are not addressed to it.
    keepers = [
        (i.name, number + 1)
        for number, i in enumerate(vpc.interfaces)
        if i.kind == "balancer"
        and any(each.keeps_clients and each.balancer == i.owner for each in vpc.listeners)
    ]
    marks = ", ".join(f'"{name}" : {mark}' for name, mark in keepers)
    return "\n".join(
        [
            "table inet vpc {",
            "counter acl {}",
            "counter sg {}",
            *acl_chains(vpc),
            *groups,
            "chain answers { type filter hook prerouting priority mangle;",
            "ct direction reply ct mark != 0 meta mark set ct mark",
            "}",
            "chain forward { type filter hook forward priority filter; policy drop;",
            # Source/destination check.
            f"iifname {quoted(checked)} iifname . ip saddr != {{ {own} }} drop",
            jumps("iifname", "acl_out", of_subnets),
            jumps("oifname", "acl_in", of_subnets),
            *([f"ct state new ct mark set iifname map {{ {marks} }}"] if marks else []),
            "ct state established accept",
            # An error is an answer to what came in before; whoever gets it needs a rule.
            "ct state related goto errors",
            jumps("iifname", "sg_out", of_groups),
            jumps("oifname", "sg_in", of_groups),
            "accept",
            "}",
            "chain errors {",
            jumps("oifname", "sg_in", of_groups),
            "accept",
            "}",
            "}",
        ]
    ), keepers


def balancer_rules(vpc, interface):
    """A network load balancer passes connections on, from its own address or the client's."""
    lines = ["table ip balancer {", "chain pre { type nat hook prerouting priority dstnat;"]
    sources = []
    for listener in vpc.listeners:
        if listener.balancer != interface.owner or not listener.targets:
            continue
        targets = ", ".join(
            f"{index} : {address}" for index, address in enumerate(sorted(listener.targets))
        )
        lines.append(
            f"tcp dport {listener.port} dnat to numgen random mod {len(listener.targets)}"
            f" map {{ {targets} }}:{listener.target_port}"
        )
        if not listener.keeps_clients:
            sources.append(
                f"tcp dport {listener.target_port} ct status dnat"
                f" snat to {interface.address}:1024-65535 fully-random"
            )
    lines += ["}", "chain post { type nat hook postrouting priority srcnat;", *sources, "}", "}"]
    return "\n".join(lines)


def nat_rules(address):
    """A NAT gateway opens connections from 1024-65535 of its own address."""
    return "\n".join(
        [
            "table ip nat {",
            "chain post { type nat hook postrouting priority srcnat;",
            f"ip saddr != {address} meta l4proto {{ tcp, udp }} snat to {address}:1024-65535 fully-random",
            "}",
            "}",
        ]
    )


def pod_rules(address):
    """
    What a pod network does on a node: it turns node ports into addresses of pods before the machine's
    own input, and masquerades what leaves the node with full randomness.
    https://kubernetes.io/docs/reference/networking/virtual-ips/
    """
    return "\n".join(
        [
            "table ip pods {",
            "chain pre { type nat hook prerouting priority dstnat;",
            f'iifname "eth0" fib daddr type local tcp dport 30000-32767 dnat to {address}',
            "}",
            "chain post { type nat hook postrouting priority srcnat;",
            'ip saddr 10.244.0.0/16 oifname "eth0" masquerade fully-random',
            "}",
            "}",
        ]
    )


def internet_rules(vpc):
    """The internet gateway maps addresses one to one, and passes no others."""
    mapped = [i for i in vpc.interfaces if i.public]
    inward = ", ".join(f"{i.public} : {i.address}" for i in mapped)
    outward = ", ".join(f"{i.address} : {i.public}" for i in mapped)
    private = "{ " + ", ".join(i.address for i in mapped) + " }"
    if not mapped:
        return "table ip igw {\nchain forward { type filter hook forward priority 0; policy drop;\n}\n}"
    return "\n".join(
        [
            "table ip igw {",
            "chain pre { type nat hook prerouting priority dstnat;",
            f'iifname != "vpc" dnat to ip daddr map {{ {inward} }}',
            "}",
            "chain post { type nat hook postrouting priority srcnat;",
            f'oifname != "vpc" snat to ip saddr map {{ {outward} }}',
            "}",
            "chain forward { type filter hook forward priority filter; policy drop;",
            "ct state established,related accept",
            f'iifname "vpc" oifname != "vpc" ip saddr {private} accept',
            'oifname "vpc" iifname != "vpc" ct status dnat accept',
            "}",
            "}",
        ]
    )
