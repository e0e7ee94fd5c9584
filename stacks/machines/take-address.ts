/** Where the script lies on the machine. */
const script = '/usr/local/lib/hardened-cluster/take-address';

/**
 * What is appended to the user-data of a machine that takes a stable public address when it starts.
 *
 * The allocation is known to the stack alone, so that it comes by user-data and not in the bundle;
 * it is no secret. `lib.sh` is what the machine's user-data has put in place by then.
 */
export function renderTakeAddress(allocationId: string): string {
  if (!/^[a-zA-Z0-9-]+$/.test(allocationId)) {
    throw new Error(`allocationId: got "${allocationId}", expected an id such as "eipalloc-0123"`);
  }
  return [
    `cat >${script} <<'HC_END'`,
    takeAddressScript(allocationId).trimEnd(),
    'HC_END',
    `chmod 0755 ${script}`,
    "cat >/etc/systemd/system/hardened-cluster-address.service <<'HC_END'",
    unit.trimEnd(),
    'HC_END',
    'systemctl daemon-reload',
    'systemctl enable --now --no-block hardened-cluster-address.service',
    '',
  ].join('\n');
}

/** The script: associates the address with this machine, whichever had it before. Runs twice as well. */
export function takeAddressScript(allocationId: string): string {
  return `#!/bin/sh
set -eu
. "\${HC_ROOT:-}/usr/local/lib/hardened-cluster/lib.sh"
load_machine
instance=$(imds_get meta-data/instance-id) ||
  die 'instance metadata' 'no instance id' 'one'
case $instance in
  i-*[!a-z0-9-]* | '') die 'instance metadata' "$instance" 'an instance id' ;;
esac
url=$(aws_endpoint ec2 ec2)
scratch_file
aws_request ec2 "$HC_SCRATCH_FILE" 'EC2 AssociateAddress' <<EOF
url = "$url/"
request = "POST"
header = "content-type: application/x-www-form-urlencoded"
data = "Action=AssociateAddress&Version=2016-11-15&AllocationId=${allocationId}&InstanceId=$instance&AllowReassociation=true"
EOF
log "took address ${allocationId}"
`;
}

const unit = `[Unit]
Description=Stable public address of this machine
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${script}
Restart=on-failure
RestartSec=30

[Install]
WantedBy=multi-user.target
`;
