#!/bin/sh
# list-etcd-tier: what the parameter store says of the etcd tier, a line each: `MEMBER ADDRESS`, and
# `initial-members` with those that make up the cluster when it starts for the first time.
set -eu
# shellcheck source=lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
# Sandboxed units have a folder of their own to write to, and none of root's.
if [ -n "${RUNTIME_DIRECTORY:-}" ]; then
  HC_RUN=$RUNTIME_DIRECTORY
  HC_STATE=$RUNTIME_DIRECTORY
fi
load_machine
path=/$HC_CLUSTER/etcd/tier
scratch_file
answer=$HC_SCRATCH_FILE
scratch_file
lines=$HC_SCRATCH_FILE
url=$(aws_endpoint ssm ssm)/ || exit $?

# A page holds as many as the service likes, even none: only the missing token ends them.
body="\"{\\\"Path\\\":\\\"$path\\\"}\""
while [ -n "$body" ]; do
  aws_request ssm "$answer" "parameters of $path" <<EOF
url = "$url"
request = "POST"
header = "content-type: application/x-amz-json-1.1"
header = "x-amz-target: AmazonSSM.GetParametersByPath"
data = $body
EOF
  body=$(python3 -I -c '
import json, re, sys
path, lines = sys.argv[1:]
answer = json.load(sys.stdin)
with open(lines, "a") as file:
    for parameter in answer["Parameters"]:
        line = "%s %s" % (parameter["Name"].rpartition("/")[2], parameter["Value"])
        if not re.fullmatch(r"etcd-\d+ (\d{1,3}\.){3}\d{1,3}|initial-members [a-z0-9:/.,=-]+", line):
            raise SystemExit(1)
        print(line, file=file)
token = answer.get("NextToken")
if token:
    print(json.dumps(json.dumps({"Path": path, "NextToken": token})))
' "$path" "$lines" <"$answer" 2>/dev/null) ||
    die "parameters of $path" 'an unexpected answer' 'names and addresses of members'
done
grep -q '^etcd-' "$lines" || not_yet "parameters of $path" 'no member' 'the members of etcd'
LC_ALL=C sort "$lines"
