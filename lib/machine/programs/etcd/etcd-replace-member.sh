#!/bin/sh
# etcd-replace-member MEMBER: takes a member whose disk is lost out of the cluster and in again, as a
# learner that votes only when it has caught up. Can be run again when it was cut off. The machine itself
# needs nothing: its etcd.service waits for this.
#
# Runs on the leader: see until_done.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"

name=${1:-}
members=$(planned_members) || die 'the members' 'not known' 'what the parameter store says of them'
url=$(printf '%s\n' "$members" | awk -v name="$name" '$1 == name { print $2 }')
if [ -z "$url" ]; then
  die 'member' "'$name'" "one of $(printf '%s\n' "$members" | cut -d ' ' -f 1 | tr '\n' ' ')"
fi
[ "$name" != "$member_name" ] || die 'member' "$name, this one" 'another member: run it there'
wait_healthy 30 || die 'this member' 'not healthy' 'a member of a quorum'
leader=$(leader_name)
[ "$leader" = "$member_name" ] ||
  die 'this member' 'a follower' "the leader: run \"etcd-replace-member $name\" on $leader"

drop() {
  still=$(entry "$url" id) || return 1
  [ -z "$still" ] || etcdctl_as root member remove "$still"
}

id=$(entry "$url" id)
if [ -n "$id" ] && [ "$(entry "$url" learner)" = false ]; then
  if connected "$id"; then
    die "$name" 'a member that is up and connected' 'one that is lost; stop its etcd.service first'
  fi
  until_done 30 'a member that can be removed' drop
  log "$name ($id) removed"
fi
take_in "$name" "$url"
healthy || die 'this member' 'not healthy' 'healthy'
log "$name is a voting member again; members connected to this one: $(active_peers) of $(($(member_count) - 1))"
