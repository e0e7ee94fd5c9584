#!/bin/sh
# Renews what kubeadm issued on this machine 60 days before it ends. The API server and the probe read
# renewed files by themselves; the controller manager and the scheduler are restarted for theirs.
set -eu
# shellcheck source=../boot/lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
kubernetes=$HC_ROOT/etc/kubernetes
sixty_days=5184000

renew() {
  kubeadm ${HC_ROOT:+--rootfs="$HC_ROOT"} certs renew "$1" --config /etc/kubernetes/kubeadm.yaml >&2 ||
    die "certificate $1" 'not renewed' 'a new certificate'
  log "renewed $1"
}

# ends_soon FILE: whether the first certificate in it has less than 60 days to live.
ends_soon() {
  ! openssl x509 -in "$1" -noout -checkend "$sixty_days" >/dev/null 2>&1
}

# belong_together CERTIFICATE KEY: a renewal that was killed between its two files leaves a pair that
# does not; its certificate is new, so its date tells nothing.
belong_together() {
  certified=$(openssl x509 -in "$1" -noout -pubkey 2>/dev/null) || return 1
  held=$(openssl pkey -in "$2" -pubout 2>/dev/null) || return 1
  [ "$certified" = "$held" ]
}

# Takes a static pod away until the kubelet has stopped it, then puts it back.
restart_static_pod() {
  manifest=$kubernetes/manifests/$1.yaml
  [ -e "$manifest" ] || return 0
  mv "$manifest" "$kubernetes/$1.yaml.paused"
  sleep "${HC_PAUSE_SECONDS:-30}"
  mv "$kubernetes/$1.yaml.paused" "$manifest"
}

for pair in apiserver:apiserver apiserver-kubelet-client:apiserver-kubelet-client front-proxy-client:front-proxy-client; do
  if ends_soon "$kubernetes/pki/${pair#*:}.crt" ||
    ! belong_together "$kubernetes/pki/${pair#*:}.crt" "$kubernetes/pki/${pair#*:}.key"; then
    renew "${pair%:*}"
  fi
done
"$HC_LIB/issue-probe-credential"
for program in controller-manager scheduler; do
  # A run that was killed left the manifest aside.
  if [ -e "$kubernetes/kube-$program.yaml.paused" ]; then
    mv "$kubernetes/kube-$program.yaml.paused" "$kubernetes/manifests/kube-$program.yaml"
  fi
  scratch_file
  sed -n 's/^ *client-certificate-data: //p' "$kubernetes/$program.conf" | base64 -d >"$HC_SCRATCH_FILE"
  # The mark outlives a run that was killed after it renewed and before it restarted.
  if ends_soon "$HC_SCRATCH_FILE"; then
    : >"$HC_STATE/restart-$program"
    renew "$program.conf"
  fi
  if [ -e "$HC_STATE/restart-$program" ]; then
    restart_static_pod "kube-$program"
    rm -f "$HC_STATE/restart-$program"
  fi
done
