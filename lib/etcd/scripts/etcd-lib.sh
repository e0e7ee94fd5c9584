# shellcheck shell=sh disable=SC2034,SC2154 # for the scripts; from member.env
# Functions of the scripts of an etcd member; sourced, never run.
# shellcheck source=../../machine/scripts/lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
# What the configuration says of this member: member_name, member_count, initial_cluster and so on.
# shellcheck source=/dev/null
. "$HC_ROOT/etc/hardened-cluster/etcd/member.env"

volume=$HC_ROOT/var/lib/etcd
data=$volume/data
pki=$HC_ROOT/etc/etcd/pki
metrics=http://127.0.0.1:2381

# Sandboxed units have a folder of their own to write to, and none of root's.
if [ -n "${RUNTIME_DIRECTORY:-}" ]; then
  HC_RUN=$RUNTIME_DIRECTORY
  HC_STATE=$RUNTIME_DIRECTORY
fi

# refuse PLACE GOT EXPECTED: an error that no further try cures; systemd does not restart after it.
refuse() {
  log "error: $1: got $2, expected $3"
  exit 78
}

# identity NAME: file with its certificate and key, systemd's copy where the unit is given one.
identity() {
  if [ -n "${CREDENTIALS_DIRECTORY:-}" ]; then
    printf '%s/%s.pem' "$CREDENTIALS_DIRECTORY" "$1"
  else
    printf '%s/%s.pem' "$pki" "$1"
  fi
}

# etcdctl_as IDENTITY ARGUMENT...: talks to this machine's own member and to no other: the port
# matrix lets API servers alone reach the client port of a member from outside.
etcdctl_as() {
  etcdctl_identity=$(identity "$1")
  shift
  etcdctl --endpoints=https://127.0.0.1:2379 --cacert="$pki/ca.crt" \
    --cert="$etcdctl_identity" --key="$etcdctl_identity" \
    --dial-timeout="${dial_timeout:-5s}" --command-timeout="${command_timeout:-10s}" "$@"
}

# healthy: this member is part of a quorum that serves reads, and no alarm is raised.
healthy() {
  curl --disable -fsS --noproxy '*' --max-time 5 "$metrics/health" >/dev/null 2>&1
}

# wait_healthy SECONDS
wait_healthy() {
  wait_left=$(($1 * 5))
  until healthy; do
    wait_left=$((wait_left - 1))
    [ "$wait_left" -gt 0 ] || return 1
    sleep 0.2
  done
}

# status_field NAME: a field of this member's status, by the health user: leader, raftTerm, dbSize,
# revision, isLearner and memberId.
status_field() {
  etcdctl_as health endpoint status --write-out=json | python3 -I -c '
import json, sys
status = json.load(sys.stdin)[0]["Status"]
fields = {
    "memberId": status["header"]["member_id"],
    "revision": status["header"].get("revision", 0),
    "leader": status.get("leader", 0),
    "raftTerm": status.get("raftTerm", 0),
    "dbSize": status.get("dbSize", 0),
    "isLearner": str(status.get("isLearner", False)).lower(),
}
print(fields[sys.argv[1]])
' "$1"
}

# leader_name: the member that leads.
leader_name() {
  etcdctl_as health member list --write-out=json | python3 -I -c '
import json, sys
leader = int(sys.argv[1])
print(next((m.get("name", "") for m in json.load(sys.stdin)["members"] if m["ID"] == leader), "nobody"))
' "$(status_field leader)"
}

# active_peers: how many other members this one is connected to.
active_peers() {
  curl --disable -fsS --noproxy '*' --max-time 5 "$metrics/metrics" |
    awk '/^etcd_network_active_peers\{/ { sum += $NF } END { print sum + 0 }'
}

# free_kibibytes FOLDER
free_kibibytes() {
  df -Pk "$1" | awk 'NR == 2 { print $4 }'
}
