#!/bin/sh
# Fetches the bundle that user-data names, verifies it and unpacks it beside the system. Nothing of
# it is in use before `boot`, which comes out of the verified bundle, puts it in place. A bundle that
# is there already is verified like a new one: a loss of power may have emptied any of its files.
set -eu
# shellcheck source=lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
exec 9>"$HC_RUN/boot.lock"
flock -n 9 || die 'boot' 'another run' 'one at a time'

bundles=$HC_STATE/bundles
bundle=$bundles/$HC_BUNDLE_SHA256
boot=$bundle/usr/local/lib/hardened-cluster/boot
mkdir -p "$bundles"
if ! { echo "$HC_BUNDLE_SHA256  $bundle.tar" | sha256sum --check --status 2>/dev/null; }; then
  s3_get "$HC_BUNDLE_KEY" "$bundles/new.tar"
  verify_checksum sha256 "$HC_BUNDLE_SHA256" "$bundles/new.tar"
  mv -f "$bundles/new.tar" "$bundle.tar"
fi
if ! tar --compare -f "$bundle.tar" -C "$bundle" >/dev/null 2>&1; then
  rm -rf "$bundle" "$bundles/new"
  (umask 077 && mkdir "$bundles/new")
  tar -xf "$bundle.tar" -C "$bundles/new" --no-same-owner ||
    die "$bundles" 'not unpacked' 'free space'
  sync -f "$bundles"
  mv "$bundles/new" "$bundle"
  log "unpacked bundle $HC_BUNDLE_SHA256"
fi
[ -s "$boot" ] || die "$boot" 'nothing' 'a program'
exec "$boot"
