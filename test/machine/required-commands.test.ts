import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { planCluster } from '../../lib/cluster/plan-cluster';
import { memberAddressToken } from '../../lib/etcd/tier-directory';
import type { MachineConfig } from '../../lib/machine/machine-config';
import { programFolder } from '../../lib/machine/program-file';
import { requiredCommands } from '../../lib/machine/required-commands';
import { renderUserData } from '../../lib/machine/user-data';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';
import { readShell, shellBuiltins } from '../support/machine/shell-commands';

const variants: readonly (readonly [string, Partial<BlueprintInput>])[] = [
  ['standard', {}],
  ['strict', { profile: 'strict' }],
  ['development', { profile: 'development' }],
  ['session manager', { bastion: { access: 'session-manager' } }],
  ['gvisor', { kubernetes: { sandboxRuntime: 'gvisor' } }],
];

/** Programs of Debian packages that boot installs, as packages or as artifacts. */
const programsOfPackages: Readonly<Record<string, readonly string[]>> = {
  auditd: ['augenrules'],
  nftables: ['nft'],
};

/** First words that are no plain text, and what they stand for. */
const meanings: Readonly<Record<string, readonly string[]>> = {
  '"$@"': [],
  '"$1sum"': ['sha256sum', 'sha512sum'],
  '"$boot"': [],
};

const ownProgram = /^"\$HC_LIB\/([\w-]+)"$/;

describe.each(variants)('machines of a plan, %s', (_, changes) => {
  const machines = planCluster(makeBlueprint(changes)).machines;

  test.each(machines.map((machine) => [machine.name, machine] as const))(
    '%s requires the programs that it calls and does not bring, no more and no less',
    (_name, machine) => {
      expect(requiredCommands(machine)).toEqual(callsBeyondBundle(machine));
    },
  );
});

test('a program that no list has is noticed, in a program and in a unit', () => {
  const [machine] = planCluster(makeBlueprint()).machines;
  if (machine === undefined) throw new Error('no machine');
  const program = {
    path: `${programFolder}/new`,
    content: "#!/bin/sh\nif a=$(find . -exec jq . {} +); then at_exit 'xz b'; fi\n",
  };
  const unit = {
    name: 'a.service',
    content: '[Service]\nExecStartPre=-+/usr/sbin/chpasswd -e \\\n b\n',
  };
  const calls = callsBeyondBundle({
    ...machine,
    files: [...machine.files, program],
    units: [...machine.units, unit],
  });
  expect(calls.filter((name) => !requiredCommands(machine).includes(name))).toEqual([
    'chpasswd',
    'jq',
    'xz',
  ]);
});

/** Programs that something of the machine calls (user-data, programs, units) and that it does not bring. */
function callsBeyondBundle(machine: MachineConfig): readonly string[] {
  const { artifacts, dataVolume, files, packages, units } = machine;
  const brought = [
    ...artifacts.flatMap(({ install }) => install.map(({ path }) => nameOf(path))),
    ...files
      .map(({ path }) => path)
      .filter((path) => path.startsWith(programFolder))
      .map(nameOf),
    ...[...packages, ...artifacts.map(({ name }) => name)].flatMap(
      (name) => programsOfPackages[name] ?? [],
    ),
    // Looks up what templates name: only machines with such templates call it.
    ...(files.some(({ content, template }) => template && content.includes(memberAddressToken))
      ? []
      : ['list-etcd-tier']),
  ];
  const shells = [
    userData,
    ...files
      .filter(
        ({ path, content }) =>
          (content.startsWith('#!/bin/sh') || path.endsWith('.sh')) &&
          (dataVolume !== undefined || !path.endsWith('/mount-data-volume')),
      )
      .map(({ content }) => content),
  ].map(readShell);
  const words = [
    ...shells.flatMap(({ commands }) => [...commands]),
    ...[...units, ...files.filter(({ path }) => path.startsWith('/etc/systemd/system/'))].flatMap(
      ({ content }) => commandsOfUnit(content),
    ),
    ...files.flatMap(({ content }) => commandsOfPython(content)),
  ];
  const known = new Set([
    ...brought,
    ...shellBuiltins,
    ...shells.flatMap(({ functions, optional }) => [...functions, ...optional]),
  ]);
  const names = words
    .flatMap((word) => meanings[word] ?? [ownProgram.exec(word)?.[1] ?? word])
    .map((word) => (word.startsWith('/') ? nameOf(word) : word));
  return [...new Set(names)].filter((name) => !known.has(name)).sort();
}

const userData = renderUserData(
  { name: 'bastion', role: 'bastion' },
  {
    cluster: 'prod',
    region: 'eu-central-1',
    accountId: '123456789012',
    bucket: 'bucket',
    bundleKey: 'bundles/x.tar',
    bundleSha256: '0'.repeat(64),
  },
);

function nameOf(path: string): string {
  return path.replace(/.*\//, '');
}

/** Of the command lines of a unit: the program, and what it runs in turn. */
function commandsOfUnit(content: string): readonly string[] {
  const lines = content.replaceAll('\\\n', ' ').split('\n');
  return lines.flatMap((line) => {
    const command = /^Exec\w+=[-+!:@|]*(\S.*)$/.exec(line)?.[1] ?? '';
    const [program = '', ...words] = command.split(/\s+/);
    const code = /^\/bin\/sh -c '(.*)'$/.exec(command)?.[1];
    return [
      ...(program === '' ? [] : [program]),
      ...(program.endsWith('/env') ? words.filter((word) => !word.includes('=')).slice(0, 1) : []),
      ...(code === undefined ? [] : readShell(code.replaceAll('$$', '$')).commands),
    ];
  });
}

/** A Python program's interpreter, and the programs that it starts by a list or names by a path. */
function commandsOfPython(content: string): readonly string[] {
  if (!content.startsWith('#!/usr/bin/python3')) return [];
  const called = content.matchAll(/Popen\(\s*\["([\w.-]+)"|"\/(?:usr\/)?s?bin\/([\w.-]+)"/g);
  return ['python3', ...[...called].map(([, listed, path]) => listed ?? path ?? '')];
}
