#!/bin/sh
# Fetches the bundle that user-data names, verifies it and unpacks it beside the system. Nothing of
# it is in use before `boot`, which comes out of the verified bundle, puts it in place.
set -eu
# shellcheck source=lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine

bundles=$HC_STATE/bundles
bundle=$bundles/$HC_BUNDLE_SHA256
if [ ! -e "$bundle" ]; then
  mkdir -p "$bundles"
  rm -rf "$bundles/new" "$bundles/new.tar"
  s3_get "$HC_BUNDLE_KEY" "$bundles/new.tar"
  verify_checksum sha256 "$HC_BUNDLE_SHA256" "$bundles/new.tar"
  (umask 077 && mkdir "$bundles/new")
  tar -xf "$bundles/new.tar" -C "$bundles/new" --no-same-owner --no-same-permissions ||
    die "$bundles" 'not unpacked' 'free space'
  rm -f "$bundles/new.tar"
  mv "$bundles/new" "$bundle"
  log "unpacked bundle $HC_BUNDLE_SHA256"
fi
exec "$bundle/usr/local/lib/hardened-cluster/boot"
