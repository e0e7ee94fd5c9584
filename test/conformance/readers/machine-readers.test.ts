import { describe, expect, test } from '@jest/globals';
import type { Facts, MachineFact } from '../../../lib/conformance/facts';
import { componentFlags } from '../../../lib/conformance/readers/component-flags';
import { durationSeconds } from '../../../lib/conformance/readers/duration';
import { flagList, flagValue, parseFlags } from '../../../lib/conformance/readers/flags';
import { kubeletSetting, readKubelets } from '../../../lib/conformance/readers/kubelets';
import { readHostFirewall } from '../../../lib/conformance/readers/nftables';
import { readSshd } from '../../../lib/conformance/readers/sshd';
import {
  directiveValues,
  execStartFlags,
  parseUnit,
  readUnit,
  splitWords,
} from '../../../lib/conformance/readers/systemd-unit';

function machine(files: Readonly<Record<string, string>>, name = 'm'): MachineFact {
  return {
    name,
    role: 'control-plane',
    userData: '',
    files: Object.fromEntries(
      Object.entries(files).map(([path, content]) => [
        path,
        { content, mode: '0644', owner: 'root:root' },
      ]),
    ),
  };
}

const facts = (...machines: MachineFact[]): Facts => ({ source: 'plan', machines });

describe('flags', () => {
  test.each([
    ['--a=b', 'b'],
    ['--a b', 'b'],
    ['-a=b', 'b'],
    ['--a --c=d', 'true'],
    ['--a=1 --a=2', '2'],
    ['--a=', ''],
    ['--a=x=y', 'x=y'],
  ])('reads %s', (line, value) => {
    expect(flagValue(parseFlags(line.split(' ')), 'a')).toBe(value);
  });

  test('reads lists, also where the flag is repeated', () => {
    expect(flagList(parseFlags(['--m=Node,RBAC', '--m=Webhook']), 'm')).toEqual([
      'Node',
      'RBAC',
      'Webhook',
    ]);
  });
});

describe('units', () => {
  test('joins continued lines and keeps quoted words together', () => {
    const unit = parseUnit(
      '[Service]\nExecStart=/bin/x \\\n  --a="b c" \\\n  --d=\'e\'\n# no=thing\n',
    );
    expect([...execStartFlags(unit)]).toEqual([
      ['a', ['b c']],
      ['d', ['e']],
    ]);
  });

  test('takes drop-ins after the unit, and an empty value takes back what came before', () => {
    const unit = readUnit(
      machine({
        '/etc/systemd/system/x.service.d/10.conf':
          '[Service]\nExecStart=\nExecStart=/bin/x --a=2\n',
        '/etc/systemd/system/x.service': '[Service]\nExecStart=/bin/x --a=1\n',
      }),
      'x.service',
    );
    expect(directiveValues(unit ?? [], 'ExecStart')).toEqual(['/bin/x --a=2']);
  });

  test('knows nothing of a unit that is not there', () => {
    expect(readUnit(machine({}), 'x.service')).toBeUndefined();
    expect(splitWords('')).toEqual([]);
  });
});

describe('componentFlags', () => {
  const cluster = (body: string) =>
    facts(machine({ '/etc/kubernetes/kubeadm.yaml': `kind: ClusterConfiguration\n${body}` }));
  const flag = (given: Facts, name: string) =>
    componentFlags(given, 'kube-apiserver').map(({ flags }) => flagValue(flags, name));

  test('takes the flags that kubeadm sets by itself', () => {
    expect(flag(cluster(''), 'authorization-mode')).toEqual(['Node,RBAC']);
    expect(flag(cluster(''), 'anonymous-auth')).toEqual([undefined]);
  });

  test.each([
    [
      'a list, as v1beta4 has it',
      'apiServer:\n  extraArgs:\n  - {name: authorization-mode, value: ABAC}\n',
    ],
    [
      'a mapping, as earlier versions have it',
      'apiServer:\n  extraArgs: {authorization-mode: ABAC}\n',
    ],
  ])('puts extra arguments over them: %s', (_, body) => {
    expect(flag(cluster(body), 'authorization-mode')).toEqual(['ABAC']);
  });

  test('has no authorization mode of kubeadm beside an authorization configuration', () => {
    const body = 'apiServer:\n  extraArgs: {authorization-config: /a.yaml}\n';
    expect(flag(cluster(body), 'authorization-mode')).toEqual([undefined]);
  });

  test('reads static pods, and pods of a running cluster', () => {
    const pod = (words: string) =>
      `kind: Pod\nspec: {containers: [{command: [kube-apiserver, ${words}]}]}\n`;
    const onDisk = machine({
      '/etc/kubernetes/manifests/kube-apiserver.yaml': pod('--profiling=false'),
    });
    const running = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'kube-apiserver-a', namespace: 'kube-system' },
      spec: { containers: [{ command: ['/usr/bin/kube-apiserver', '--profiling=true'] }] },
    };
    expect(
      flag({ source: 'cluster', machines: [onDisk], manifests: [running] }, 'profiling'),
    ).toEqual(['false', 'true']);
  });

  test('fails when a file that should be YAML is none, and says which', () => {
    expect(() => flag(cluster('a: [\n'), 'x')).toThrow(
      /^m: \/etc\/kubernetes\/kubeadm\.yaml is no YAML/,
    );
  });
});

