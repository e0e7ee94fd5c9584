#!/bin/sh
# etcd-restore-cluster [--snapshot KEY] MEMBER=ADDRESS...: rebuilds the whole etcd tier from a snapshot
# of the bucket, by default the last one. Run it where all members can be reached by SSH; stop the API
# servers first, they have to read everything anew.
#
# Nothing is changed on any member before every member has fetched and verified the same snapshot. The
# old data stays on each volume, set aside.
#
# HC_REMOTE: the command that runs another one on an address, by default "ssh -o BatchMode=yes".
set -eu
remote=${HC_REMOTE:-ssh -o BatchMode=yes}
restore=/usr/local/lib/hardened-cluster/etcd-restore

fail() {
  printf 'verdict: not restored: %s\n' "$*" >&2
  exit 1
}

snapshot=
if [ "${1:-}" = --snapshot ]; then
  snapshot=${2:?the key of a snapshot}
  shift 2
fi
[ $# -gt 0 ] || fail 'got no members, expected MEMBER=ADDRESS for each of them'

# on ADDRESS COMMAND...: what follows are plain words.
on() {
  address=$1
  shift
  # shellcheck disable=SC2086,SC2029 # remote is several words
  $remote "$address" "$@" </dev/null
}

# everywhere STEP [ARGUMENT]: on all members at the same time. Output is given member by member.
everywhere() {
  scratch=$(mktemp -d)
  for pair in $members; do
    (
      status=0
      on "${pair#*=}" sudo "$restore" "$@" >"$scratch/${pair%%=*}" 2>&1 || status=$?
      printf '%s\n' "$status" >"$scratch/${pair%%=*}.status"
    ) &
  done
  wait
  failed=
  for pair in $members; do
    sed "s/^/${pair%%=*}: /" "$scratch/${pair%%=*}"
    [ "$(cat "$scratch/${pair%%=*}.status")" = 0 ] || failed="$failed ${pair%%=*}"
  done
  rm -rf "$scratch"
  [ -z "$failed" ]
}

members=$*
for pair in $members; do
  case $pair in
    ?*=?*) ;;
    *) fail "got '$pair', expected MEMBER=ADDRESS" ;;
  esac
done

# The first member says which snapshot it is, so that all take the same.
first=${members%% *}
if [ -z "$snapshot" ]; then
  snapshot=$(on "${first#*=}" sudo "$restore" fetch) || fail "${first%%=*} has not verified the last snapshot"
fi
printf 'snapshot: %s\n' "$snapshot"
everywhere fetch "$snapshot" || fail "nothing was changed; not verified on:$failed"
everywhere install || fail "the old data is on each volume, set aside; not installed on:$failed"
everywhere start || fail "restored, but not healthy on:$failed"
printf 'verdict: restored from %s: %s members serve, authentication on, users and roles as planned\n' \
  "$snapshot" "$#"
