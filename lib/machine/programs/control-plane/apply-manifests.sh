#!/bin/sh
# Applies the manifests of the cluster's bucket by server-side apply and removes what is no longer
# among them. As a timer it does so when they changed, and once a day against drift.
#
#   apply-manifests              when there is something to do
#   apply-manifests --addons     always, and the add-ons of kubeadm and the node's role as well; a
#                                refused file of a user's namespace is reported and keeps nothing up
set -eu
# shellcheck source=../boot/lib.sh disable=SC1091
. "${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
server=${HC_API_SERVER:-https://127.0.0.1:6443}
exec 9>"$HC_RUN/apply-manifests.lock"
flock -w 600 9 || die 'apply-manifests' 'another run' 'one at a time'

# A credential of one hour of its own: only what applies RBAC has to be above it.
scratch_file
kubeconfig=$HC_SCRATCH_FILE
issue_credential() {
  kubeadm ${HC_ROOT:+--rootfs="$HC_ROOT"} kubeconfig user --config /etc/kubernetes/kubeadm.yaml \
    --client-name hardened-cluster:apply-manifests --org system:masters \
    --validity-period 1h >"$kubeconfig" 2>/dev/null ||
    die 'credential' 'not issued' 'a certificate of one hour'
  # To the API server of this machine, whatever the load balancer thinks of it.
  sed -i "s|^\( *server: \).*|\1$server|" "$kubeconfig"
}

kubectl_admin() {
  kubectl --kubeconfig "$kubeconfig" --request-timeout=60s "$@"
}

kubectl_quietly() {
  kubectl_admin "$@" >/dev/null 2>&1
}

# Files as the index names them, each verified; the index by its checksum in the parameter store,
# which whoever writes to the bucket can't change.
fetch_manifests() {
  scratch_file
  expected=$HC_SCRATCH_FILE
  ssm_get control-plane/manifests-sha256 "$expected" </dev/null
  scratch_file
  index=$HC_SCRATCH_FILE
  s3_get manifests/SHA256SUMS "$index" </dev/null
  verify_checksum sha256 "$(cat "$expected")" "$index"
  folder=$HC_SCRATCH/manifests
  mkdir "$folder"
  while read -r checksum name; do
    case $name in
      '' | .* | *[!a-z0-9.-]*) die 'manifests/SHA256SUMS' "name '$name'" 'such as 10-namespaces.yaml' ;;
    esac
    s3_get "manifests/$name" "$folder/$name" </dev/null
    verify_checksum sha256 "$checksum" "$folder/$name"
  done <"$index"
  [ -s "$index" ] || die 'manifests/SHA256SUMS' 'an empty index' 'one line a file'
}

is_up_to_date() {
  cmp -s "$index" "$HC_STATE/manifests-applied" &&
    [ -n "$(find "$HC_STATE/manifests-applied" -mmin -1440)" ]
}

# apply_definitions FILE: custom resource definitions, until they are served.
apply_definitions() {
  kubectl_admin apply --server-side --force-conflicts --field-manager=hardened-cluster \
    -f "$1" >&2 || die "$1" 'not applied' 'definitions that the API server takes'
  kubectl_admin wait --for=condition=Established --timeout=60s -f "$1" >/dev/null ||
    die "$1" 'not established' 'served definitions'
}

# apply_manifests MODE: --addons goes on without refused files of users' namespaces.
apply_manifests() {
  kubectl_admin apply --server-side --force-conflicts --field-manager=hardened-cluster \
    -f "$HC_ETC/node-bindings.yaml" >&2 ||
    die 'node-bindings.yaml' 'not applied' 'bindings that the API server takes'
  apply_definitions "$HC_ROOT/usr/local/share/hardened-cluster/calico-crds.yaml"
  apply_definitions "$HC_ETC/apply-set-definition.yaml"
  # Made once: kubectl keeps account in its annotations.
  kubectl_admin get applysets.hardened-cluster.internal manifests >/dev/null 2>&1 ||
    kubectl_admin create -f "$HC_ETC/apply-set.yaml" >&2 ||
    kubectl_admin get applysets.hardened-cluster.internal manifests >/dev/null ||
    die 'apply set' 'no parent' 'an ApplySet named manifests'
  # What is refused half-way is not up to date, nor are the manifests that it replaced.
  rm -f "$HC_STATE/manifests-applied"
  # A second and third try: what one file defines may be used by another before it is served.
  for try in 1 2 3; do
    if KUBECTL_APPLYSET=true kubectl_admin apply --server-side --force-conflicts \
      --field-manager=hardened-cluster --validate=strict --prune \
      --applyset=applysets.hardened-cluster.internal/manifests -f "$folder" >&2; then
      cp "$index" "$HC_STATE/manifests-applied"
      return 0
    fi
    log "attempt $try to apply the manifests failed"
    sleep "${HC_PAUSE_SECONDS:-5}"
  done
  # kubectl has applied every other object by now, and pruned none.
  report_refused
  case $refused in
    # Up to 59 the cluster's own: without its policies no pod may be scheduled.
    '' | *' '[0-5]*) die 'manifests' "not applied:${refused:- for another reason}" 'manifests that the API server takes' ;;
  esac
  [ "$1" = --addons ] || die 'manifests' "not applied:$refused" 'manifests that the API server takes'
}

# Names each file that the API server refuses, and why.
report_refused() {
  refused=''
  scratch_file
  reason=$HC_SCRATCH_FILE
  for file in "$folder"/*.yaml; do
    kubectl_admin apply --server-side --force-conflicts --field-manager=hardened-cluster \
      --validate=strict --dry-run=server -f "$file" >/dev/null 2>"$reason" && continue
    say "error: manifests/${file##*/}: not applied: $(tr '\n' ' ' <"$reason")"
    refused="$refused ${file##*/}"
  done
}

apply_addons() {
  for addon in kube-proxy coredns; do
    kubeadm ${HC_ROOT:+--rootfs="$HC_ROOT"} init phase addon "$addon" \
      --config /etc/kubernetes/kubeadm.yaml --kubeconfig "${kubeconfig#"$HC_ROOT"}" >&2 ||
      die "add-on $addon" 'not applied' 'an applied add-on'
  done
}

# The kubelet may not give itself this label.
mark_node() {
  node=$(sed -n 's/^  name: //p' "$HC_ROOT/etc/kubernetes/kubeadm.yaml" | head -n 1 | tr -d '"')
  wait_for "${HC_WAIT_SECONDS:-600}" "node $node" 'not registered' 'a node' \
    kubectl_quietly get node "$node"
  kubectl_admin label --overwrite node "$node" node-role.kubernetes.io/control-plane= >&2
}

fetch_manifests
if [ "${1:-}" = --addons ]; then
  issue_credential
  apply_manifests --addons
  apply_addons
  mark_node
elif is_up_to_date; then
  log 'nothing changed'
else
  issue_credential
  apply_manifests --changed
fi
