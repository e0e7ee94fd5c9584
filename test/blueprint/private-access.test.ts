import { describe, expect, test } from '@jest/globals';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import { makeBlueprint, minimalInput } from '../support/cluster/blueprint-inputs';

const { access } = minimalInput;
const networks = (count: number) =>
  Array.from({ length: count }, (_, index) => `192.0.2.${index}/32`);

const messageOf = (changes: object): string => {
  try {
    makeBlueprint({ access: { ...access, ...changes } });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('a private API', () => {
  test('has the bastion and the named networks as ways in, and none from outside', () => {
    const blueprint = makeBlueprint({
      access: { ...access, apiCidrs: [], privateApiCidrs: ['10.8.0.0/16'] },
    });
    const toApi = planPortMatrix(blueprint).filter(
      ({ to }) => to.kind === 'tier' && to.tier.endsWith('load-balancer'),
    );
    expect(toApi.map(({ id, to }) => [id, to])).toEqual(
      [
        'api-from-private-networks',
        'api-from-bastion',
        'api-from-control-plane',
        'api-from-worker',
      ].map((id) => [id, { kind: 'tier', tier: 'internal-load-balancer' }]),
    );
    expect(blueprint.warnings.filter((text) => text.startsWith('access'))).toEqual([]);
  });

  test('warns when nobody but pods and nodes can reach it', () => {
    const { warnings } = makeBlueprint({
      access: { apiCidrs: [] },
      bastion: { access: 'none', authorizedKeys: [] },
    });
    expect(warnings).toContainEqual(
      'access: the API is private, privateApiCidrs names no network and there is no bastion, so only pods and nodes reach it',
    );
  });

  test.each([
    [
      { privateApiCidrs: ['10.0.128.0/20'] },
      'access.privateApiCidrs[0]: got "10.0.128.0/20", expected a network outside network.vpcCidr (10.0.0.0/16), which no route can lead to',
    ],
    [
      { privateApiCidrs: ['0.0.0.0/0'] },
      'access.privateApiCidrs[0]: got "0.0.0.0/0", expected a named network of /8 or smaller such as "10.8.0.0/16"',
    ],
    [
      { apiCidrs: networks(46) },
      'access.apiCidrs: got "46 networks", expected at most 45: a security group takes 60 rules; join networks into larger ones',
    ],
    [
      { sshCidrs: networks(70) },
      'access.sshCidrs: got "70 networks", expected at most 45: a security group takes 60 rules; join networks into larger ones',
    ],
  ])('refuses %j', (changes, message) => {
    expect(messageOf(changes)).toBe(message);
  });
});
