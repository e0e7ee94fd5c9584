#!/bin/sh
# Approves pending serving certificates of kubelets whose name and address are the id and address of
# a running instance of this cluster, as EC2 lists them; denies what no node may ask for; leaves undecided what
# EC2 does not list yet.
set -eu
# shellcheck source=../boot/lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
server=${HC_API_SERVER:-https://127.0.0.1:6443}
scratch_file
kubeconfig=$HC_SCRATCH_FILE
scratch_file
requests=$HC_SCRATCH_FILE
scratch_file
decisions=$HC_SCRATCH_FILE

kubeadm ${HC_ROOT:+--rootfs="$HC_ROOT"} kubeconfig user --config /etc/kubernetes/kubeadm.yaml \
  --client-name hardened-cluster:certificate-approver --validity-period 1h \
  >"$kubeconfig" 2>/dev/null || die 'credential' 'not issued' 'a certificate of one hour'
sed -i "s|^\( *server: \).*|\1$server|" "$kubeconfig"
kubectl_approver() {
  kubectl --kubeconfig "$kubeconfig" --request-timeout=30s "$@"
}

kubectl_approver get certificatesigningrequests -o json >"$requests" ||
  die 'certificate requests' 'not listed' 'a list'
"$HC_LIB/evaluate-serving-certificates" "$requests" >"$decisions"
failed=
while read -r verdict name reason; do
  case $verdict in
    approve) kubectl_approver certificate approve "$name" >/dev/null ;;
    deny) kubectl_approver certificate deny "$name" >/dev/null ;;
  esac || {
    failed="$failed $name"
    continue
  }
  log "$verdict $name: $reason"
done <"$decisions"
[ -z "$failed" ] || die "requests$failed" 'not decided' 'a decision; the next run tries again'
