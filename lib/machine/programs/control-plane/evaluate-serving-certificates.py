#!/usr/bin/python3 -I
"""Evaluates pending kubelet serving certificates against the instances of the cluster.

  pending REQUESTS             names of the requests to evaluate, one a line
  evaluate REQUESTS INSTANCES  one line a request: approve or deny, its name, the reason

REQUESTS is what `kubectl get csr -o json` prints, INSTANCES the answer of EC2 DescribeInstances.
"""

import base64
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

SIGNER = "kubernetes.io/kubelet-serving"
USAGES = {"digital signature", "server auth", "key encipherment"}
NODE_USER = "system:node:"


def pending(document):
    for item in document["items"]:
        if item["spec"]["signerName"] == SIGNER and not item.get("status", {}).get("conditions"):
            yield item


def instances(path):
    """Private addresses by private DNS name, of running instances."""
    found = {}
    root = ElementTree.parse(path).getroot()
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    for item in root.findall(f"{space}reservationSet/{space}item/{space}instancesSet/{space}item"):
        if item.findtext(f"{space}instanceState/{space}name") != "running":
            continue
        name = item.findtext(f"{space}privateDnsName")
        address = item.findtext(f"{space}privateIpAddress")
        if name and address:
            # Two instances of one name can't be told apart, so neither gets a certificate.
            found[name] = None if name in found else address
    return found


def openssl(request, *arguments):
    return subprocess.run(
        ["openssl", "req", "-noout", *arguments],
        input=request, capture_output=True, check=True, text=True, timeout=10,
    ).stdout


def problem(item, known):
    """Why a request is not what this node may ask for, or None."""
    spec = item["spec"]
    user = spec.get("username", "")
    if not user.startswith(NODE_USER) or "system:nodes" not in spec.get("groups", []):
        return "not asked for by a node"
    node = user[len(NODE_USER):]
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", node):
        return "no name of a node"
    usages = set(spec.get("usages", []))
    if "server auth" not in usages or not usages <= USAGES:
        return "usages beyond a serving certificate"
    address = known.get(node)
    if address is None:
        return "no running instance of this cluster has that name"
    request = base64.b64decode(spec["request"]).decode("ascii", "strict")
    try:
        subject = openssl(request, "-verify", "-subject", "-nameopt", "RFC2253").strip()
        text = openssl(request, "-text")
    except subprocess.SubprocessError:
        return "no certificate request"
    if subject != f"subject=CN={user},O=system:nodes":
        return "another subject"
    extensions = re.findall(r"^ {16}X509v3 ([^:]+):[^\n]*\n((?: {20}[^\n]*\n)*)", text, re.M)
    names = [name for title, body in extensions if title == "Subject Alternative Name"
             for name in re.split(r",\s*", body.strip())]
    if any(title != "Subject Alternative Name" for title, _ in extensions):
        return "extensions beyond its names"
    allowed = {f"DNS:{node}", f"IP Address:{address}"}
    if not names or not set(names) <= allowed:
        return "names or addresses that are not the instance's own"
    return None


def main(arguments):
    with open(arguments[1], encoding="utf-8") as file:
        requests = list(pending(json.load(file)))
    if arguments[0] == "pending":
        for item in requests:
            print(item["metadata"]["name"])
        return
    known = instances(arguments[2])
    for item in requests:
        reason = problem(item, known)
        verdict = "approve" if reason is None else "deny"
        print(verdict, item["metadata"]["name"], reason or "name and address of its own instance")


main(sys.argv[1:])
