#!/bin/sh
# Gives the space of compacted history back to the file system. A member serves nothing while it does
# so: the timers of the members are staggered, and one that is needed for the quorum waits a day.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"

wait_healthy 30 || die 'this member' 'not healthy' 'a member of a quorum without alarms'
others=$(member_count) || die 'this member' 'no answer' 'the members of etcd'
others=$((others - 1))
active=$(active_peers)
[ "$active" -ge "$others" ] || die 'connected members' "$active" "$others, so that this one is not missed"

if [ "$others" -gt 0 ] && [ "$(status_field leader)" = "$(status_field memberId)" ]; then
  # A leader that stands still stops every write: another one takes over first.
  successor=$(etcdctl_as root member list --write-out=json | python3 -I -c '
import json, sys
own = int(sys.argv[1])
voters = [m["ID"] for m in json.load(sys.stdin)["members"] if not m.get("isLearner") and m["ID"] != own]
print("%x" % voters[0])' "$(status_field memberId)")
  etcdctl_as root move-leader "$successor" >/dev/null || die 'leader' 'this member' "$successor"
  log "leadership given to $successor"
fi

before=$(status_field dbSize)
command_timeout=600s etcdctl_as root defrag >/dev/null || die 'defragmentation' 'not done' 'done'
wait_healthy 60 || die 'this member' 'not healthy after it' 'healthy'
log "defragmented: $before bytes before, $(status_field dbSize) after"
