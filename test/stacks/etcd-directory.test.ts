import { expect, test } from '@jest/globals';
import { EtcdDirectory } from '../../stacks/machines/etcd-directory';
import { recordRun } from '../support/cluster/mocks';

const member = { name: 'etcd-0', value: '10.0.24.4', writtenOnce: false };
const initialMembers = {
  name: 'initial-members',
  value: 'etcd-0=https://10.0.24.4:2380',
  writtenOnce: true,
};

test('registers plain parameters, and keeps the first value of what is written once', async () => {
  const { resources } = await recordRun(() => ({
    directory: new EtcdDirectory('d', {
      cluster: 'prod',
      parameters: [member, initialMembers],
      tags: { team: 'platform' },
    }),
  }));
  const parameters = resources.filter(({ custom }) => custom);
  expect(
    parameters.map(({ name, inputs, ignoreChanges }) => ({ name, inputs, ignoreChanges })),
  ).toEqual([
    {
      name: 'd-etcd-0',
      inputs: {
        name: '/prod/etcd/tier/etcd-0',
        type: 'String',
        tier: 'Standard',
        insecureValue: '10.0.24.4',
        tags: { team: 'platform', Name: 'd-etcd-0' },
      },
      ignoreChanges: [],
    },
    {
      name: 'd-initial-members',
      inputs: {
        name: '/prod/etcd/tier/initial-members',
        type: 'String',
        tier: 'Standard',
        insecureValue: 'etcd-0=https://10.0.24.4:2380',
        tags: { team: 'platform', Name: 'd-initial-members' },
      },
      ignoreChanges: ['insecureValue'],
    },
  ]);
});

test('fails when a name is not one that machines look for, or there twice', () => {
  const parameters = [member, member, { ...member, name: 'members/etcd-1' }];
  expect(() => new EtcdDirectory('d', { cluster: 'prod', parameters, tags: {} })).toThrow(
    [
      'EtcdDirectory: parameters[1].name: got "etcd-0", expected a member such as "etcd-0", or "initial-members", once',
      'EtcdDirectory: parameters[2].name: got "members/etcd-1", expected a member such as "etcd-0", or "initial-members", once',
    ].join('\n'),
  );
});
