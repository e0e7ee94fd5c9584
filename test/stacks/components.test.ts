import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as settled } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import * as pulumi from '@pulumi/pulumi';
import { Eip } from '@pulumi/aws/ec2/eip';
import { Provider } from '@pulumi/aws/provider';
import * as exported from '../../stacks/components';
import { ArgumentsError } from '../../stacks/component-args';
import type { IdList } from '../../stacks/id-list';
import { tableComponents, type TableInputs } from '../support/cluster/component-table';
import { recordRun, type Properties, type RecordedResource } from '../support/cluster/mocks';

// The table of docs/components.md: each component in each situation works, or refuses with a message.

const region = 'eu-central-1';

/** Inputs whose values are known at once. */
const known = (): TableInputs => ({
  any: pulumi.output('known'),
  ids: ['known'],
  region,
  name: 'x',
  cluster: 'c',
  opts: {},
});

/** Resources of a component, without what a test made beside it. */
const made = (resources: readonly RecordedResource[]) =>
  resources.filter(({ name, type }) => name !== 'source' && !type.startsWith('pulumi:'));

const labels = (resources: readonly RecordedResource[]) =>
  made(resources)
    .map(({ type, name }) => `${type} ${name}`)
    .sort();

/** Runs a program that may throw, and gives the error beside what was registered. */
async function attempt(program: () => unknown) {
  const refused: unknown[] = [];
  const { resources } = await recordRun(() => {
    try {
      program();
    } catch (error) {
      refused.push(error);
    }
    return {};
  });
  return { resources, refused };
}

const lines = (errors: readonly unknown[]) =>
  [...new Set(errors.filter((error) => error instanceof ArgumentsError))].flatMap((error) =>
    error.message.split('\n'),
  );

/** Components that are made for one region: they name it in policies, or are planned for it. */
const regional = [
  'Bastion',
  'EncryptionKeys',
  'FlowLogs',
  'HardenedCluster',
  'InterfaceEndpoints',
  'OidcIssuer',
  'S3Endpoints',
  'SecureBucket',
];

/** Components with names that AWS has once, by what is refused when two of a program have them. */
const named: Readonly<Record<string, string>> = {
  Bastion: 'MachineIdentity: roleName: got "c-bastion"',
  ClusterSecrets: 'ClusterSecrets: cluster: got "c"',
  EncryptionKeys: 'EncryptionKeys: cluster: got "c"',
  EtcdDirectory: 'EtcdDirectory: cluster: got "c"',
  HardenedCluster: 'HardenedCluster: name: got "c"',
  LogGroups: 'LogGroups: retentionDays.audit: got "/c/audit"',
  MachineIdentity: 'MachineIdentity: roleName: got "c-worker"',
  ManifestContent: 'ManifestContent: cluster: got "c"',
  SessionDocument: 'SessionDocument: documentName: got "c-session"',
};

test('the table has every component of the package', () => {
  const components = Object.entries(exported).flatMap(([name, value]) =>
    typeof value === 'function' && value.prototype instanceof pulumi.ComponentResource
      ? [name]
      : [],
  );
  expect(Object.keys(tableComponents).sort()).toEqual(components.sort());
});

test('the page shows the table as it is tried here', () => {
  const page = readFileSync(join(__dirname, '../../docs/components.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (.*) \|$/gm)].filter(([, name = '']) =>
    Object.hasOwn(tableComponents, name),
  );
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(tableComponents).sort());
  for (const [, name = '', cells = ''] of rows) {
    const [, provider, , , names] = cells.split('|').map((cell) => cell.trim());
    expect([name, provider]).toEqual([name, regional.includes(name) ? 'refused' : 'works']);
    expect([name, names?.startsWith('refused')]).toEqual([name, Object.hasOwn(named, name)]);
  }
});

