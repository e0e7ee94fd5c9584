#!/bin/sh
# etcd-replace-member MEMBER: takes in a member whose disk is lost (or a new one), as a learner that
# votes only when it has caught up. Can be run again when it was cut off. The machine itself needs
# nothing: its etcd.service waits for this.
#
# Runs on the leader: with authentication on, etcd loses the caller's name when another member passes a
# promotion on, and the leader refuses it.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"

name=${1:-}
url=$(printf '%s' "$initial_cluster" | tr ',' '\n' | sed -n "s|^$name=||p")
if [ -z "$name" ] || [ -z "$url" ]; then
  die 'member' "'$name'" "one of $(printf '%s' "$initial_cluster" | sed 's/=[^,]*//g')"
fi
[ "$name" != "$member_name" ] || die 'member' "$name, this one" 'another member: run it there'
wait_healthy 30 || die 'this member' 'not healthy' 'a member of a quorum without alarms'

check_leader() {
  leader=$(leader_name)
  [ "$leader" = "$member_name" ] ||
    die 'this member' 'a follower' "the leader: run \"etcd-replace-member $name\" on $leader"
}
check_leader

# entry FIELD: id, name or learner of the member with the planned address; empty when there is none.
entry() {
  etcdctl_as root member list --write-out=json | python3 -I -c '
import json, sys
url, field = sys.argv[1:]
for member in json.load(sys.stdin)["members"]:
    if url in member["peerURLs"]:
        print({"id": "%x" % member["ID"], "name": member.get("name", ""),
               "learner": str(member.get("isLearner", False)).lower()}[field])
' "$url" "$1"
}

connected() {
  curl --disable -fsS --noproxy '*' --max-time 5 "$metrics/metrics" |
    grep "^etcd_network_active_peers{.*Remote=\"$1\"} 1\$" >/dev/null
}

# retry SECONDS COMMAND...
retry() {
  retry_left=$1
  shift
  until retry_says=$("$@" 2>&1); do
    retry_left=$((retry_left - 1))
    [ "$retry_left" -gt 0 ] || return 1
    sleep 1
  done
}

id=$(entry id)
if [ -n "$id" ] && [ "$(entry learner)" = false ]; then
  if connected "$id"; then
    die "$name" 'a member that is up and connected' 'one that is lost; stop its etcd.service first'
  fi
  # Soon after a restart etcd answers "unhealthy cluster" although all is well.
  retry 30 etcdctl_as root member remove "$id" || die "removing $name" "$retry_says" 'removed'
  log "$name ($id) removed"
  id=
fi
if [ -z "$id" ]; then
  retry 30 etcdctl_as root member add "$name" --learner --peer-urls="$url" ||
    die "adding $name" "$retry_says" 'added'
  id=$(entry id)
  log "$name ($id) added as a learner; waiting for its machine"
fi
if [ "$(entry learner)" = true ]; then
  promote() {
    check_leader && etcdctl_as root member promote "$id"
  }
  # Until it has started and caught up, etcd refuses to let it vote.
  retry "${replace_seconds:-900}" promote ||
    die "promoting $name" "$retry_says" 'a learner that has caught up; run this again'
  log "$name ($id) promoted"
fi
retry 60 connected "$id" || die "$name" 'not connected' 'connected'
healthy || die 'this member' 'not healthy' 'healthy'
log "$name is a voting member again; members connected to this one: $(active_peers) of $((member_count - 1))"
