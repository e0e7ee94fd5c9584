#!/usr/bin/env python3
"""Writes lib/standard/components/data/: the flags that each program itself says it has.

Asks the real binaries of the tool cache for `--help`, and reads the fields of the
KubeletConfiguration from the Go module that defines them. Usage, after tools/install:

    scripts/component-flags.py          # every minor version that is there; others stay as they are
"""
import datetime
import json
import os
import pathlib
import re
import subprocess

root = pathlib.Path(__file__).resolve().parent.parent
cache = pathlib.Path(
    os.environ.get("HARDENED_CLUSTER_TOOLS", pathlib.Path.home() / ".cache/hardened-cluster/tools")
)
data = root / "lib" / "standard" / "components" / "data"
components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"]


def help_of(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def go_flags(text):
    """pflag's usage: a name, and the word for its type where it is no boolean."""
    found = {}
    for line in text.splitlines():
        flag = re.match(r"^\s+(?:-\w, )?--([A-Za-z0-9][\w.-]*)(?: (\S+))?(?:\s{2,}|$)", line)
        if flag:
            found[flag[1]] = flag[2] or "bool"
    return found


def etcd_flags(text):
    """etcd's own usage text: names with a default in quotes, whose form tells the type."""
    found = {}
    for line in text.splitlines():
        flag = re.match(r"^  --([a-z0-9-]+)(?:[ =]'?([^']*)'?)?", line)
        if not flag:
            continue
        value = flag[2] or ""
        kind = "string"
        if value in ("true", "false"):
            kind = "bool"
        elif re.fullmatch(r"\d+", value):
            kind = "int"
        elif re.fullmatch(r"(\d+(\.\d+)?(h|m|s|ms|µs))+", value):
            kind = "duration"
        found[flag[1]] = kind
    return found


def kubelet_fields(version):
    module = json.loads(
        subprocess.run(
            ["go", "mod", "download", "-json", f"k8s.io/kubelet@{version}"],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
        ).stdout
    )
    source = (pathlib.Path(module["Dir"]) / "config/v1beta1/types.go").read_text()
    aliases = dict(re.findall(r"^type (\w+) (string|int32|bool)$", source, re.M))
    struct = re.search(r"^type KubeletConfiguration struct \{\n(.*?)^\}", source, re.M | re.S)[1]
    kinds = {"metav1.Duration": "duration", "int32": "int", "int64": "int", "float64": "float"}
    fields = {}
    for go_type, name in re.findall(r'^\t\w+ (\S+)\s+`json:"(\w+)', struct, re.M):
        bare = aliases.get(go_type.lstrip("*"), go_type.lstrip("*"))
        if bare.startswith("[]"):
            kind = "list"
        elif bare.startswith("map["):
            kind = "object"
        else:
            kind = kinds.get(bare, bare if bare in ("string", "bool") else "object")
        fields[name] = kind
    return fields


def write(name, content):
    content = {**content, "asOf": datetime.date.today().isoformat()}
    (data / name).write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def kubernetes(minor):
    programs = cache / f"kubernetes-{minor}" / "bin"
    if not (programs / "kubelet").exists():
        print(f"kubernetes-{minor}: not in the tool cache")
        return
    version = re.search(r"v1\.\d+\.\d+", help_of(programs / "kubelet", "--version"))[0]
    texts = {name: help_of(programs / name, "--help") for name in components}
    write(
        f"kubernetes-{minor}.json",
        {
            "source": f"--help of {version}, and the module k8s.io/kubelet v0{version[2:]}",
            "flags": {name: go_flags(text) for name, text in texts.items()},
            "featureGates": sorted(
                {
                    gate
                    for text in texts.values()
                    for gate in re.findall(r"^\s+(?:kube:)?(\w+)=true\|false", text, re.M)
                }
            ),
            "kubeletFields": kubelet_fields(f"v0{version[2:]}"),
        },
    )


def etcd(minor):
    program = cache / f"etcd-{minor}" / "bin" / "etcd"
    if not program.exists():
        print(f"etcd-{minor}: not in the tool cache")
        return
    text = help_of(program, "--help")
    version = re.search(r"\d+\.\d+\.\d+", help_of(program, "--version"))[0]
    write(f"etcd-{minor}.json", {"source": f"--help of v{version}", "flags": etcd_flags(text)})


for each in ("1.35", "1.36", "1.37"):
    kubernetes(each)
for each in ("3.5", "3.6"):
    etcd(each)
