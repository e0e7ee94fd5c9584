#!/bin/sh
# Takes a snapshot, proves that it can be restored and uploads it. Every member runs this, and the
# first follower that finds the last snapshot old enough does the work.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"
snapshots=$volume/snapshots

load_machine
wait_healthy 30 || die 'this member' 'not healthy' 'a member of a quorum'
if [ "$(status_field isLearner)" = true ]; then
  log 'nothing to do: a learner takes no snapshots'
  exit
fi

database=$(status_field dbSize)
quota=$(quota_bytes)
[ "$((database / 4))" -lt "$((quota / 5))" ] || alert etcd-quota "bytes=$database quota=$quota"

# The description of the last snapshot: key, sha256, taken and so on, one NAME=VALUE a line.
scratch_file
latest=$HC_SCRATCH_FILE
if ! complaint=$(s3_get "$snapshot_prefix/latest" "$latest" 2>&1); then
  case $complaint in
    *'HTTP 404'*) : >"$latest" ;;
    *) die "$snapshot_prefix/latest" "$complaint" 'the last snapshot, or none yet' ;;
  esac
fi
taken=$(sed -n 's/^taken=\([0-9]*\)$/\1/p' "$latest")
taken=${taken:-0}
now=$(date +%s)
age=$((now - taken))
[ "$taken" -eq 0 ] || [ "$age" -lt $((backup_interval_minutes * 120)) ] ||
  alert etcd-snapshot-missing "age_seconds=$age"
if [ "${1:-}" != --now ]; then
  if [ "$age" -ge 0 ] && [ "$age" -lt $((backup_interval_minutes * 54)) ]; then
    log "nothing to do: the last snapshot is $age s old"
    exit
  fi
  # The leader has enough to do, unless no follower has done it for long.
  if [ "$(status_field leader)" = "$(status_field memberId)" ] &&
    { [ "$taken" -eq 0 ] || [ "$age" -lt $((backup_interval_minutes * 180)) ]; } &&
    [ "$(active_peers)" -gt 0 ]; then
    log 'nothing to do: this member is the leader, a follower takes the snapshot'
    exit
  fi
fi

# The first of a month, a week, a day: how long the bucket keeps it depends on the folder.
same() {
  [ "$(date -u -d "@$taken" "+$1")" = "$(date -u -d "@$now" "+$1")" ]
}
if ! same %Y-%m; then
  tier=monthly
elif ! same %G-%V; then
  tier=weekly
elif ! same %F; then
  tier=daily
else
  tier=hourly
fi

rm -rf "$snapshots"
mkdir -m 0700 "$snapshots"
# shellcheck disable=SC2016 # for the end
at_exit 'rm -rf "$snapshots"'
file=$snapshots/snapshot.db

# The snapshot and its trial restore lie beside the database for a while; 64 MiB are a new log file.
needed=$((database * 2 / 1024 + 131072))
free=$(free_kibibytes "$snapshots")
[ "$free" -ge "$needed" ] || die "$snapshots" "$free KiB free" "at least $needed KiB"

command_timeout=600s
etcdctl_as backup snapshot save "$file" >/dev/null ||
  die 'snapshot' 'not taken' 'a whole snapshot of this member'

# unusable GOT: a snapshot that fails its verification is not uploaded.
unusable() {
  alert etcd-snapshot-unverified "bytes=$(wc -c <"$file")"
  die "$file" "$1" 'a whole snapshot'
}

# Its own checksum, its structure and a restore to the side.
revision=$(etcdutl snapshot status "$file" --write-out=json | python3 -I -c '
import json, sys
print(json.load(sys.stdin)["revision"])') ||
  unusable 'a snapshot that etcdutl cannot read'
etcdutl snapshot restore "$file" --data-dir="$snapshots/trial" >/dev/null 2>&1 ||
  unusable 'a snapshot that cannot be restored'
restored=$(etcdutl snapshot status "$snapshots/trial/member/snap/db" --write-out=json |
  python3 -I -c 'import json, sys; print(json.load(sys.stdin)["revision"])')
[ "$restored" = "$revision" ] || unusable "revision $restored after a restore, $revision before"
rm -rf "$snapshots/trial"

sha256=$(sha256sum <"$file" | cut -d ' ' -f 1)
key=$snapshot_prefix/$tier/$(date -u -d "@$now" +%Y%m%dT%H%M%SZ)-$member_name.db
description=$snapshots/description
cat >"$description" <<END
key=$key
sha256=$sha256
bytes=$(wc -c <"$file")
revision=$revision
taken=$now
member=$member_name
END
"$HC_LIB/upload-object" "$file" "$key"
s3_put "$description" "$key.txt"
s3_put "$description" "$snapshot_prefix/latest"
log "snapshot uploaded to $key: revision $revision, $(wc -c <"$file") bytes, restored once to the side"
