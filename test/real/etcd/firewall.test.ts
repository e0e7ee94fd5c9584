import { connect } from 'node:net';
import { planAddresses } from '../../../lib/network/address-plan';
import { waitHealthy, startEtcdTier, type EtcdTier } from '../../support/etcd/etcd-tier';
import { describeWithTools } from '../../support/tools';

/** `open`, `closed` (answered, but nothing listens) or `dropped`. */
function probe(host: string, port: number, localAddress: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, localAddress, timeout: 4000 });
    const end = (outcome: string) => () => {
      socket.destroy();
      resolve(outcome);
    };
    socket.on('connect', end('open'));
    socket.on('error', end('closed'));
    socket.on('timeout', end('dropped'));
  });
}

describeWithTools('host firewall of members', ['etcd@3.6', 'nft'], () => {
  let tier: EtcdTier;
  beforeAll(async () => {
    tier = await startEtcdTier();
    for (const machine of tier.machines) {
      await machine.systemctl('start', 'hardened-cluster-firewall.service');
    }
  });
  afterAll(() => tier.stop());

  test('lets API servers reach the client port alone, and members the peer port alone', async () => {
    const addresses = planAddresses(tier.blueprint).etcdMembers;
    const member = addresses['etcd-0'] ?? '';
    const { hostAddress: worker, controlPlaneAddress: controlPlane } = tier.network;
    // The third quarter of the first zone is its public subnet, the bastion's.
    const bastion = worker.replace(/\.1$/, '.40');
    tier.network.addHostAddress(bastion);
    // Telnet of curl says when a connection stands, and then waits for data until it is ended.
    const fromMember = async (port: number): Promise<string> => {
      const curl = ['curl', '--disable', '-sSv', '-o', '/dev/null', '--connect-timeout', '4'];
      const { status, stderr } = await tier
        .machine('etcd-1')
        .exec(['timeout', '6', ...curl, `telnet://${member}:${port}`]);
      if (/^\* Connected to /m.test(stderr)) return 'open';
      return status === 7 ? 'refused' : 'dropped';
    };
    const probes: Readonly<Record<string, Promise<string>>> = {
      'control plane to 2379': probe(member, 2379, controlPlane),
      'control plane to 2380': probe(member, 2380, controlPlane),
      'control plane to 2381': probe(member, 2381, controlPlane),
      'control plane to 22': probe(member, 22, controlPlane),
      'worker to 2379': probe(member, 2379, worker),
      'worker to 2380': probe(member, 2380, worker),
      'bastion to 2379': probe(member, 2379, bastion),
      'bastion to 2380': probe(member, 2380, bastion),
      'bastion to 22': probe(member, 22, bastion),
      'member to 2379': fromMember(2379),
      'member to 2380': fromMember(2380),
    };
    const outcomes: Record<string, string> = {};
    for (const [name, outcome] of Object.entries(probes)) outcomes[name] = await outcome;
    expect(outcomes).toEqual({
      'control plane to 2379': 'open',
      'control plane to 2380': 'dropped',
      'control plane to 2381': 'dropped',
      'control plane to 22': 'dropped',
      'worker to 2379': 'dropped',
      'worker to 2380': 'dropped',
      'bastion to 2379': 'dropped',
      'bastion to 2380': 'dropped',
      // Nothing listens in the test; the firewall lets it through.
      'bastion to 22': 'closed',
      'member to 2379': 'refused',
      'member to 2380': 'open',
    });
  });

  test('leaves the members a quorum and the API server its writes', async () => {
    for (const machine of tier.machines) {
      await machine.systemctl('restart', 'etcd.service');
      await waitHealthy(machine);
    }
    expect(await tier.client(1).put('/registry/behind-the-firewall', 'v', 20_000)).toBeGreaterThan(
      0,
    );
  });
});
