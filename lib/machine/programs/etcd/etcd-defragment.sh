#!/bin/sh
# etcd-defragment [--compact]: gives the space of compacted history back to the file system, and lifts
# the space alarm once the database is below its quota again. A member serves nothing while it does so:
# the timers of the members are staggered, and one that is needed for the quorum waits a day.
#
#   --compact   discards all history first, for a database that is over its quota. Clients that watch
#               from an older revision list again.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"

case ${1:-} in
  '' | --compact) ;;
  *) die 'arguments' "'$*'" '--compact, or none' ;;
esac
wait_healthy 30 || die 'this member' 'not healthy' 'a member of a quorum'
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

if [ "${1:-}" = --compact ]; then
  revision=$(status_field revision)
  # Another member may have done it already.
  said=$(etcdctl_as root compaction "$revision" --physical 2>&1) ||
    case $said in
      *'has been compacted'*) ;;
      *) die 'compaction' "$said" 'done' ;;
    esac
  log "history before revision $revision discarded"
fi

before=$(status_field dbSize)
command_timeout=600s etcdctl_as root defrag >/dev/null || die 'defragmentation' 'not done' 'done'
wait_healthy 60 || die 'this member' 'not healthy after it' 'healthy'
after=$(status_field dbSize)
log "defragmented: $before bytes before, $after after"

raised=$(alarms)
[ -n "$raised" ] || exit 0
if printf '%s\n' "$raised" | grep -qv ' NOSPACE$'; then
  # Disarming lifts all alarms: one that says that data is corrupt is for a person.
  alert etcd-alarm "kinds=$(printf '%s\n' "$raised" | cut -d ' ' -f 2 | sort -u | tr '\n' ',' | sed 's/,$//')"
  die 'alarms' "$(printf '%s\n' "$raised" | tr '\n' ';')" 'none, or the space alarm alone; nothing is lifted'
fi
quota=$(quota_bytes)
compact="\"sudo $HC_LIB/etcd-defragment --compact\" on each member"
[ "$after" -lt "$quota" ] ||
  die 'the space alarm' "$after bytes of a quota of $quota, so it stays" "less: $compact"
# For all members: one that is still over its quota raises it again at the next write.
etcdctl_as root alarm disarm >/dev/null || die 'the space alarm' 'not lifted' 'lifted'
log "the space alarm is lifted: $after bytes of a quota of $quota"
[ "$((after / 4))" -lt "$((quota / 5))" ] || log "it will be raised again soon, unless history goes: $compact"
