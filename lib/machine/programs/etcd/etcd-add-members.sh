#!/bin/sh
# Adds every member that the parameter store names and etcd lacks as a learner: this is how a tier grows.
# Removes no member. The machine of the new member needs nothing: its etcd.service waits for this. A timer
# runs it on every member; the one that leads acts, and completes what another was cut off from.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"

healthy && [ "$(leader_name)" = "$member_name" ] || exit 0
members=$(planned_members) || die 'the members' 'not known' 'what the parameter store says of them'

printf '%s\n' "$members" | while read -r name url; do
  learner=$(entry "$url" learner) || die 'this member' 'no answer' 'the members of etcd'
  [ "$learner" != false ] || continue
  take_in "$name" "$url" </dev/null
  log "$name is a voting member; etcd has $(member_count) now"
done
