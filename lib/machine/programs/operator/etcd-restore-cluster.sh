#!/bin/sh
# etcd-restore-cluster [--dry-run] [--snapshot KEY] MEMBER=ADDRESS...: rebuilds the whole etcd tier from a snapshot
# of the bucket, by default the last one. Run it where all members can be reached by SSH; stop the API
# servers first, they have to list everything again.
#
# Nothing is changed on any member before every member has fetched and verified the same snapshot. The
# old data stays on each volume, set aside. With --dry-run it ends there: every member has verified and
# restored the snapshot to the side, and etcd goes on as before.
#
# HC_REMOTE: the command that runs another one on an address, by default "ssh -o BatchMode=yes".
set -eu
remote=${HC_REMOTE:-ssh -o BatchMode=yes}
restore=/usr/local/lib/hardened-cluster/etcd-restore

fail() {
  printf 'verdict: not restored: %s\n' "$*" >&2
  exit 1
}

dry_run=no
snapshot=
while :; do
  case ${1:-} in
    --dry-run) dry_run=yes ;;
    --snapshot)
      snapshot=${2:?the key of a snapshot}
      shift
      ;;
    -*) fail "got '$1', expected --dry-run or --snapshot KEY" ;;
    *) break ;;
  esac
  shift
done
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

# The first member says which snapshot and which revision, so that all take the same.
first=${members%% *}
# shellcheck disable=SC2086 # no word without a snapshot
plan=$(on "${first#*=}" sudo "$restore" plan $snapshot) || fail "${first%%=*} can not say which snapshot"
snapshot=${plan% *}
revision=${plan##* }
printf 'snapshot: %s\nrevision to begin with: %s\n' "$snapshot" "$revision"
everywhere fetch "$snapshot" "$revision" || fail "nothing was changed; not verified on:$failed"
if [ "$dry_run" = yes ]; then
  printf 'verdict: dry run: %s members have verified %s; nothing was changed\n' "$#" "$snapshot"
  exit
fi
everywhere install || fail "the old data is on each volume, set aside; not installed on:$failed"
everywhere start || fail "restored, but not healthy on:$failed"
printf 'verdict: restored from %s: %s members serve, authentication on, users and roles as planned\n' \
  "$snapshot" "$#"
