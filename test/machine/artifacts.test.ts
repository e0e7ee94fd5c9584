import { describe, expect, it } from '@jest/globals';
import { findSha256, findSha512, resolveLock, shippedLock } from '../../lib/machine/artifact-lock';
import {
  artifactFileName,
  artifactKey,
  awsIamAuthenticatorArtifact,
  calicoCrdsManifestArtifact,
  cniPluginsArtifact,
  containerdArtifact,
  crictlArtifact,
  debianPackageArtifact,
  etcdArtifact,
  gvisorRunscArtifact,
  isLocked,
  kubeletArtifact,
  runcArtifact,
  ssmAgentArtifact,
} from '../../lib/machine/artifacts';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

describe('the shipped lock', () => {
  it('knows every architecture of every artifact under a checksum of the right formatat', () => {
    const checksums = Object.entries(shippedLock).flatMap(([name, versions]) =>
      Object.entries(versions).flatMap(([version, byArchitecture]) =>
        Object.entries(byArchitecture).map(([architecture, checksum]) => ({
          key: `${name} ${version} ${architecture}`,
          checksum,
        })),
      ),
    );
    expect(checksums.length).toBeGreaterThan(150);
    expect(
      checksums.filter(({ checksum }) => !/^([0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(checksum)),
    ).toEqual([]);
  });

  it('finds checksums by name, version and architecture', () => {
    expect(findSha256(shippedLock, 'etcd', '3.6.14', 'arm64')).toBe(
      'fa1b80565ee6fc2df1ae6f57a508b221f3ecc7d591c317c581cd8281b0842b3e',
    );
    expect(findSha256(shippedLock, 'calico-crds-manifest', '3.31.7', 'amd64')).toBe(
      '1d6d5e523f92ee1e8227a48c016229c668f94035431b82f19139affeb45dbeff',
    );
    expect(findSha512(shippedLock, 'gvisor-runsc', '20260817.0', 'amd64')).toMatch(/^84936438/);
    expect(findSha256(shippedLock, 'gvisor-runsc', '20260817.0', 'amd64')).toBeUndefined();
  });

  it.each([
    ['etcd', '3.6.99', 'arm64'],
    ['no-such-thing', '1.0.0', 'amd64'],
    ['etcd', 'constructor', 'amd64'],
    ['constructor', 'name', 'amd64'],
    ['__proto__', 'toString', 'amd64'],
  ] as const)('knows no checksum of %s %s', (name, version, architecture) => {
    expect(findSha256(shippedLock, name, version, architecture)).toBeUndefined();
  });
});

describe('resolveLock', () => {
  const mine = 'a'.repeat(64);

  it('adds the checksums of the configuration, which hold over shipped ones', () => {
    const lock = resolveLock(
      makeBlueprint({
        artifacts: {
          sha256: {
            etcd: { '3.6.14': { arm64: mine }, '3.6.20': { amd64: mine } },
            'aws-iam-authenticator': { '0.7.8': { arm64: mine } },
          },
        },
      }),
    );
    expect(findSha256(lock, 'etcd', '3.6.14', 'arm64')).toBe(mine);
    expect(findSha256(lock, 'etcd', '3.6.14', 'amd64')).toMatch(/^ffe840ff/);
    expect(findSha256(lock, 'etcd', '3.6.20', 'amd64')).toBe(mine);
    expect(findSha256(lock, 'aws-iam-authenticator', '0.7.8', 'arm64')).toBe(mine);
    expect(findSha256(shippedLock, 'etcd', '3.6.14', 'arm64')).not.toBe(mine);
  });

  it('fails when a checksum is of another formatat', () => {
    expect(() =>
      makeBlueprint({ artifacts: { sha256: { etcd: { '3.6.14': { arm64: 'abc' } } } } }),
    ).toThrow(
      'artifacts.sha256.etcd.3.6.14.arm64: got "abc", expected a SHA-256 of 64 hexadecimal digits, or "sha512:" and 128 of them',
    );
  });
});

describe('artifacts', () => {
  it.each([
    [kubeletArtifact, '1.36.4', 'https://dl.k8s.io/release/v1.36.4/bin/linux/arm64/kubelet'],
    [
      etcdArtifact,
      '3.6.14',
      'https://github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-arm64.tar.gz',
    ],
    [
      containerdArtifact,
      '2.3.4',
      'https://github.com/containerd/containerd/releases/download/v2.3.4/containerd-2.3.4-linux-arm64.tar.gz',
    ],
    [
      runcArtifact,
      '1.4.3',
      'https://github.com/opencontainers/runc/releases/download/v1.4.3/runc.arm64',
    ],
    [
      cniPluginsArtifact,
      '1.9.1',
      'https://github.com/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-arm64-v1.9.1.tgz',
    ],
    [
      crictlArtifact,
      '1.36.0',
      'https://github.com/kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-arm64.tar.gz',
    ],
    [
      calicoCrdsManifestArtifact,
      '3.31.7',
      'https://raw.githubusercontent.com/projectcalico/calico/v3.31.7/manifests/crds.yaml',
    ],
    [
      gvisorRunscArtifact,
      '20260817.0',
      'https://storage.googleapis.com/gvisor/releases/release/20260817.0/aarch64/runsc',
    ],
    [
      debianPackageArtifact('nftables', 'n/nftables'),
      '1.1.3-1',
      'https://deb.debian.org/debian/pool/main/n/nftables/nftables_1.1.3-1_arm64.deb',
    ],
  ])('come from their publisher, locked: %#', (factory, version, url) => {
    const artifact = factory(shippedLock, version, 'arm64');
    expect(artifact.url).toBe(url);
    expect(isLocked(artifact)).toBe(true);
  });

  it.each([
    [awsIamAuthenticatorArtifact, '0.7.8'],
    [ssmAgentArtifact, '3.3.1802.0'],
    [etcdArtifact, '3.6.99'],
  ])('have no checksum when none is published one that is known: %#', (factory, version) => {
    const artifact = factory(shippedLock, version, 'arm64');
    expect(artifact.sha256).toBeUndefined();
    expect(isLocked(artifact)).toBe(false);
  });

  it('have names of their own in a folder and in the bucket', () => {
    const arm = etcdArtifact(shippedLock, '3.6.14', 'arm64');
    const debian = debianPackageArtifact('libjansson4', 'j/jansson')(
      shippedLock,
      '2.14-2+b3',
      'amd64',
    );
    expect(artifactFileName(arm)).toBe('etcd-3.6.14-arm64.tar.gz');
    expect(artifactKey(arm)).toBe('artifacts/etcd-3.6.14-arm64.tar.gz');
    expect(artifactFileName(debian)).toBe('libjansson4-2.14-2-b3-amd64.deb');
    expect(artifactFileName(kubeletArtifact(shippedLock, '1.36.4', 'amd64'))).toBe(
      'kubelet-1.36.4-amd64',
    );
  });
});
