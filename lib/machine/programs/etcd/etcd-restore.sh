#!/bin/sh
# Rebuilds this member from a snapshot; all members have to do the same. `etcd-restore-cluster` of the
# project does so for the whole tier by one command.
#
#   etcd-restore fetch [KEY]   fetch the snapshot (the last one without KEY), verify it and restore it to
#                              the side; etcd goes on and nothing of it is changed
#   etcd-restore install       stop etcd, set the old data aside, put the restored data in its place
#   etcd-restore start         start etcd, check users and authentication, print the verdict
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

# A token of its own keeps members of the old cluster out. Revisions go far ahead of all that clients
# have seen, so that their caches notice.
restore_aside() {
  initial_cluster=$(planned_cluster) ||
    die 'the members' 'not known' 'what the parameter store says of them'
  etcdutl snapshot restore "$file" --data-dir="$restored" --name="$member_name" \
    --initial-cluster="$initial_cluster" --initial-advertise-peer-urls="$member_peer_url" \
    --initial-cluster-token="$cluster_token-$(printf '%.12s' "$checksum")" \
    --bump-revision=1000000000 --mark-compacted >/dev/null 2>&1 ||
    die "$(field key)" 'a snapshot that cannot be restored' 'a whole snapshot'
  chown -R "$(owner_ids etcd:etcd)" "$restored"
  chmod 0700 "$restored"
}

case ${1:-} in
  fetch)
    load_machine
    rm -rf "$folder"
    mkdir -m 0700 "$folder"
    # What is not verified takes no room.
    trap 'rm -rf "$folder"' EXIT
    if [ -n "${2:-}" ]; then
      s3_get "$2.txt" "$description"
    else
      s3_get "$snapshot_prefix/latest" "$description"
    fi
    needed=$(($(field bytes) * 2 / 1024 + 131072))
    free=$(free_kibibytes "$folder")
    [ "$free" -ge "$needed" ] || die "$volume" "$free KiB free" "at least $needed KiB"
    s3_get "$(field key)" "$file"
    verify
    restore_aside
    trap - EXIT
    log "verified $(field key): revision $revision"
    printf '%s\n' "$(field key)"
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
    rm -rf "$folder"
    log "verdict: $member_name serves, revision $(status_field revision), authentication on, users and roles as planned"
    ;;
  *) die 'arguments' "'$*'" 'fetch [KEY], install or start' ;;
esac
