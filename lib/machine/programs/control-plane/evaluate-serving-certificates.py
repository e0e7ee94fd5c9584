#!/usr/bin/python3 -I
"""evaluate-serving-certificates REQUESTS: which pending kubelet serving certificates to approve.

REQUESTS is what `kubectl get csr -o json` prints. Prints a line for each request that is decided:
approve or deny, its name, the reason. What may only be early is left undecided, and asked again:
an instance that EC2 does not list yet is no stranger. One request never stops the others.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from aws_client import AwsError, Machine, Service  # noqa: E402

SIGNER = "kubernetes.io/kubelet-serving"
USAGES = frozenset({"digital signature", "server auth", "key encipherment"})
NODE_USER = "system:node:"
EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
# An undecided request is worth a line when it is older than an instance needs to be listed.
LATE_SECONDS = 300

# Private address by instance id, which is the name of the node.
Instances = Mapping[str, str]


class Denied(Exception):
    """A request that no later look makes right; the text is the reason."""


class Undecided(Exception):
    """A request that a later look may make right; the text is what is missing."""


def pending(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        item
        for item in document["items"]
        if item["spec"]["signerName"] == SIGNER and not item.get("status", {}).get("conditions")
    ]


def list_instances(machine: Machine) -> dict[str, str]:
    """Of this cluster: their ids and addresses can't be chosen by what runs on them.

    All pages: a node of a later one is as good. Raises AwsError.
    """
    service, found, token = Service(machine, "ec2"), dict[str, str](), ""
    while True:
        form = {
            "Action": "DescribeInstances",
            "Version": "2016-11-15",
            "Filter.1.Name": "tag:hardened-cluster:cluster",
            "Filter.1.Value.1": machine.cluster,
            "Filter.2.Name": "instance-state-name",
            "Filter.2.Value.1": "running",
        } | ({"NextToken": token} if token else {})
        answer = service.send(
            "DescribeInstances",
            "POST",
            f"{service.url}/",
            {"content-type": "application/x-www-form-urlencoded"},
            urllib.parse.urlencode(form).encode(),
        )
        token = read_page(answer.body, found)
        if not token:
            return found


def read_page(body: bytes, found: dict[str, str]) -> str:
    """Adds the running instances of a page; the token of the next one, or nothing."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 # from EC2, over TLS
    except ElementTree.ParseError:
        raise AwsError("DescribeInstances", "an answer that is no XML") from None
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    items = f"{space}reservationSet/{space}item/{space}instancesSet/{space}item"
    for item in root.findall(items):
        identifier = item.findtext(f"{space}instanceId")
        address = item.findtext(f"{space}privateIpAddress")
        running = item.findtext(f"{space}instanceState/{space}name") == "running"
        if identifier and address and running:
            found[identifier] = address
    return root.findtext(f"{space}nextToken") or ""


def read_request(text: str) -> x509.CertificateSigningRequest:
    """The request as the signer reads it: one block and nothing around it. Raises Denied."""
    block = re.fullmatch(
        rb"-{5}BEGIN CERTIFICATE REQUEST-{5}\r?\n([A-Za-z0-9+/=\r\n]+)"
        rb"-{5}END CERTIFICATE REQUEST-{5}\s*",
        base64.b64decode(text, validate=True),
    )
    if not block:
        raise Denied("no certificate request, or more than one")
    return x509.load_der_x509_csr(base64.b64decode(block[1]))


def check(item: Mapping[str, Any], known: Instances) -> None:
    """Raises Denied or Undecided unless the request is what this node may ask for."""
    spec = item["spec"]
    user = spec.get("username", "")
    if not user.startswith(NODE_USER) or "system:nodes" not in spec.get("groups", []):
        raise Denied("not asked for by a node")
    node = user[len(NODE_USER) :]
    if not re.fullmatch(r"i-[0-9a-f]{8,17}", node):
        raise Denied("no id of an instance")
    usages = set(spec.get("usages", []))
    if "server auth" not in usages or not usages <= USAGES:
        raise Denied("usages beyond a serving certificate")
    try:
        request = read_request(spec["request"])
        names = check_content(request, user)
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise Denied("no certificate request that can be read") from None
    if node not in known:
        raise Undecided("no running instance of this cluster has that id yet")
    if not names or not names <= {f"DNS:{node}", f"IP:{known[node]}"}:
        raise Denied("names or addresses that are not the instance's own")


def check_content(request: x509.CertificateSigningRequest, user: str) -> set[str]:
    """The names of a request that holds nothing else. Raises Denied."""
    if not request.is_signature_valid:
        raise Denied("a signature that is not its own")
    subject = [(each.oid, each.value) for rdn in request.subject.rdns for each in rdn]
    expected = [(NameOID.ORGANIZATION_NAME, "system:nodes"), (NameOID.COMMON_NAME, user)]
    if sorted(subject, key=str) != sorted(expected, key=str) or len(request.subject.rdns) != 2:
        raise Denied("another subject")
    if [each.oid.dotted_string for each in request.attributes] != [EXTENSION_REQUEST]:
        raise Denied("attributes beyond its names")
    extensions = list(request.extensions)
    if [each.oid for each in extensions] != [ExtensionOID.SUBJECT_ALTERNATIVE_NAME]:
        raise Denied("extensions beyond its names")
    value = extensions[0].value
    assert isinstance(value, x509.SubjectAlternativeName)
    return {text_of(name) for name in value}


def text_of(name: x509.GeneralName) -> str:
    """DNS:NAME or IP:ADDRESS; of any other kind a text that is neither."""
    if isinstance(name, x509.DNSName):
        return f"DNS:{name.value}"
    if isinstance(name, x509.IPAddress):
        return f"IP:{name.value}"
    return f"other:{type(name).__name__}"


def age_seconds(item: Mapping[str, Any]) -> float:
    """Since the request was made; for one that does not say so, none."""
    text = item["metadata"].get("creationTimestamp")
    if not text:
        return 0
    made = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    now = datetime.datetime.now(datetime.UTC)
    return (now - made.replace(tzinfo=datetime.UTC)).total_seconds()


def evaluate(item: Mapping[str, Any], known: Instances) -> str | None:
    """The line of a decided request; of an undecided one nothing."""
    name = item["metadata"]["name"]
    try:
        check(item, known)
        return f"approve {name} name and address of its own instance"
    except Denied as reason:
        return f"deny {name} {reason}"
    except Undecided as reason:
        if age_seconds(item) > LATE_SECONDS:
            report(f"{name} is undecided: {reason}")
    except Exception as error:  # noqa: BLE001 # of this request, whatever it is
        report(f"error: request {name}: {type(error).__name__}, expected one that can be evaluated")
    return None


def report(text: str) -> None:
    print(f"evaluate-serving-certificates: {text}", file=sys.stderr)


def main(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        requests = pending(json.load(file))
    if not requests:
        return
    known = list_instances(Machine())
    for item in requests:
        line = evaluate(item, known)
        if line:
            print(line)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: evaluate-serving-certificates REQUESTS")
    try:
        main(sys.argv[1])
    except (AwsError, ValueError, KeyError) as problem:
        sys.exit(f"evaluate-serving-certificates: error: {problem}")