describe.each(Object.entries(tableComponents))('%s', (component, make) => {
  test('registers the same alone, whether its inputs are known or not', async () => {
    const alone = await recordRun(() => {
      make(known());
      return {};
    });
    const unknown = await recordRun(
      () => {
        // In a preview no computed value of a new resource is known.
        const any = new Eip('source').publicIp;
        make({ ...known(), any, ids: any.apply((id) => [id]) });
        return {};
      },
      { preview: true },
    );
    expect(labels(alone.resources).length).toBeGreaterThan(1);
    expect(labels(unknown.resources)).toEqual(labels(alone.resources));
  });

  test('takes lists of ids as one output, as VPC packages and stack references give them', async () => {
    if (component === 'HardenedCluster') return;
    const names = ['subnet-a', 'subnet-b'];
    const runWith = (ids: IdList) =>
      recordRun(() => {
        make({ ...known(), ids });
        return {};
      });
    const plain = await runWith(names);
    const output = await runWith(pulumi.output(Promise.resolve(names)));
    // Each run has other keys: they differ, and so does what is derived from them.
    const inputs = ({ resources }: { readonly resources: readonly RecordedResource[] }) =>
      JSON.stringify(
        made(resources).filter(({ type }) => !/^tls:|ssm\/parameter/.test(type)),
        (key, value: unknown) => (key === 'computed' ? {} : value),
      );
    expect(inputs(output)).toEqual(inputs(plain));
  });

  test('works with a provider of its own, whose region is asked for before anything else', async () => {
    let answer: (found: Properties) => void = () => undefined;
    const asked = new Promise<Properties>((resolve) => {
      answer = resolve;
    });
    const seen: RecordedResource[] = [];
    const run = recordRun(
      () => {
        const provider = new Provider('own', { region });
        make({ ...known(), opts: { providers: [provider] } });
        return {};
      },
      {
        invokes: { 'aws:index/getRegion:getRegion': () => asked },
        seen: (resource) => {
          seen.push(resource);
        },
      },
    );
    if (regional.includes(component)) {
      await settled(50);
      expect(made(seen).filter(({ type }) => !type.startsWith('tls:'))).toEqual([]);
    }
    answer({ region });
    await run;
    expect(labels(seen).length).toBeGreaterThan(1);
    expect(
      made(seen).filter(
        ({ custom, type, provider }) => custom && type.startsWith('aws:') && provider === '',
      ),
    ).toEqual([]);
  });

  test('stands beside another of its kind, and refuses one of the same names', async () => {
    const two = await attempt(() => {
      make(known());
      make({ ...known(), name: 'y', cluster: 'd' });
    });
    expect(two.refused).toEqual([]);
    const clash = await attempt(() => {
      make(known());
      make({ ...known(), name: 'y' });
    });
    const expected = named[component];
    expect(lines(clash.refused)).toEqual(
      expected === undefined ? [] : [expect.stringContaining(expected)],
    );
  });

  test('puts the permissions boundary on each role that it makes', async () => {
    // Its boundary is a key of the configuration; see variants.test.ts.
    if (component === 'HardenedCluster') return;
    const { resources } = await recordRun(() => {
      make(known());
      return {};
    });
    const roles = resources.filter(({ type }) => type === 'aws:iam/role:Role');
    expect(roles.filter(({ inputs }) => inputs.permissionsBoundary === undefined)).toEqual([]);
  });
});

test.each(regional.filter((name) => name !== 'HardenedCluster'))(
  '%s refuses an Output as its region',
  async (component) => {
    const { refused, resources } = await attempt(() =>
      tableComponents[component]?.({
        ...known(),
        region: pulumi.output(region) as unknown as string,
      }),
    );
    expect(lines(refused)).toContain(
      `${component}: account.region: got "an Output", expected plain text such as "eu-central-1": it has to be known before any resource is`,
    );
    expect(resources).toEqual([]);
  },
);

test.each(['MachineGroup', 'ControlPlane', 'WorkerPool', 'Bastion'])(
  '%s sizes and encrypts the root volume that its image has, whatever the distribution',
  async (component) => {
    const { resources } = await recordRun(
      () => {
        tableComponents[component]?.(known());
        return {};
      },
      {
        invokes: {
          'aws:ec2/getAmi:getAmi': ({ filters }) => {
            expect(filters).toEqual([{ name: 'image-id', values: ['known'] }]);
            return { id: 'known', rootDeviceName: '/dev/sda1' };
          },
        },
      },
    );
    const templates = resources.filter(({ type }) => type.endsWith(':LaunchTemplate'));
    expect(templates.map(({ inputs }) => inputs.blockDeviceMappings)).toEqual([
      [expect.objectContaining({ deviceName: '/dev/sda1' })],
    ]);
  },
);

describe('what is known only when a program runs', () => {
  const run = (program: string) =>
    spawnSync(
      process.execPath,
      [join(__dirname, '../support/cluster/run-refused-program.cjs'), program],
      { encoding: 'utf8' },
    );

  test('a provider of another region is refused before anything is registered', () => {
    const { stdout } = run('other-region');
    expect(JSON.parse(stdout)).toEqual({
      registered: ['pulumi:pulumi:Stack', 'pulumi:providers:aws'],
      refused: [
        'SecureBucket: account.region: got "eu-central-1", expected "us-east-1", the region of the AWS provider',
      ],
    });
  });

  test('what would be made of an empty list of ids is not made', () => {
    const { stdout } = run('empty-list');
    expect(JSON.parse(stdout)).toEqual({
      registered: ['pulumi:pulumi:Stack', 'hardened-cluster:stacks:InterfaceEndpoints'],
      refused: [
        'error serializing property "subnetIds": InterfaceEndpoints: subnetIds: got [], expected the id of at least one',
      ],
    });
  });
});
