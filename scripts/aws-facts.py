#!/usr/bin/env python3
"""Writes lib/aws/data/regions.json and lib/aws/data/instance-types.json.

Sources, each machine-readable and on PyPI: botocore (partitions, DNS suffixes, regions), moto (a
recording of DescribeInstanceTypes, and zones), cfn-lint (zones). Usage:

    python3 -m venv /tmp/facts && /tmp/facts/bin/pip install botocore moto cfn-lint
    /tmp/facts/bin/python scripts/aws-facts.py
"""
import datetime
import gzip
import importlib.metadata
import json
import pathlib

import botocore
import cfnlint.helpers
import moto
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

here = pathlib.Path(__file__).resolve().parent.parent / "lib" / "aws" / "data"
today = datetime.date.today().isoformat()


def versions(*packages):
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)


def write(name, data):
    """One line a row: a change of a fact is a change of its line."""
    rows = data.pop("rows")
    head = json.dumps(data)[:-1]
    lines = ",\n".join(f"    {json.dumps(key)}: {json.dumps(value)}" for key, value in rows.items())
    (here / name).write_text(f'{head}, "rows": {{\n{lines}\n}}}}\n')


def regions():
    """Zone letters that all sources agree on, and those that only some accounts have."""
    partitions = json.loads(
        (pathlib.Path(botocore.__file__).parent / "data" / "partitions.json").read_text()
    )["partitions"]
    moto_zones = RegionsAndZonesBackend.zones
    lint_zones = cfnlint.helpers.AVAILABILITY_ZONES
    rows = {}
    for partition in partitions:
        for region in sorted(partition["regions"]):
            if region.endswith("-global"):
                continue
            letters = [
                {zone.removeprefix(region) for zone in source}
                for source in (
                    [zone.name for zone in moto_zones.get(region, [])],
                    lint_zones.get(region, []),
                )
                if source
            ]
            agreed = set.intersection(*letters) if letters else set()
            known = set.union(*letters) if letters else set()
            rows[region] = [partition["id"], "".join(sorted(agreed)), "".join(sorted(known - agreed))]
    write(
        "regions.json",
        {
            "source": versions("botocore", "moto", "cfn-lint"),
            "asOf": today,
            "columns": ["partition", "zones of every account", "zones of some accounts"],
            "partitions": {
                partition["id"]: partition["outputs"]["dnsSuffix"] for partition in partitions
            },
            "rows": rows,
        },
    )


def instance_types():
    resources = pathlib.Path(moto.__file__).parent / "ec2" / "resources"
    types = json.loads(gzip.decompress((resources / "instance_types.json.gz").read_bytes()))
    families = {}
    for name, facts in sorted(types.items()):
        family, size = name.split(".")
        traits = {
            "architectures": [
                {"x86_64": "amd64"}.get(each, each)
                for each in facts["ProcessorInfo"]["SupportedArchitectures"]
                if each in ("x86_64", "arm64")
            ],
            # Bare metal has no hypervisor, and the same NVMe devices as Nitro.
            "nitro": facts.get("EbsInfo", {}).get("NvmeSupport") == "required",
            "encryption": facts.get("EbsInfo", {}).get("EncryptionSupport") == "supported",
            "spot": "spot" in facts.get("SupportedUsageClasses", []),
            "hosts": name.startswith("mac"),
        }
        shape = [facts["VCpuInfo"]["DefaultVCpus"], facts["MemoryInfo"]["SizeInMiB"]]
        key = (
            "/".join(traits["architectures"]) or "none",
            "".join(
                letter
                for letter, on in (
                    ("n", traits["nitro"]),
                    ("e", traits["encryption"]),
                    ("s", traits["spot"]),
                    ("h", traits["hosts"]),
                )
                if on
            ),
        )
        families.setdefault(family, {}).setdefault(key, {})[size] = shape
    rows = {
        family: [
            f"{architectures} {traits} "
            + " ".join(f"{size}:{vcpus}:{memory}" for size, (vcpus, memory) in sorted(sizes.items()))
            for (architectures, traits), sizes in sorted(groups.items())
        ]
        for family, groups in sorted(families.items())
    }
    write(
        "instance-types.json",
        {
            "source": versions("moto"),
            "asOf": today,
            "columns": [
                "architectures",
                "n: NVMe volumes, e: encrypted volumes, s: spot, h: dedicated hosts only",
                "size:vCPUs:MiB",
            ],
            "rows": rows,
        },
    )


regions()
instance_types()
