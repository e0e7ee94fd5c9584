#!/bin/sh
# Approves pending serving certificates of kubelets whose name and address are those of a running
# instance of this cluster, as EC2 tells them, and denies every other one.
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
instances=$HC_SCRATCH_FILE
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
"$HC_LIB/evaluate-serving-certificates" pending "$requests" >"$decisions"
[ -s "$decisions" ] || exit 0

# Instances of this cluster only; their names and addresses can't be chosen by who runs on them.
ec2=$(aws_endpoint ec2 ec2)
aws_request ec2 "$instances" 'EC2 DescribeInstances' <<EOF
url = "$ec2/"
request = "POST"
header = "content-type: application/x-www-form-urlencoded"
data = "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag%3Ahardened-cluster%3Acluster&Filter.1.Value.1=$HC_CLUSTER&Filter.2.Name=instance-state-name&Filter.2.Value.1=running"
EOF
"$HC_LIB/evaluate-serving-certificates" evaluate "$requests" "$instances" >"$decisions"
while read -r verdict name reason; do
  case $verdict in
    approve) kubectl_approver certificate approve "$name" >/dev/null ;;
    deny) kubectl_approver certificate deny "$name" >/dev/null ;;
  esac || die "request $name" 'not decided' "$verdict"
  log "$verdict $name: $reason"
done <"$decisions"
