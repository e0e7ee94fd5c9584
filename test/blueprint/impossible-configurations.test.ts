import { BlueprintError } from '../../lib/blueprint/problem';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import { minimalInput, today } from '../support/cluster/blueprint-inputs';

/** Every line of a refused configuration; none where it is accepted. */
function refusal(changes: object): string[] {
  try {
    resolveBlueprint({ ...minimalInput, ...changes }, { today });
  } catch (error) {
    if (error instanceof BlueprintError) return error.message.split('\n');
    throw error;
  }
  return [];
}

const role = 'arn:aws:iam::123456789012:role/';
const access = (changes: object) => ({ access: { ...minimalInput.access, ...changes } });
const worker = (changes: object) => ({ workers: [{ name: 'general', ...changes }] });
const podRole = 'arn:aws:iam::123456789012:role/shop';
const shop = (changes: object) => ({ namespaces: [{ name: 'shop', ...changes }] });
const apiServer = (changes: object) => ({
  kubernetes: { flags: { 'kube-apiserver': changes } },
});
const kubelet = (changes: object) => ({ kubernetes: { flags: { kubelet: changes } } });
const networks = (count: number) =>
  Array.from({ length: count }, (_, index) => `203.0.${index}.0/24`);
const tags = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'x']));
const oidc = (changes: object) => ({
  kubernetes: { oidc: { issuerUrl: 'https://login.example.com', clientId: 'k8s', ...changes } },
});
const ed25519 = minimalInput.bastion?.authorizedKeys?.[0] ?? '';

