#!/bin/sh
# Makes this machine a member of the control plane. No machine is the first: each has the same
# CAs, so each runs the same kubeadm phases. The scheduler comes last, after the manifests,
# so that no pod runs anywhere before the policies hold. A second run changes nothing.
set -eu
# shellcheck source=../boot/lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
kubernetes=$HC_ROOT/etc/kubernetes
wait_seconds=${HC_WAIT_SECONDS:-600}

phase() {
  kubeadm ${HC_ROOT:+--rootfs="$HC_ROOT"} init phase "$@" --config /etc/kubernetes/kubeadm.yaml >&2 ||
    die "kubeadm init phase $1 ${2:-}" 'an error' 'success'
}

api_server_is_ready() {
  printf 'GET /readyz HTTP/1.1\r\n\r\n' | "$HC_LIB/answer-probe" | head -n 1 | grep -q ' 200 '
}

mkdir -p "$HC_ROOT/var/log/kubernetes/audit" "$kubernetes/manifests"
chmod 0700 "$HC_ROOT/var/log/kubernetes/audit" "$kubernetes/manifests"
"$HC_LIB/write-encryption-config"
# kubeadm leaves the public half alone where the key is there already.
scratch_file
openssl pkey -in "$kubernetes/pki/sa.key" -pubout -out "$HC_SCRATCH_FILE" ||
  die "$kubernetes/pki/sa.key" 'no private key' 'the key that signs service-account tokens'
place_file "$HC_SCRATCH_FILE" "$kubernetes/pki/sa.pub" 0600 root:root
phase certs all
# Certificates are no secret, but no other user on this machine needs them (CIS 1.1.20).
find "$kubernetes/pki" -type f -exec chmod 0600 {} +
phase kubeconfig controller-manager
phase kubeconfig scheduler
phase kubeconfig kubelet
"$HC_LIB/issue-probe-credential"
# The API server is root without capabilities: it reads files of root, and no other user's.
webhook=$HC_ROOT/run/aws-iam-authenticator/kubeconfig.yaml
wait_for "$wait_seconds" 'aws-iam-authenticator' 'no kubeconfig' "$webhook" test -s "$webhook"
place_file "$webhook" "$kubernetes/aws-iam-authenticator/kubeconfig.yaml" 0600 root:root
phase control-plane apiserver
phase control-plane controller-manager
systemctl start kubelet.service
wait_for "$wait_seconds" 'API server' 'no answer' 'a ready one' api_server_is_ready
"$HC_LIB/apply-manifests" --addons
phase control-plane scheduler
say 'done'
