# shellcheck shell=sh disable=SC2034,SC2154 # for the scripts; from member.env
# Functions of the scripts of an etcd member; sourced, never run.
# shellcheck source=../boot/lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
# What the configuration says of this member: member_name, member_peer_url and so on.
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

# alert NAME FIELD=VALUE...: one line that a metric filter of CloudWatch Logs counts, such as
# `alert=etcd-quota`. docs/etcd.md lists the names.
alert() {
  alert_name=$1
  shift
  log "alert=$alert_name member=$member_name $*"
}

# healthy: this member is part of a quorum that serves reads. A raised space alarm does not count: the
# scripts are what an operator needs then.
# See https://etcd.io/docs/v3.6/op-guide/monitoring/#health-check
healthy() {
  curl --disable -fsS --noproxy '*' --max-time 5 "$metrics/health?exclude=NOSPACE" >/dev/null 2>&1
}

# alarms: the raised alarms, `MEMBER-ID KIND` a line.
alarms() {
  etcdctl_as root alarm list | sed -n 's/^memberID:\([0-9]*\) alarm:\([A-Z]*\) *$/\1 \2/p'
}

# quota_bytes: the size at which this etcd refuses writes, as it says itself.
quota_bytes() {
  curl --disable -fsS --noproxy '*' --max-time 5 "$metrics/metrics" |
    awk '$1 == "etcd_server_quota_backend_bytes" { printf "%.0f\n", $2 }'
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
print(next((m.get("name", "") for m in json.load(sys.stdin)["members"] if m["ID"] == leader), "none"))
' "$(status_field leader)"
}

# entry URL FIELD: id, name or learner of the member with that peer address; nothing when etcd has none.
entry() {
  etcdctl_as root member list --write-out=json | python3 -I -c '
import json, sys
url, field = sys.argv[1:]
for member in json.load(sys.stdin)["members"]:
    if url in member["peerURLs"]:
        print({"id": "%x" % member["ID"], "name": member.get("name", ""),
               "learner": str(member.get("isLearner", False)).lower()}[field])
' "$1" "$2"
}

# member_count: how many members etcd has.
member_count() {
  etcdctl_as health member list --write-out=json |
    python3 -I -c 'import json, sys; print(len(json.load(sys.stdin)["members"]))'
}

# planned_members: `NAME PEER-URL` of each member that the configuration has today.
planned_members() {
  planned=$("$HC_LIB/list-etcd-tier") || return 1
  printf '%s\n' "$planned" | awk '$1 != "initial-members" { print $1, "https://" $2 ":2380" }'
}

# planned_cluster: the same as --initial-cluster has it.
planned_cluster() {
  planned=$(planned_members) || return 1
  printf '%s\n' "$planned" | tr ' \n' '=,' | sed 's/,$//'
}

# connected ID: whether this member is connected to that one.
connected() {
  curl --disable -fsS --noproxy '*' --max-time 5 "$metrics/metrics" |
    grep "^etcd_network_active_peers{.*Remote=\"$1\"} 1\$" >/dev/null
}

# until_done SECONDS EXPECTED COMMAND...: until the command succeeds, while this member leads. With
# authentication on, etcd loses the caller's name when another member passes a promotion on, and the
# leader refuses it.
until_done() {
  done_left=$1
  done_expected=$2
  shift 2
  until done_said=$("$@" 2>&1); do
    # No leader, for a moment, is no reason to stop.
    leader=$(leader_name 2>/dev/null) || leader=none
    [ "$leader" = "$member_name" ] || [ "$leader" = none ] ||
      die 'this member' 'a follower' "the leader: run \"etcd-replace-member $name\" on $leader"
    done_left=$((done_left - 1))
    [ "$done_left" -gt 0 ] || die "$name" "$done_said" "$done_expected"
    sleep 1
  done
}

add_learner() {
  id=$(entry "$url" id) || return 1
  [ -n "$id" ] || etcdctl_as root member add "$name" --learner --peer-urls="$url"
}

promote() {
  learner=$(entry "$url" learner) || return 1
  [ "$learner" = false ] || etcdctl_as root member promote "$id"
}

# take_in NAME PEER-URL: adds a member that etcd does not have as a learner, which votes only when it has
# caught up, and waits for that. Can be run again when it was cut off.
take_in() {
  name=$1
  url=$2
  # Soon after a restart etcd answers "unhealthy cluster" although all is well.
  until_done 30 'a member that can be added' add_learner
  id=$(entry "$url" id)
  log "$name ($id) is a learner; waiting for its machine"
  # Until it has started and caught up, etcd refuses to let it vote.
  until_done "${replace_seconds:-900}" 'a learner that has caught up; run this again' promote
  log "$name ($id) promoted"
  until_done 60 'a connected member' connected "$id"
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