describe('kubelets', () => {
  const base =
    'kind: KubeletConfiguration\nauthentication: {anonymous: {enabled: false}, webhook: {enabled: true}}\n';
  const anonymous = (files: Readonly<Record<string, string>>) =>
    readKubelets(facts(machine(files)))?.map(
      (kubelet) =>
        kubeletSetting(kubelet, ['authentication', 'anonymous', 'enabled'], 'anonymous-auth', '-')
          .value,
    );

  test('merges configuration files and their drop-ins', () => {
    expect(
      anonymous({
        '/var/lib/kubelet/config.yaml': base,
        '/var/lib/kubelet/config.yaml.d/10.conf':
          'kind: KubeletConfiguration\nauthentication: {anonymous: {enabled: true}}\n',
      }),
    ).toEqual(['true']);
  });

  test.each([
    ['/etc/default/kubelet', 'KUBELET_ARGS="--anonymous-auth=true"\n'],
    ['/var/lib/kubelet/kubeadm-flags.env', 'KUBELET_KUBEADM_ARGS="--anonymous-auth=true --v=2"\n'],
    ['/etc/systemd/system/kubelet.service', '[Service]\nExecStart=/bin/kubelet --anonymous-auth\n'],
    [
      '/etc/kubernetes/join.yaml',
      'kind: JoinConfiguration\nnodeRegistration: {kubeletExtraArgs: [{name: anonymous-auth, value: "true"}]}\n',
    ],
  ])('lets a flag in %s win over the configuration', (path, content) => {
    expect(anonymous({ '/var/lib/kubelet/config.yaml': base, [path]: content })).toEqual(['true']);
  });
});

describe('sshd', () => {
  test('takes the first value, drop-ins first, and leaves out what is for some only', () => {
    const settings = readSshd(
      machine({
        '/etc/ssh/sshd_config':
          'PermitRootLogin yes\nBanner none\nMatch User a\nX11Forwarding yes\n',
        '/etc/ssh/sshd_config.d/20.conf': 'PermitRootLogin prohibit-password\n',
        '/etc/ssh/sshd_config.d/10.conf': '# PermitRootLogin yes\nPermitRootLogin no\n',
      }),
    );
    expect([...(settings ?? [])]).toEqual([
      ['permitrootlogin', 'no'],
      ['banner', 'none'],
    ]);
  });
});

describe('the order of drop-ins of sshd', () => {
  test.each([
    ['as they are named', ['10', '20', '30']],
    ['the other way round', ['30', '20', '10']],
    ['mixed', ['20', '10', '30']],
  ])('does not depend on that of the files: %s', (_title, names) => {
    const files = Object.fromEntries(
      names.map((name): [string, string] => [
        `/etc/ssh/sshd_config.d/${name}.conf`,
        `Banner /etc/banner-${name}\n`,
      ]),
    );
    expect(readSshd(machine(files))?.get('banner')).toBe('/etc/banner-10');
  });
});

describe('nftables', () => {
  test('finds the policy of the input chain alone', () => {
    const content = `table inet f {
  chain forward { type filter hook forward priority 0; policy accept; }
  chain input {
    type filter hook input priority 0; policy drop;
    tcp dport 22 accept
  }
}
`;
    expect(readHostFirewall(machine({ '/etc/nftables.conf': content }))).toEqual([
      { path: '/etc/nftables.conf', policy: 'drop', accepts: ['tcp dport 22 accept'] },
    ]);
  });
});

describe('durations', () => {
  test.each([
    ['8760h0m0s', 31536000],
    ['1h 30min', 5400],
    ['900s', 900],
    ['15', 15],
    ['1 week', 604800],
    ['soon', undefined],
    ['1x', undefined],
  ])('reads %s', (text, seconds) => {
    expect(durationSeconds(text)).toBe(seconds);
  });
});
