import { artifactKey } from './artifacts';
import type { BundleFile } from './bundle-file';
import type { MachineConfig } from './machine-config';
import { requiredCommands } from './required-commands';

/** Folder of the tables that `boot` follows. */
const folder = '/etc/hardened-cluster/boot';

/**
 * Renders what `boot` needs to know of a machine as tables: one row a line, tabs between the
 * fields, `-` for nothing. Shell reads them without a parser, so nothing in them is ever run.
 *
 * @throws Error once, with every field that a table can't hold.
 */
export function planBoot(machine: MachineConfig): readonly BundleFile[] {
  const table = (name: string, rows: readonly (readonly string[])[]): BundleFile => ({
    path: `${folder}/${name}`,
    content: renderTable(`${machine.name}: ${name}`, rows),
    mode: '0644',
    owner: 'root:root',
  });
  const { dataVolume } = machine;
  return [
    table('artifacts', artifactRows(machine)),
    table(
      'commands',
      requiredCommands(machine).map((command) => [command]),
    ),
    table(
      'data-volume',
      dataVolume === undefined ? [] : [[dataVolume.mountPath, dataVolume.owner, dataVolume.mode]],
    ),
    table('files', fileRows(machine)),
    table(
      'packages',
      machine.packages.map((name) => [name]),
    ),
    table(
      'secrets',
      [...machine.secrets]
        .sort((a, b) => compare(a.parameter, b.parameter) || compare(a.path, b.path))
        .map(({ parameter, blocks = 'all', path, mode = '0600', owner = 'root:root' }) => [
          parameter,
          blocks,
          path,
          mode,
          owner,
        ]),
    ),
    table('services', restartedServices),
    table(
      'units',
      machine.units.map(({ name, enable = true, early = false }) => [
        name,
        enable ? 'yes' : 'no',
        early ? 'early' : 'late',
      ]),
    ),
    usersFile(machine),
  ];
}

/**
 * Services of the system, and those that are restarted when a file of theirs changes: early, before
 * anything is fetched, or late.
 */
const restartedServices: readonly (readonly [
  prefix: string,
  service: string,
  phase: 'early' | 'late',
])[] = [
  ['/etc/systemd/journald.conf.d/', 'systemd-journald.service', 'early'],
  ['/etc/systemd/networkd.conf.d/', 'systemd-networkd.service', 'early'],
  ['/etc/systemd/resolved.conf.d/', 'systemd-resolved.service', 'early'],
  ['/etc/systemd/timesyncd.conf.d/', 'systemd-timesyncd.service', 'early'],
  ['/etc/hardened-cluster/ship-logs.json', 'hardened-cluster-logs.service', 'early'],
  ['/etc/ssh/', 'ssh.service', 'early'],
  ['/etc/systemd/system/ssh.service.d/', 'ssh.service', 'early'],
  ['/etc/hardened-cluster/firewall.nft', 'hardened-cluster-firewall.service', 'late'],
  ['/etc/audit/', 'auditd.service', 'late'],
];

function artifactRows({ artifacts }: MachineConfig): string[][] {
  return artifacts.flatMap((artifact) => {
    const { sha256, sha512, install } = artifact;
    const checksum =
      sha256 === undefined && sha512 !== undefined ? ['sha512', sha512] : ['sha256', sha256 ?? '-'];
    return install.map(({ member = '-', path, mode = '0755' }) => [
      artifactKey(artifact),
      ...checksum,
      member,
      path,
      mode,
    ]);
  });
}

/** Names of the tables; they are placed too, for scripts that run after boot. */
const tables = [
  'artifacts',
  'commands',
  'data-volume',
  'files',
  'packages',
  'secrets',
  'services',
  'units',
  'users',
] as const;

function fileRows({ files, units }: MachineConfig): string[][] {
  return [
    ...tables.map((name) => [`${folder}/${name}`, '0644', 'root:root', 'plain']),
    ...files.map(({ path, mode = '0644', owner = 'root:root', template = false }) => [
      path,
      mode,
      owner,
      template ? 'template' : 'plain',
    ]),
    ...units.map(({ name }) => [`/etc/systemd/system/${name}`, '0644', 'root:root', 'plain']),
  ].sort(([a = ''], [b = '']) => compare(a, b));
}

/** For systemd-sysusers: fixed numbers, no home, no shell. */
function usersFile({ users }: MachineConfig): BundleFile {
  const lines = users.map(({ name, id }) => `u ${name} ${id} - - /usr/sbin/nologin\n`);
  return { path: `${folder}/users`, content: lines.join(''), mode: '0644', owner: 'root:root' };
}

function renderTable(location: string, rows: readonly (readonly string[])[]): string {
  const problems = rows
    .flat()
    .filter((field) => field === '' || /[\s\\]/.test(field))
    .map((field) => `${location}: got ${JSON.stringify(field)}, expected a field without spaces`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return rows.map((row) => `${row.join('\t')}\n`).join('');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
