#!/bin/sh
# Takes a snapshot, proves that it can be restored and uploads it. Every member runs this, and the
# first follower that finds the last snapshot old enough does the work.
# shellcheck disable=SC2154 # what member.env sets
set -eu
# shellcheck source=etcd-lib.sh
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/etcd-lib.sh"
snapshots=$volume/snapshots

load_machine
wait_healthy 30 || die 'this member' 'not healthy' 'a member of a quorum without alarms'
if [ "$(status_field isLearner)" = true ]; then
  log 'nothing to do: a learner takes no snapshots'
  exit
fi

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
if [ "${1:-}" != --now ]; then
  if [ "$age" -ge 0 ] && [ "$age" -lt $((backup_interval_minutes * 54)) ]; then
    log "nothing to do: the last snapshot is $age s old"
    exit
  fi
  # The leader has enough to do, unless nobody else has done it for long.
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
trap 'rm -rf "$snapshots" "${HC_SCRATCH:-}"' EXIT
file=$snapshots/snapshot.db

# The snapshot and its trial restore lie beside the database for a while; 64 MiB are a new log file.
needed=$(($(status_field dbSize) * 2 / 1024 + 131072))
free=$(free_kibibytes "$snapshots")
[ "$free" -ge "$needed" ] || die "$snapshots" "$free KiB free" "at least $needed KiB"

command_timeout=600s
etcdctl_as backup snapshot save "$file" >/dev/null ||
  die 'snapshot' 'not taken' 'a whole snapshot of this member'

# verify_snapshot: its own checksum, its structure and a restore to the side.
revision=$(etcdutl snapshot status "$file" --write-out=json | python3 -I -c '
import json, sys
print(json.load(sys.stdin)["revision"])') ||
  die "$file" 'a snapshot that etcdutl cannot read' 'a whole snapshot'
etcdutl snapshot restore "$file" --data-dir="$snapshots/trial" >/dev/null 2>&1 ||
  die "$file" 'a snapshot that cannot be restored' 'a whole snapshot'
restored=$(etcdutl snapshot status "$snapshots/trial/member/snap/db" --write-out=json |
  python3 -I -c 'import json, sys; print(json.load(sys.stdin)["revision"])')
[ "$restored" = "$revision" ] || die "$file" "revision $restored after a restore" "$revision"
rm -rf "$snapshots/trial"

key=$snapshot_prefix/$tier/$(date -u -d "@$now" +%Y%m%dT%H%M%SZ)-$member_name.db
description=$snapshots/description
cat >"$description" <<END
key=$key
sha256=$(sha256sum <"$file" | cut -d ' ' -f 1)
bytes=$(wc -c <"$file")
revision=$revision
taken=$now
member=$member_name
END
s3_put "$file" "$key"
s3_put "$description" "$key.txt"
s3_put "$description" "$snapshot_prefix/latest"
log "snapshot uploaded to $key: revision $revision, $(wc -c <"$file") bytes, restored once to the side"
