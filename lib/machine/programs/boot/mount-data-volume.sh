#!/bin/sh
# Finds the data volume by its id, makes a file system only on a volume that is empty, and mounts it.
set -eu
# shellcheck source=lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
tab=$(printf '\t')
HC_PLAN=${HC_PLAN:-$HC_ETC/boot}
[ -s "$HC_PLAN/data-volume" ] || exit 0
IFS=$tab read -r mount_path owner mode <"$HC_PLAN/data-volume"

case ${HC_DATA_VOLUME_ID:-} in
  vol-*[!0-9a-f]* | vol- | '') die 'HC_DATA_VOLUME_ID' "${HC_DATA_VOLUME_ID:-nothing}" 'the id of a volume' ;;
  vol-*) ;;
  *) die 'HC_DATA_VOLUME_ID' "$HC_DATA_VOLUME_ID" 'the id of a volume' ;;
esac
# EBS gives a volume's id without its hyphen as the serial number of the NVMe device.
device=$HC_ROOT/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol${HC_DATA_VOLUME_ID#vol-}

# An etcd machine starts before its volume is attached.
wait_for "${HC_VOLUME_WAIT_SECONDS:-600}" "$device" 'no such device' "volume $HC_DATA_VOLUME_ID attached" \
  test -b "$device"

# blkid answers 2 for a device on which it finds nothing at all. Any other answer, a damaged file
# system or partition table included, means data: then nothing is ever written to the device.
found=0
type=$(blkid -p -o value -s TYPE "$device") || found=$?
case $found in
  0) [ "$type" = ext4 ] || die "$device" "content of type ${type:-unknown}" 'ext4, or an empty volume' ;;
  2)
    # A wiped header may hide data behind it: only zeroes are empty.
    if [ -n "$(head -c 67108864 "$device" | tr -d '\000' | head -c 1 | od -An -c)" ]; then
      die "$device" 'data without a known file system' 'ext4, or an empty volume'
    fi
    log "making a file system on the empty volume $HC_DATA_VOLUME_ID"
    mkfs.ext4 -q -m 1 -E lazy_itable_init=0,lazy_journal_init=0 -L hc-data "$device" ||
      die "$device" 'no file system made' 'ext4'
    ;;
  *) die "$device" "an unclear content (blkid: $found)" 'ext4, or an empty volume' ;;
esac

# A unit of systemd's, so that services can require it; it comes back by itself at the next start.
unit=$(systemd-escape --path --suffix=mount "$mount_path")
scratch_file
cat >"$HC_SCRATCH_FILE" <<EOF
[Unit]
Description=Data volume $HC_DATA_VOLUME_ID

[Mount]
What=${device#"$HC_ROOT"}
Where=$mount_path
Type=ext4
Options=noatime,nodev,nosuid,noexec

[Install]
WantedBy=multi-user.target
EOF
place_file "$HC_SCRATCH_FILE" "$HC_ROOT/etc/systemd/system/$unit" 0644 root:root
if ! mountpoint -q "$HC_ROOT$mount_path"; then
  # Without its volume the folder belongs to user nobody: no service can write to the root disk by mistake.
  mkdir -p "$HC_ROOT$mount_path"
  chown 0:0 "$HC_ROOT$mount_path"
  chmod 0000 "$HC_ROOT$mount_path"
fi
systemctl daemon-reload
systemctl enable --quiet "$unit"
systemctl start "$unit" || die "$mount_path" 'not mounted' "volume $HC_DATA_VOLUME_ID mounted"
mountpoint -q "$HC_ROOT$mount_path" || die "$mount_path" 'no mount point' "volume $HC_DATA_VOLUME_ID mounted"
ids=$(owner_ids "$owner") || exit $?
chown "$ids" "$HC_ROOT$mount_path"
chmod "$mode" "$HC_ROOT$mount_path"
