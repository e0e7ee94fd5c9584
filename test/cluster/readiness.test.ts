import { collectBlockers } from '../../lib/cluster/readiness';
import { planCluster } from '../../lib/cluster/plan-cluster';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

const principals = { operatorRoleArns: ['arn:aws:iam::123456789012:role/operators'] };

const blockersOf = (changes: object) => {
  const blueprint = makeBlueprint({ principals, ...changes });
  return collectBlockers(blueprint, [{ artifacts: [] }]).map(
    ({ what, remedy }) => `${what}; ${remedy}`,
  );
};

test('a cluster whose checksums are known and that somebody may log in to is ready', () => {
  expect(blockersOf({})).toEqual([]);
});

test('is not ready while a checksum is not known', () => {
  const blueprint = makeBlueprint({ principals });
  expect(collectBlockers(blueprint, planCluster(blueprint).machines)).toEqual([
    {
      what: expect.stringMatching(/^\d+ artifacts have no known checksum$/) as string,
      remedy: 'run hardened-cluster lock',
    },
  ]);
});

test.each([
  [{ principals: {} }, /^nobody may log in .*; set principals\.operatorRoleArns$/],
  [
    { zones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1z'] },
    /^eu-central-1z is no zone that is known; set zones to some of eu-central-1a, /,
  ],
  [
    { workers: [{ name: 'general', instanceType: 'm99g.large' }] },
    /^m99g\.large is no instance type that is known; set workers\[0\]\.instanceType$/,
  ],
])('is not ready with %j', (changes, blocker) => {
  expect(blockersOf(changes)).toEqual([expect.stringMatching(blocker)]);
});