/** What is changed of the least configuration, and the beginning and a part of the one line. */
const impossible: readonly [changes: object, beginning: string, part: string][] = [
  [
    { kubernetes: { encryption: { keys: ['key-1'] } } },
    'kubernetes.encryption.provider: got nothing',
    'one of "secretbox", "kms"',
  ],
  [
    { kubernetes: { encryption: { provider: 'secretbx' } } },
    'kubernetes.encryption.provider: got "secretbx"',
    'did you mean "secretbox"?',
  ],
  [
    { network: { subnetCidr: '10.1.0.0/18' } },
    'network.subnetCidr: got "10.1.0.0/18"',
    'a network inside network.vpcCidr (10.0.0.0/16)',
  ],
  [
    { network: { subnetCidr: '10.0.0.0/26' } },
    'network.subnetCidr: got "10.0.0.0/26"',
    'from /16 to /24',
  ],
  // Names that services keep for themselves.
  [{ name: 'aws' }, 'name: got "aws"', 'begins with "aws"'],
  [{ name: 'aws-prod' }, 'name: got "aws-prod"', 'Systems Manager'],
  [{ name: 'ssm-prod' }, 'name: got "ssm-prod"', 'begins with "ssm"'],
  [{ name: 'amazon-shop' }, 'name: got "amazon-shop"', 'begins with "amazon"'],
  [{ name: 'amzn-s3-demo' }, 'name: got "amzn-s3-demo"', 'begins with "amzn"'],
  [{ name: 'internal' }, 'name: got "internal"', 'load balancers'],
  [{ name: 'internal-a' }, 'name: got "internal-a"', 'load balancers'],
  [{ name: 'sg' }, 'name: got "sg"', 'security groups'],
  [{ name: 'sg-prod' }, 'name: got "sg-prod"', 'security groups'],
  [{ name: 'xn--prod' }, 'name: got "xn--prod"', 'buckets'],
  [{ name: 'sthree-prod' }, 'name: got "sthree-prod"', 'buckets'],
  [{ name: 'ec2' }, 'name: got "ec2"', 'EC2 gives its machines'],
  [{ name: 'compute' }, 'name: got "compute"', 'EC2 gives its machines'],
  [{ name: 'x'.repeat(33) }, 'name: got "xxx', 'at most 32'],
  [{ nmae: 'a' }, 'nmae: got "a"', 'did you mean "name"?'],
  [{ kubernetes: { verison: '1.36' } }, 'kubernetes.verison', 'did you mean "version"?'],
  [worker({ instancetype: 'm7g.large' }), 'workers[0].instancetype', '"instanceType"?'],
  [{ profile: 'strikt' }, 'profile: got "strikt"', 'did you mean "strict"?'],

  // Regions, zones, partitions.
  [{ region: 'eu-centrl-1' }, 'region: got "eu-centrl-1"', 'did you mean "eu-central-1"?'],
  [{ region: 'eu-central-3' }, 'region: got "eu-central-3"', 'did you mean "eu-central-1"?'],
  [{ region: 'EU-CENTRAL-1' }, 'region: got "EU-CENTRAL-1"', 'did you mean "eu-central-1"?'],
  [{ region: 'mars' }, 'region: got "mars"', 'such as "eu-central-1"'],
  [{ region: 'aws-global' }, 'region: got "aws-global"', 'an AWS region'],
  [{ region: 'eusc-de-east-1' }, 'region: got "eusc-de-east-1"', 'European Sovereign Cloud'],
  [{ region: 'cn-north-1' }, 'region: got "cn-north-1"', 'amazonaws.com.cn'],
  [{ region: 'us-iso-east-1' }, 'region: got "us-iso-east-1"', 'aws-iso'],
  [{ region: 'us-west-1' }, 'zones: got nothing', '"us-west-1a"'],
  [{ region: 'me-west-1' }, 'zones: got nothing', 'that your account has'],
  [{ region: 'us-gov-west-1' }, 'machineImages.arm64: got nothing', 'Debian'],
  [{ zones: ['eu-west-1a'] }, 'zones[0]: got "eu-west-1a"', '"eu-central-1a"'],
  [{ zones: ['eu-central-1-ham-1a'] }, 'zones[0]: got', 'a zone of eu-central-1'],
  [{ zones: ['eu-central-1a', 'eu-central-1a'] }, 'zones[1]: got', 'not used before'],

  // Networks.
  [{ network: { vpcCidr: '127.0.0.0/16' } }, 'network.vpcCidr: got', 'loopback'],
  [{ network: { vpcCidr: '169.254.0.0/16' } }, 'network.vpcCidr: got', 'link-local'],
  [{ network: { podCidr: '224.0.0.0/12' } }, 'network.podCidr: got', 'multicast'],
  [{ network: { podCidr: '240.0.0.0/12' } }, 'network.podCidr: got', 'reserved'],
  [{ network: { serviceCidr: '0.0.0.0/12' } }, 'network.serviceCidr: got', '0.0.0.0/8'],
  [{ network: { serviceCidr: '169.254.0.0/20' } }, 'network.serviceCidr: got', 'metadata'],
  [{ network: { podCidr: '168.0.0.0/7' } }, 'network.podCidr: got', 'link-local'],
  [{ network: { vpcCidr: '10.00.0.0/16' } }, 'network.vpcCidr: got', 'an IPv4 CIDR'],
  [{ network: { vpcCidr: '10.0.0.0/016' } }, 'network.vpcCidr: got', 'an IPv4 CIDR'],
  [{ network: { vpcCidr: '10.0.0.1/16' } }, 'network.vpcCidr: got', 'no bits set'],
  [{ network: { podCidr: '10.0.128.0/17' } }, 'network.podCidr: got', 'outside network.vpcCidr'],
  [access({ apiCidrs: ['169.254.169.254/32'] }), 'access.apiCidrs[0]: got', 'link-local'],
  [access({ apiCidrs: ['127.0.0.1/32'] }), 'access.apiCidrs[0]: got', 'loopback'],
  [access({ sshCidrs: ['239.0.0.0/8'] }), 'access.sshCidrs[0]: got', 'multicast'],
  [access({ apiCidrs: networks(70) }), 'access.apiCidrs: got "70', 'at most 45'],
  [access({ sshCidrs: networks(70) }), 'access.sshCidrs: got "70', 'at most 45'],
  [
    {
      ...access({ apiCidrs: networks(30), nodePortCidrs: networks(30) }),
      ...worker({ nodePorts: [30443] }),
    },
    'access.apiCidrs: got "60',
    'together with access.nodePortCidrs',
  ],
  [access({ apiCidrs: ['::/0'] }), 'access.apiCidrs[0]: got "::/0"', 'an IPv4 CIDR'],
  [access({ sshCidrs: ['0.0.0.0/1'] }), 'access.sshCidrs[0]: got', 'never opened to everyone'],
  [
    { profile: 'strict', ...access({ apiCidrs: ['0.0.0.0/0'] }) },
    'access.apiCidrs[0]: got "0.0.0.0/0"',
    'in the profile strict',
  ],
  [
    shop({ egressToCidrs: ['169.254.169.254/32'] }),
    'namespaces[0].egressToCidrs[0]: got',
    'metadata',
  ],

  // Machines and volumes.
  [worker({ instanceType: 't3.medium' }), 'workers[0].instanceType: got "t3.medium"', 't4g.medium'],
  [worker({ instanceType: 'm5.large' }), 'workers[0].instanceType: got "m5.large"', 'm7g.large'],
  [
    worker({ instanceType: 'm7g.large', architecture: 'amd64' }),
    'workers[0].instanceType: got "m7g.large"',
    '"m7i.large", or workers[0].architecture "arm64"',
  ],
  [worker({ architecture: 'x86_64' }), 'workers[0].architecture: got "x86_64"', '"amd64"'],
  [{ controlPlane: { instanceType: 'c5.large' } }, 'controlPlane.instanceType', 'c7g.large'],
  [{ controlPlane: { instanceType: 'm7g.medium' } }, 'controlPlane.instanceType', '2 vCPU'],
  [{ controlPlane: { instanceType: 't4g.nano' } }, 'controlPlane.instanceType', '2048 MiB'],
  [
    { etcd: { instanceType: 't2.medium', architecture: 'amd64' } },
    'etcd.instanceType: got "t2.medium"',
    'Nitro',
  ],
  [
    { etcd: { instanceType: 'm4.large', architecture: 'amd64' } },
    'etcd.instanceType: got "m4.large"',
    'm7i.large',
  ],
  [
    worker({ instanceType: 'mac1.metal', architecture: 'amd64' }),
    'workers[0].instanceType',
    'dedicated host',
  ],
  [worker({ instanceType: 't4g.micro' }), 'workers[0].instanceType', '2048 MiB'],
  [worker({ instanceType: 'm7g' }), 'workers[0].instanceType: got "m7g"', '"m7g.large"'],
  [worker({ minimum: 3, maximum: 2 }), 'workers[0].maximum: got 2', 'at least the minimum'],
  [worker({ minimum: 1.5 }), 'workers[0].minimum: got 1.5', 'a whole number'],
  [worker({ minimum: '3' }), 'workers[0].minimum: got "3"', 'a whole number'],
  [
    { etcd: { dataVolume: { type: 'gp3', sizeGibibytes: 40, iops: 64000 } } },
    'etcd.dataVolume.iops: got 64000',
    'at most 20000',
  ],
  [
    { etcd: { dataVolume: { type: 'io2', sizeGibibytes: 40, iops: 64000 } } },
    'etcd.dataVolume.iops: got 64000',
    'at most 40000',
  ],
  [
    { etcd: { quotaBytes: 16 * 1024 ** 3 } },
    'etcd.dataVolume.sizeGibibytes: got',
    'etcd.quotaBytes of 17179869184',
  ],
  [{ machineImages: { arm64: 'foo' } }, 'machineImages.arm64: got "foo"', '"ami-0123'],
  [{ machineImages: { amd64: 'ami-12345' } }, 'machineImages.amd64: got', '"ami-0123'],
  [{ machineImages: { arm64: '' } }, 'machineImages.arm64: got ""', '"ami-0123'],
  [
    { kubernetes: { audit: { maxBackups: 1000, maxSizeMegabytes: 10000 } } },
    'kubernetes.audit: got',
    'at most 25600 megabytes',
  ],

  // Nodes.
  [
    worker({ labels: { 'node-role.kubernetes.io/worker': '' } }),
    'workers[0].labels.node-role.kubernetes.io/worker: got ""',
    '"node.kubernetes.io/"',
  ],
  [worker({ labels: { 'node-role.kubernetes.io/gpu': '' } }), 'workers[0].labels', 'example.com'],
  [worker({ labels: { 'kubernetes.io/foo': 'x' } }), 'workers[0].labels', '"example.com/foo"'],
  [worker({ labels: { 'a.k8s.io/foo': 'x' } }), 'workers[0].labels', 'a kubelet may set'],
  [
    worker({ labels: { 'node-restriction.kubernetes.io/x': 'y' } }),
    'workers[0].labels',
    'a kubelet may set',
  ],
  [worker({ labels: { 'kubernetes.io/hostname': 'x' } }), 'workers[0].labels', 'by itself'],
  [worker({ labels: { 'topology.kubernetes.io/zone': 'x' } }), 'workers[0].labels', 'by itself'],
  [worker({ labels: { 'a..b/c': 'x' } }), 'workers[0].labels.a..b/c', 'a Kubernetes label key'],
  [worker({ labels: { team: 'a b' } }), 'workers[0].labels.team: got "a b"', 'label value'],
  [worker({ labels: { team: 'x'.repeat(64) } }), 'workers[0].labels.team', 'at most 63'],
  [
    worker({
      taints: [
        { key: 'a', effect: 'NoSchedule' },
        { key: 'a', value: 'b', effect: 'NoSchedule' },
      ],
    }),
    'workers[0].taints[1]: got "a:NoSchedule"',
    'not used before',
  ],
  [
    worker({ taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }),
    'workers[0].taints[0].key',
    'does not use itself',
  ],
  [
    worker({ taints: [{ key: 'a', effect: 'NoShedule' }] }),
    'workers[0].taints[0].effect',
    'did you mean "NoSchedule"?',
  ],
  [worker({ nodePorts: [30443, 30443] }), 'workers[0].nodePorts[1]', 'not used before'],
  [
    worker({ nodePorts: Array.from({ length: 50 }, (_, index) => 30000 + index) }),
    'workers[].nodePorts: got 50',
    'at most 49',
  ],
  [worker({ nodePorts: [80] }), 'workers[0].nodePorts[0]: got 80', '30000 to 32767'],
  [
    { workers: [{ name: 'general' }, { name: 'general' }] },
    'workers[1].name: got "general"',
    'not used before',
  ],

  // Namespaces and quantities.
  [
    shop({ containerLimits: { memory: '512m' } }),
    'namespaces[0].containerLimits.memory',
    '"512Mi"?',
  ],
  [shop({ containerLimits: { memory: '900Ki' } }), 'namespaces[0].containerLimits.memory', '"1Mi"'],
  [shop({ containerLimits: { memory: '0' } }), 'namespaces[0].containerLimits.memory', '"1Mi"'],
  [shop({ containerLimits: { cpu: '0' } }), 'namespaces[0].containerLimits.cpu', '"1m"'],
  [shop({ containerLimits: { cpu: '0.0001' } }), 'namespaces[0].containerLimits.cpu', '"1m"'],
  [shop({ containerLimits: { cpu: '4Gi' } }), 'namespaces[0].containerLimits.cpu', 'CPU as'],
  [shop({ quota: { memory: '16' } }), 'namespaces[0].quota.memory: got "16"', 'memory as'],
  [shop({ quota: { memory: '-1Gi' } }), 'namespaces[0].quota.memory: got "-1Gi"', 'memory as'],
  [
    shop({ quota: { memory: '256Mi' } }),
    'namespaces[0].containerLimits.memory: got "512Mi"',
    'at most quota.memory',
  ],
  [shop({ quota: { cpu: '500m' } }), 'namespaces[0].containerLimits.cpu: got "1"', 'quota.cpu'],
  [shop({ name: 'kube-system' }), 'namespaces[0].name', 'belongs to the system'],
  [
    shop({ roleArns: ['arn:aws:iam::123456789012:user/shop'] }),
    'namespaces[0].roleArns[0]: got "arn:aws:iam::123456789012:user/shop"',
    'the ARN of an IAM role',
  ],
  [
    shop({ roleArns: ['arn:aws-cn:iam::123456789012:role/shop'] }),
    'namespaces[0].roleArns[0]: got "arn:aws-cn:iam::123456789012:role/shop"',
    'a role of the partition aws',
  ],
  [shop({ roleArns: [podRole, podRole] }), 'namespaces[0].roleArns[1]', 'not named before'],
  [
    { ...shop({ roleArns: [podRole] }), kubernetes: { version: '1.35' } },
    'namespaces[0].roleArns: got ["arn:aws:iam::123456789012:role/shop"]',
    'none with Kubernetes 1.35: roles of pods need 1.36',
  ],
  [
    { ...shop({ roleArns: [podRole] }), kubernetes: { serviceAccountIssuer: 'cluster' } },
    'namespaces[0].roleArns: got ["arn:aws:iam::123456789012:role/shop"]',
    'none with kubernetes.serviceAccountIssuer "cluster"',
  ],
  [
    shop({ ingressFromNamespaces: ['web', 'web'] }),
    'namespaces[0].ingressFromNamespaces[1]',
    'not named before',
  ],

  // Tags.
  [{ tags: tags(9) }, 'tags: got 9', 'at most 8'],
  [{ tags: tags(12) }, 'tags: got 12', 'at most 8'],
  [{ tags: { 'aws:x': 'y' } }, 'tags.aws:x: got "y"', '"aws:"'],
  [{ tags: { 'AWS:x': 'y' } }, 'tags.AWS:x: got "y"', '"aws:"'],
  [{ tags: { 'a*b: <x>': 'y' } }, 'tags["a*b: <x>"]: got "y"', 'letters, digits'],
  [{ tags: { team: 'a\nb' } }, 'tags.team: got "a\\nb"', 'letters, digits'],
  [{ tags: { ['k'.repeat(129)]: 'y' } }, 'tags.kkk', '128 characters'],
  [{ tags: { team: 'v'.repeat(257) } }, 'tags.team', '256 characters'],
  [{ tags: { '': 'y' } }, 'tags[""]: got "y"', '1 to 128'],
  [{ tags: { name: 'y' } }, 'tags.name: got "y"', 'which the cluster sets'],
  [{ tags: { Team: 'a', team: 'b' } }, 'tags.team: got "team"', 'in whatever case'],

  // Keys, roles, people.
  [
    { kubernetes: { encryption: { provider: 'secretbox', keys: ['a', 'a'] } } },
    'kubernetes.encryption.keys[1]: got "a"',
    'not named before',
  ],
  [
    {
      kubernetes: {
        encryption: {
          provider: 'secretbox',
          keys: Array.from({ length: 24 }, (_, index) => `key-${index}`),
        },
      },
    },
    'kubernetes.encryption.keys: got',
    'at most 10 keys',
  ],
  [
    { principals: { viewerRoleArns: [`${role}a`, `${role}a`] } },
    'principals.viewerRoleArns[1]: got',
    'not named before',
  ],
  [
    { principals: { viewerRoleArns: [`${role}a`], operatorRoleArns: [`${role}path/a`] } },
    'principals.viewerRoleArns[0]',
    'not used before',
  ],
  [
    { principals: { viewerRoleArns: ['arn:aws-cn:iam::123456789012:role/a'] } },
    'principals.viewerRoleArns[0]: got',
    'a role of the partition aws',
  ],
  [
    { principals: { viewerRoleArns: ['arn:aws:iam::123456789012:user/ada'] } },
    'principals.viewerRoleArns[0]: got',
    'the ARN of an IAM role',
  ],
  [
    { principals: { viewerRoleArns: [`${role}${'r'.repeat(65)}`] } },
    'principals.viewerRoleArns[0]: got',
    'the ARN of an IAM role',
  ],
  [
    {
      kubernetes: {
        encryption: {
          provider: 'kms',
          keyArn: 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        },
      },
    },
    'kubernetes.encryption.keyArn: got',
    'a key of eu-central-1',
  ],
  [
    {
      bastion: { authorizedKeys: [ed25519, ed25519] },
    },
    'bastion.authorizedKeys[1]: got',
    'not named before',
  ],
  [
    { bastion: { authorizedKeys: [ed25519.replace('ssh-ed25519', 'ssh-rsa')] } },
    'bastion.authorizedKeys[0]: got',
    'whole and unchanged',
  ],
  [oidc({ usernamePrefix: 'a b' }), 'kubernetes.oidc.usernamePrefix: got "a b"', '"oidc:"'],
  [oidc({ groupsPrefix: 'system:' }), 'kubernetes.oidc.groupsPrefix', 'not "system:"'],
  [oidc({ usernameClaim: '' }), 'kubernetes.oidc.usernameClaim: got ""', 'the name of a claim'],
  [oidc({ clientId: 'a\u0000b' }), 'kubernetes.oidc.clientId', 'the client id'],
  [oidc({ issuerUrl: 'https://a..b' }), 'kubernetes.oidc.issuerUrl', 'an HTTPS address'],
  [oidc({ issuerUrl: 'https://example.com:99999' }), 'kubernetes.oidc.issuerUrl', 'HTTPS'],
  [{ images: { allowedRegistries: ['ghcr.io:99999'] } }, 'images.allowedRegistries[0]', 'registry'],
  [
    { images: { allowedRegistries: ['quay.io', 'quay.io'] } },
    'images.allowedRegistries[1]',
    'not named before',
  ],

  // Flags, fields, versions, waivers.
  [
    apiServer({ 'max-request-inflight': '400' }),
    'kubernetes.flags.kube-apiserver.max-request-inflight: got "400"',
    'did you mean "max-requests-inflight"?',
  ],
  [apiServer({ v: 'high' }), 'kubernetes.flags.kube-apiserver.v: got "high"', 'a whole number'],
  [
    apiServer({ 'audit-log-compress': 'yes' }),
    'kubernetes.flags.kube-apiserver.audit-log-compress',
    '"true" or "false"',
  ],
  [apiServer({ 'livez-grace-period': '5' }), 'kubernetes.flags.kube-apiserver', 'a duration'],
  [
    apiServer({ 'feature-gates': 'AllAlhpa=true' }),
    'kubernetes.flags.kube-apiserver.feature-gates',
    'did you mean "AllAlpha"?',
  ],
  [kubelet({ maxPodz: '110' }), 'kubernetes.flags.kubelet.maxPodz', 'did you mean "maxPods"?'],
  [kubelet({ maxPods: 'many' }), 'kubernetes.flags.kubelet.maxPods: got "many"', 'whole number'],
  [kubelet({ failSwapOn: 'yes' }), 'kubernetes.flags.kubelet.failSwapOn', '"true" or "false"'],
  [kubelet({ syncFrequency: '60' }), 'kubernetes.flags.kubelet.syncFrequency', 'a duration'],
  [
    { kubernetes: { flags: { 'kube-scheduler': { 'bind-adress': '::' } } } },
    'kubernetes.flags.kube-scheduler.bind-adress',
    'did you mean "bind-address"?',
  ],
  [
    { etcd: { flags: { 'snapshot-cout': '1' } } },
    'etcd.flags.snapshot-cout: got "1"',
    'did you mean "snapshot-count"?',
  ],
  [{ etcd: { flags: { 'snapshot-count': 'many' } } }, 'etcd.flags.snapshot-count', 'whole number'],
  [{ kubernetes: { version: '1.36.04' } }, 'kubernetes.version: got "1.36.04"', '"1.36.4"'],
  [{ kubernetes: { version: '1.38' } }, 'kubernetes.version: got "1.38"', 'supported minor'],
  [{ kubernetes: { version: 1.36 } }, 'kubernetes.version: got 1.36', 'a Kubernetes version'],
  [{ etcd: { version: '3.7.0' } }, 'etcd.version: got "3.7.0"', '3.6'],
  [
    {
      waivers: [
        { clause: 'guide/api/profilling', reason: 'A slip of the pen', expires: '2026-12-31' },
      ],
    },
    'waivers[0].clause: got "guide/api/profilling"',
    'did you mean "guide/api/profiling"?',
  ],
  [
    {
      waivers: [
        { clause: 'guide/api/profiling', reason: 'A day that is not', expires: '2027-02-30' },
      ],
    },
    'waivers[0].expires: got "2027-02-30"',
    'a day such as',
  ],
  [
    {
      waivers: ['2026-12-30', '2026-12-31'].map((expires) => ({
        clause: 'guide/api/profiling',
        reason: 'The same thing twice',
        expires,
      })),
    },
    'waivers[1].clause: got "guide/api/profiling"',
    'not used before',
  ],
  [apiServer({ v: 2 }), 'kubernetes.flags.kube-apiserver.v: got 2', 'as text in one line'],
  [
    { etcd: { flags: { 'wal-dir': '/a\nUser=root' } } },
    'etcd.flags.wal-dir',
    'as text in one line',
  ],
  [apiServer({ '--v': '2' }), 'kubernetes.flags.kube-apiserver.--v', 'without dashes'],
  [{ artifacts: { source: '' } }, 'artifacts.source: got ""', '"upstream"'],
];

