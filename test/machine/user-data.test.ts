import { describe, expect, it } from '@jest/globals';
import { planCluster } from '../../lib/cluster/plan-cluster';
import { maximumUserDataBytes, renderUserData } from '../../lib/machine/user-data';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

const runtime = {
  cluster: 'prod',
  region: 'eu-central-1',
  accountId: '123456789012',
  bucket: 'prod-0123',
  bundleKey: 'bundles/etcd-0/abc.tar',
  bundleSha256: 'ab'.repeat(32),
};
const machine = { name: 'etcd-0', role: 'etcd' } as const;

describe('renderUserData', () => {
  it('fits into what EC2 takes, for every machine', () => {
    for (const planned of planCluster(makeBlueprint()).machines) {
      const size = Buffer.byteLength(renderUserData(planned, runtime));
      expect(size).toBeLessThan(maximumUserDataBytes * 0.75);
    }
  });

  it('writes the facts of the machine as plain assignments', () => {
    const text = renderUserData(machine, {
      ...runtime,
      dataVolumeId: 'vol-0123456789abcdef0',
      serviceAccountIssuer: 'https://oidc.example.com/prod',
    });
    expect(/machine\.env" <<'HC_END'\n([^]*?)HC_END/.exec(text)?.[1]).toBe(
      [
        'HC_CLUSTER=prod',
        'HC_MACHINE=etcd-0',
        'HC_ROLE=etcd',
        'HC_REGION=eu-central-1',
        'HC_ACCOUNT_ID=123456789012',
        'HC_BUCKET=prod-0123',
        'HC_BUNDLE_KEY=bundles/etcd-0/abc.tar',
        `HC_BUNDLE_SHA256=${'ab'.repeat(32)}`,
        'HC_DATA_VOLUME_ID=vol-0123456789abcdef0',
        'HC_SERVICE_ACCOUNT_ISSUER=https://oidc.example.com/prod',
        'HC_LOG_GROUP_SUFFIX=',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['bucket', 'a b'],
    ['bundleKey', 'x\nHC_END\nrm -rf /'],
    ['bundleSha256', 'abc'],
    ['accountId', '$(id)'],
    ['cluster', "p'rod"],
    ['region', 'nowhere'],
    ['dataVolumeId', 'vol;id'],
    ['serviceAccountIssuer', 'http://plain.example.com'],
  ])('fails when %s is %j', (name, value) => {
    expect(() => renderUserData(machine, { ...runtime, [name]: value })).toThrow(
      `etcd-0: ${name}: got ${JSON.stringify(value)}, expected`,
    );
  });

  it('fails once, with every fact that is wrong', () => {
    expect(() => renderUserData(machine, { ...runtime, bucket: '', region: '' })).toThrow(
      /region: got ""[^]*bucket: got ""/,
    );
  });
});
