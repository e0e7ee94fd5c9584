#!/bin/sh
# Issues the probe's own credential, which may read health and metrics and nothing else, for a year;
# renewed 60 days before it expires. The probe reads it each time it asks.
set -eu
# shellcheck source=../boot/lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
folder=$HC_ROOT/etc/kubernetes/probe

if [ -s "$folder/client.crt" ] && [ -s "$folder/client.key" ] &&
  openssl x509 -in "$folder/client.crt" -noout -checkend 5184000 >/dev/null; then
  exit 0
fi
scratch_file
kubeconfig=$HC_SCRATCH_FILE
kubeadm ${HC_ROOT:+--rootfs="$HC_ROOT"} kubeconfig user --config /etc/kubernetes/kubeadm.yaml \
  --client-name hardened-cluster:probe --org system:monitoring \
  --validity-period 8760h >"$kubeconfig" 2>/dev/null ||
  die 'probe credential' 'not issued' 'a certificate'
mkdir -p "$folder"
chmod 0700 "$folder"
# The certificate last: while it is the old one, an interrupted run is repeated.
for part in key:key certificate:crt; do
  scratch_file
  sed -n "s/^ *client-${part%:*}-data: //p" "$kubeconfig" | base64 -d >"$HC_SCRATCH_FILE"
  place_file "$HC_SCRATCH_FILE" "$folder/client.${part#*:}" 0600 root:root
done
log 'issued'