describe('a configuration that cannot come up', () => {
  it.each(impossible.map((row) => [JSON.stringify(row[0]).slice(0, 90), ...row] as const))(
    'fails when given %s',
    (_title, changes, beginning, part) => {
      const lines = refusal(changes);
      expect(lines).toEqual([expect.stringContaining(part)]);
      expect(lines[0]).toMatch(/^.+: got .+, expected .+/);
      expect(lines[0]?.slice(0, beginning.length)).toBe(beginning);
    },
  );

  it.each(['apiCidrs', 'nodePortCidrs'])('knows everyone in pieces (%s, strict)', (key) => {
    const lines = refusal({
      profile: 'strict',
      ...access({ [key]: ['0.0.0.0/1', '128.0.0.0/1'] }),
    });
    expect(lines).toEqual([
      expect.stringMatching(`^access.${key}\\[0\\]: got "0.0.0.0/1", expected a named network`),
      expect.stringMatching(`^access.${key}\\[1\\]: got "128.0.0.0/1", expected a named network`),
    ]);
  });
});

describe('a configuration at the end of what there is room for', () => {
  const possible: readonly object[] = [
    { region: 'ca-central-1' },
    { region: 'ap-northeast-1' },
    { region: 'us-west-1', zones: ['us-west-1a', 'us-west-1c'] },
    {
      region: 'us-gov-west-1',
      machineImages: { arm64: 'ami-0123456789abcdef0' },
      principals: { viewerRoleArns: ['arn:aws-us-gov:iam::123456789012:role/a'] },
    },
    // Unlike people, namespaces may share a role.
    {
      namespaces: [
        { name: 'shop', roleArns: [podRole] },
        { name: 'lab', roleArns: [podRole] },
      ],
      kubernetes: { serviceAccountIssuer: 'https://issuer.example.com' },
    },
    { network: { vpcCidr: '100.64.0.0/16' } },
    { network: { podCidr: '198.18.0.0/15' } },
    { name: 'internals' },
    { name: 'sga' },
    { name: 'no' },
    { tags: { a: 'b', ['k'.repeat(128)]: 'v'.repeat(256) } },
    { tags: tags(8) },
    { tags: { 'cost centre': 'Büro/7 = a+b@c_d-e.f:g' } },
    access({ apiCidrs: networks(45) }),
    access({ apiCidrs: [] }),
    worker({ nodePorts: Array.from({ length: 49 }, (_, index) => 30000 + index) }),
    worker({ architecture: 'amd64' }),
    { profile: 'development', etcd: { members: 1, architecture: 'amd64' } },
    worker({ instanceType: 'm5.large', architecture: 'amd64' }),
    worker({ instanceType: 't3.medium', architecture: 'amd64', capacity: 'spot' }),
    worker({ labels: { 'node.kubernetes.io/pool': 'a', 'kubelet.kubernetes.io/x': 'b' } }),
    worker({
      taints: [
        { key: 'a', effect: 'NoSchedule' },
        { key: 'a', effect: 'NoExecute' },
      ],
    }),
    shop({ containerLimits: { cpu: '25m', memory: '32Mi' } }),
    shop({ quota: { cpu: '2.5', memory: '1E' }, containerLimits: { cpu: '0.5' } }),
    { etcd: { dataVolume: { type: 'io2', sizeGibibytes: 64, iops: 64000 } } },
    { kubernetes: { audit: { maxBackups: 255, maxSizeMegabytes: 100 } } },
    kubelet({ maxPods: '200', evictionHard: '{memory.available: 1Gi}', syncFrequency: '30s' }),
    apiServer({ v: '2', 'feature-gates': 'AllAlpha=false' }),
    { etcd: { flags: { 'snapshot-count': '5000' } } },
    { kubernetes: { encryption: { keys: ['a', 'b'], provider: 'secretbox' } } },
    { images: { allowedRegistries: ['ghcr.io/example', 'registry.example.com:5000/a/b'] } },
  ];

  it.each(possible.map((changes) => [JSON.stringify(changes).slice(0, 90), changes] as const))(
    'accepts %s',
    (_title, changes) => {
      expect(refusal(changes)).toEqual([]);
    },
  );
});
