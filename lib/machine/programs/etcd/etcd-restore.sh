#!/bin/sh
# Rebuilds this member from a snapshot; all members have to do the same. `etcd-restore-cluster` of the
# project does so for the whole tier by one command.
#
#   etcd-restore plan [KEY]           print `KEY REVISION`: the snapshot (the last one without KEY), and the
#                                     revision that this restore begins with. All members are given the same
#   etcd-restore fetch KEY REVISION   fetch the snapshot, verify it and restore it to the side; etcd goes on
#                                     and nothing of it is changed
#   etcd-restore install              stop etcd, set the old data aside, put the restored data in its place
#   etcd-restore start                start etcd, check users and authentication, print the verdict
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"
folder=$volume/restore
file=$folder/snapshot.db
description=$folder/description
restored=$folder/data

field() {
  sed -n "s/^$1=\([A-Za-z0-9._/:-]*\)$/\1/p" "$description"
}

verify() {
  checksum=$(sha256sum <"$file" | cut -d ' ' -f 1)
  [ "$checksum" = "$(field sha256)" ] || die "$(field key)" "SHA-256 $checksum" "$(field sha256)"
  revision=$(etcdutl snapshot status "$file" --write-out=json 2>/dev/null | python3 -I -c '
import json, sys
print(json.load(sys.stdin)["revision"])' 2>/dev/null) ||
    die "$(field key)" 'a snapshot that etcdutl cannot read' 'a whole snapshot'
  [ "$revision" = "$(field revision)" ] ||
    die "$(field key)" "revision $revision" "$(field revision)"
}

# higher NUMBER: when the revision to begin with is not above that one, it goes far beyond it: more than
# any cluster writes in half a year.
higher() {
  [ "${1:-0}" -lt "$begin" ] || begin=$(($1 + 1000000000000))
}

# Sets `begin`, the revision that a restore begins with: never one that was given out before, by this
# cluster or after another restore of the same snapshot. It is the time in microseconds, because no
# cluster writes a million times a second; a clock that went back is corrected by what is known.
next_revision() {
  begin=$(($(date +%s) * 1000000))
  higher "$(field revision)"
  higher "$(status_field revision 2>/dev/null || true)"
  scratch_file
  if complaint=$(s3_get "$restored_key" "$HC_SCRATCH_FILE" 2>&1); then
    higher "$(sed -n 's/^revision=\([0-9]*\)$/\1/p' "$HC_SCRATCH_FILE")"
  else
    case $complaint in
      *'HTTP 404'*) ;;
      *) die "$restored_key" "$complaint" 'the last restore, or none yet' ;;
    esac
  fi
  printf 'revision=%s\n' "$begin" >"$HC_SCRATCH_FILE"
  s3_put "$HC_SCRATCH_FILE" "$restored_key"
}

# A token of its own, which the cluster's identity is made of, keeps members of the old cluster out, and
# those of another restore. Clients that watch from before are told that it was compacted.
restore_aside() {
  initial_cluster=$(planned_cluster) ||
    die 'the members' 'not known' 'what the parameter store says of them'
  etcdutl snapshot restore "$file" --data-dir="$restored" --name="$member_name" \
    --initial-cluster="$initial_cluster" --initial-advertise-peer-urls="$member_peer_url" \
    --initial-cluster-token="$cluster_token-$begin" \
    --bump-revision="$((begin - revision))" --mark-compacted >/dev/null 2>&1 ||
    die "$(field key)" 'a snapshot that cannot be restored' 'a whole snapshot'
  chown -R "$(owner_ids etcd:etcd)" "$restored"
  chmod 0700 "$restored"
}

case ${1:-} in
  plan)
    load_machine
    scratch_file
    description=$HC_SCRATCH_FILE
    if [ -n "${2:-}" ]; then
      s3_get "$2.txt" "$description"
    else
      s3_get "$snapshot_prefix/latest" "$description"
    fi
    next_revision
    printf '%s %s\n' "$(field key)" "$begin"
    ;;
  fetch)
    begin=${3:-}
    case $begin in
      '' | *[!0-9]*) die 'arguments' "'$*'" 'fetch KEY REVISION, both as "etcd-restore plan" printed them' ;;
    esac
    load_machine
    rm -rf "$folder"
    mkdir -m 0700 "$folder"
    # What is not verified takes no room.
    unverified=$folder
    # shellcheck disable=SC2016 # for the end
    at_exit 'rm -rf ${unverified:+"$unverified"}'
    s3_get "$2.txt" "$description"
    [ "$begin" -gt "$(field revision)" ] ||
      die 'revision' "$begin" "one above that of the snapshot, $(field revision)"
    needed=$(($(field bytes) * 2 / 1024 + 131072))
    free=$(free_kibibytes "$folder")
    [ "$free" -ge "$needed" ] || die "$volume" "$free KiB free" "at least $needed KiB"
    s3_get "$(field key)" "$file"
    verify
    restore_aside
    rm -f "$file"
    printf 'begin=%s\n' "$begin" >>"$description"
    # shellcheck disable=SC2034 # for the end
    unverified=
    log "verified $(field key): revision $revision, restored to the side as revision $begin"
    ;;
  install)
    [ -d "$restored/member" ] ||
      die "$restored" 'no restored data' 'what "etcd-restore fetch" has verified'
    systemctl stop etcd.service
    # An empty one is made by each start.
    if ! rmdir "$data" 2>/dev/null && [ -e "$data" ]; then
      aside=$volume/data.before-$(date -u +%Y%m%dT%H%M%SZ)
      mv "$data" "$aside"
      log "the old data is in $aside"
    fi
    mv "$restored" "$data"
    log "restored from $(field key)"
    ;;
  start)
    systemctl reset-failed etcd.service etcd-access-control.service 2>/dev/null || true
    systemctl start etcd.service
    wait_healthy 120 || die 'this member' 'no quorum' 'all members restored and started'
    systemctl restart etcd-access-control.service ||
      die 'etcd-access-control.service' 'failed' 'authentication on, users and roles as planned'
    # Restored data that was put in place by hand has no folder.
    if [ -e "$description" ] && [ "$(status_field revision)" -lt "$(field begin)" ]; then
      die 'revision' "$(status_field revision)" "at least $(field begin), which no client has seen"
    fi
    rm -rf "$folder"
    log "verdict: $member_name serves, revision $(status_field revision), authentication on, users and roles as planned"
    ;;
  *) die 'arguments' "'$*'" 'plan [KEY], fetch KEY REVISION, install or start' ;;
esac
