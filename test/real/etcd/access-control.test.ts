import { accessControlPlan } from '../../../lib/etcd/access-control';
import type { EtcdMachine } from '../../support/etcd/etcd-machine';
import { prepareEtcdTier, waitHealthy, type EtcdTier } from '../../support/etcd/etcd-tier';
import { describeWithTools } from '../../support/tools';

const script = '/usr/local/lib/hardened-cluster/etcd-access-control';

/** etcdctl for the machine's script that ends the script by SIGKILL after its first change. */
const deadly = `#!/bin/sh
/usr/local/bin/etcdctl "$@"
status=$?
case " $* " in
  *' list '* | *' get '* | *' status '* | *' list' | *' status' | *' get') ;;
  *' add '* | *' grant-'* | *' enable '*) kill -KILL 0 ;;
esac
exit $status
`;

async function runUntilItDies(machine: EtcdMachine): Promise<number> {
  const path = '/run/deadly:/usr/local/bin:/usr/bin:/bin';
  const { status } = await machine.exec(['setsid', '--wait', 'env', `PATH=${path}`, script]);
  return status;
}

describeWithTools('access control', ['etcd@3.6'], () => {
  let tier: EtcdTier;
  let machine: EtcdMachine;
  beforeAll(async () => {
    tier = await prepareEtcdTier({ members: 1 });
    machine = tier.machine('etcd-0');
    await machine.powerOn();
    await machine.systemctl('start', 'etcd.service');
    await waitHealthy(machine);
    await machine.exec(['mkdir', '/run/deadly']);
    await machine.exec([
      'sh',
      '-c',
      `printf '%s' '${deadly.replaceAll("'", "'\\''")}' >/run/deadly/etcdctl`,
    ]);
    await machine.exec(['chmod', '0755', '/run/deadly/etcdctl']);
  });
  afterAll(() => tier.stop());

  const asRoot = (...args: string[]) =>
    tier.etcdctl(args, { identity: tier.identity('etcd-0-root') });

  test('is completed by the next run wherever one was killed', async () => {
    let deaths = 0;
    while ((await runUntilItDies(machine)) !== 0) {
      deaths++;
      expect(deaths).toBeLessThan(40);
    }
    const grants =
      accessControlPlan.users.length + accessControlPlan.roles.flatMap((r) => r.permissions).length;
    // One death for each change: roles with root, users, what they are granted, and authentication.
    expect(deaths).toBe(
      1 + accessControlPlan.roles.length + accessControlPlan.users.length + grants + 1,
    );
    expect((await asRoot('auth', 'status')).stdout).toContain('Authentication Status: true');
    expect((await asRoot('role', 'get', 'kube-apiserver')).stdout).toBe(
      'Role kube-apiserver\nKV Read:\n\t[/registry/, /registry0) (prefix /registry/)\n\tcompact_rev_key\nKV Write:\n\t[/registry/, /registry0) (prefix /registry/)\n',
    );
  });

  test('changes nothing when it runs again', async () => {
    const { status, stderr } = await machine.exec([script]);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        'etcd-access-control: authentication is on; users, roles and permissions are as planned\n',
    });
  });

  test('takes back what was granted beyond the plan', async () => {
    await asRoot('role', 'grant-permission', 'kube-apiserver', 'readwrite', '', '--from-key');
    await asRoot('role', 'grant-permission', 'kube-apiserver', 'readwrite', 'compact_rev_key');
    await asRoot('role', 'grant-permission', 'etcd-health', 'read', '/registry/', '--prefix');
    await asRoot('role', 'grant-permission', 'etcd-health', 'read', 'a', 'c');
    await asRoot('user', 'grant-role', 'kube-apiserver', 'root');
    const outside = ['get', 'elsewhere'];
    expect((await tier.etcdctl(outside)).status).toBe(0);
    const { status, stderr } = await machine.exec([script]);
    expect(stderr).toContain('role root revoked');
    expect(status).toBe(0);
    expect((await tier.etcdctl(outside)).stderr).toContain('permission denied');
    expect((await tier.etcdctl(['put', 'compact_rev_key', '1'])).stderr).toContain(
      'permission denied',
    );
    expect((await asRoot('role', 'get', 'etcd-health')).stdout).toBe(
      'Role etcd-health\nKV Read:\n\thealth\nKV Write:\n',
    );
  });

  test('fails when there is a user outside the plan', async () => {
    await asRoot('user', 'add', 'stranger', '--no-password');
    expect(await machine.exec([script])).toMatchObject({
      status: 1,
      stderr:
        'etcd-access-control: error: etcd user stranger: got one that is not planned, expected only those of the plan\n',
    });
    await asRoot('user', 'delete', 'stranger');
    await machine.systemctl('start', 'etcd-access-control.service');
  });

  test('turns authentication on again at the next boot', async () => {
    await asRoot('auth', 'disable');
    await machine.systemctl('restart', 'etcd-access-control.service');
    expect((await asRoot('auth', 'status')).stdout).toContain('Authentication Status: true');
  });
});
