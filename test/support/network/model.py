"""What recorded resources stand for, as AWS documents it: interfaces, subnets, routes, filters.

Written from AWS's documentation and nothing else; shares no code with the planners.
"""

import ipaddress
from dataclasses import dataclass, field

# A managed prefix list holds the public addresses of the service; these stand for those of S3.
S3_NETWORK = "52.219.0.0/16"
S3_ADDRESS = "52.219.0.10"


@dataclass
class Interface:
    """A network interface with its address; what it belongs to says what it does with packets."""

    name: str
    party: str  # name of the party in firewall.json
    kind: str  # machine, balancer, endpoint, nat
    subnet: str
    address: str
    groups: list
    zone: str
    public: str = ""  # address that the internet gateway maps to it
    machine: str = ""  # folder of the machine in the plan
    owner: str = ""  # load balancer it belongs to


@dataclass
class Listener:
    balancer: str
    port: int
    target_port: int
    keeps_clients: bool
    targets: list = field(default_factory=list)  # addresses


class Vpc:
    """Everything that decides about packets."""

    def __init__(self, resources):
        self.resources = resources
        vpc = self.one("aws:ec2/vpc:Vpc")
        self.cidr = vpc["inputs"]["cidrBlock"]
        self.subnets = {
            r["id"]: (r["inputs"]["cidrBlock"], r["inputs"]["availabilityZone"])
            for r in self.of("aws:ec2/subnet:Subnet")
        }
        self.next_address = {id: 10 for id in self.subnets}
        self.interfaces = []
        self.members = {}  # auto-scaling group: its interfaces
        self.machines()
        self.balancers()
        self.endpoints()
        self.gateways()
        self.listeners = self.read_listeners()

    def of(self, type):
        return [r for r in self.resources if r["type"] == type]

    def one(self, type):
        return self.of(type)[0]

    def add(self, subnet, **rest):
        cidr, zone = self.subnets[subnet]
        address = rest.pop("address", None)
        if address is None:
            # The first four addresses of a subnet and the last are AWS's.
            address = str(ipaddress.ip_network(cidr)[self.next_address[subnet]])
            self.next_address[subnet] += 1
        interface = Interface(
            name=f"e{len(self.interfaces)}", subnet=subnet, address=address, zone=zone, **rest
        )
        self.interfaces.append(interface)
        return interface

    def machines(self):
        addresses = {
            r["inputs"].get("tags", {}).get("hardened-cluster:tier"): public_address(index)
            for index, r in enumerate(self.of("aws:ec2/eip:Eip"))
        }
        for r in self.of("aws:ec2/instance:Instance"):
            inputs = r["inputs"]
            self.add(
                inputs["subnetId"],
                party=inputs["tags"]["hardened-cluster:tier"],
                kind="machine",
                address=inputs["privateIp"],
                groups=inputs["vpcSecurityGroupIds"],
                machine=r["name"].split("-etcd-", 1)[1],
            )
        templates = {r["id"]: r["inputs"] for r in self.of("aws:ec2/launchTemplate:LaunchTemplate")}
        for r in self.of("aws:autoscaling/group:Group"):
            inputs = r["inputs"]
            tags = {tag["key"]: tag["value"] for tag in inputs["tags"]}
            tier = tags["hardened-cluster:tier"]
            pool = tags.get("hardened-cluster:pool")
            (card,) = templates[inputs["launchTemplate"]["id"]]["networkInterfaces"]
            # A group spreads its machines over its subnets.
            used = inputs["vpcZoneIdentifiers"][: max(1, inputs["maxSize"])]
            self.members[r["name"]] = [
                self.add(
                    subnet,
                    party=tier,
                    kind="machine",
                    groups=card["securityGroups"],
                    machine=f"worker-{pool}" if pool else tier,
                    public=addresses.get(tier, "") if tier == "bastion" else "",
                )
                for subnet in used
            ]

    def balancers(self):
        for r in self.of("aws:lb/loadBalancer:LoadBalancer"):
            inputs = r["inputs"]
            internal = inputs["internal"]
            for subnet in inputs["subnets"]:
                interface = self.add(
                    subnet,
                    party="internal-load-balancer" if internal else "public-load-balancer",
                    kind="balancer",
                    groups=inputs["securityGroups"],
                    owner=r["arn"],
                )
                if not internal:
                    interface.public = public_address(100 + len(self.interfaces))

    def endpoints(self):
        """One interface stands for those of all services that have the same subnets and groups."""
        cards = {
            (subnet, tuple(r["inputs"]["securityGroupIds"]))
            for r in self.of("aws:ec2/vpcEndpoint:VpcEndpoint")
            if r["inputs"]["vpcEndpointType"] == "Interface"
            for subnet in r["inputs"]["subnetIds"]
        }
        for subnet, groups in sorted(cards):
            self.add(subnet, party="endpoints", kind="endpoint", groups=list(groups))

    def gateways(self):
        self.nat = {}
        for index, r in enumerate(self.of("aws:ec2/natGateway:NatGateway")):
            interface = self.add(r["inputs"]["subnetId"], party="nat", kind="nat", groups=[])
            interface.public = public_address(50 + index)
            self.nat[r["id"]] = interface
        self.internet_gateways = {
            r["id"] for r in self.of("aws:ec2/internetGateway:InternetGateway")
        }

    def read_listeners(self):
        groups = {r["arn"]: r for r in self.of("aws:lb/targetGroup:TargetGroup")}
        targets = {arn: [] for arn in groups}
        for r in self.of("aws:autoscaling/group:Group"):
            for arn in r["inputs"].get("targetGroupArns", []):
                targets[arn] += [m.address for m in self.members[r["name"]]]
        for r in self.of("aws:autoscaling/attachment:Attachment"):
            name = next(
                g["name"]
                for g in self.of("aws:autoscaling/group:Group")
                if r["inputs"]["autoscalingGroupName"] in (g["name"], g.get("id"))
            )
            targets[r["inputs"]["lbTargetGroupArn"]] += [m.address for m in self.members[name]]
        return [
            Listener(
                balancer=r["inputs"]["loadBalancerArn"],
                port=r["inputs"]["port"],
                target_port=groups[arn]["inputs"]["port"],
                # On by default for instances: only "false" turns it off.
                keeps_clients=groups[arn]["inputs"].get("preserveClientIp") != "false",
                targets=targets[arn],
            )
            for r in self.of("aws:lb/listener:Listener")
            for arn in [r["inputs"]["defaultActions"][0]["targetGroupArn"]]
        ]

    def routes_of(self, subnet):
        """Routes of a subnet besides the local one: (destination, kind of target, target)."""
        table = next(
            (
                r["inputs"]["routeTableId"]
                for r in self.of("aws:ec2/routeTableAssociation:RouteTableAssociation")
                if r["inputs"]["subnetId"] == subnet
            ),
            None,
        )
        routes = []
        for r in self.of("aws:ec2/route:Route"):
            inputs = r["inputs"]
            if inputs["routeTableId"] != table:
                continue
            if inputs.get("natGatewayId"):
                routes.append((inputs["destinationCidrBlock"], "nat", inputs["natGatewayId"]))
            elif inputs.get("gatewayId") in self.internet_gateways:
                routes.append((inputs["destinationCidrBlock"], "internet", inputs["gatewayId"]))
        associated = "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation"
        if any(r["inputs"]["routeTableId"] == table for r in self.of(associated)):
            routes.append((S3_NETWORK, "s3", ""))
        return table, routes

    def acl_of(self, subnet):
        """Entries of a subnet's ACL, lowest number first; none: AWS's default was emptied."""
        acl = next(
            (
                r["inputs"]["networkAclId"]
                for r in self.of("aws:ec2/networkAclAssociation:NetworkAclAssociation")
                if r["inputs"]["subnetId"] == subnet
            ),
            None,
        )
        entries = [
            r["inputs"]
            for r in self.of("aws:ec2/networkAclRule:NetworkAclRule")
            if r["inputs"]["networkAclId"] == acl
        ]
        return sorted(entries, key=lambda entry: entry["ruleNumber"])

    def group_rules(self, group, direction):
        kind = "SecurityGroupIngressRule" if direction == "in" else "SecurityGroupEgressRule"
        token = f"aws:vpc/{kind[0].lower()}{kind[1:]}:{kind}"
        return [r["inputs"] for r in self.of(token) if r["inputs"]["securityGroupId"] == group]


def public_address(index):
    return f"18.184.0.{index + 1}"
