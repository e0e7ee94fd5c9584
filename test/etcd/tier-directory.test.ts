import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  memberAddressToken,
  planTierDirectory,
  tierDirectoryPath,
} from '../../lib/etcd/tier-directory';
import { planPki } from '../../lib/pki/pki-plan';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { planAddresses } from '../../lib/network/address-plan';

const scripts = join(__dirname, '../../lib/machine/programs/boot');

test('plans the address of each member, and who founds the cluster', () => {
  expect(
    planTierDirectory(
      makeBlueprint({ etcd: { members: 3 } }),
      planAddresses(makeBlueprint({ etcd: { members: 3 } })),
    ),
  ).toEqual([
    { name: 'etcd-0', value: '10.0.24.4', writtenOnce: false },
    { name: 'etcd-1', value: '10.0.56.4', writtenOnce: false },
    { name: 'etcd-2', value: '10.0.88.4', writtenOnce: false },
    {
      name: 'initial-members',
      value:
        'etcd-0=https://10.0.24.4:2380,etcd-1=https://10.0.56.4:2380,etcd-2=https://10.0.88.4:2380',
      writtenOnce: true,
    },
  ]);
});

test('changes nothing but the initial members, which keep their first value, when members are added', () => {
  const [before, after] = [3, 7].map((members) =>
    planTierDirectory(
      makeBlueprint({ etcd: { members } }),
      planAddresses(makeBlueprint({ etcd: { members } })),
    ).filter((each) => !each.writtenOnce),
  );
  expect(after?.slice(0, 3)).toEqual(before);
});

test('lies beside the secrets: who may list it sees none of them', () => {
  const { secrets } = planPki(makeBlueprint(), planAddresses(makeBlueprint()));
  const below = secrets.filter(({ parameter }) => parameter.startsWith(`${tierDirectoryPath}/`));
  expect(below).toEqual([]);
});

test('has the path and the token that the scripts of machines have', () => {
  const read = (name: string): string => readFileSync(join(scripts, name), 'utf8');
  expect(read('list-etcd-tier.sh')).toContain(`path=/$HC_CLUSTER/${tierDirectoryPath}\n`);
  expect(read('boot.sh')).toContain(`-v token='${memberAddressToken}'`);
});
