import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { planClientUrls } from '../../../lib/etcd/plan-member-flags';
import { planEtcdMember } from '../../../lib/etcd/plan-etcd-member';
import { planTierDirectory, tierDirectoryPath } from '../../../lib/etcd/tier-directory';
import { resolveLock } from '../../../lib/machine/artifact-lock';
import { renderBundle } from '../../../lib/machine/bundle';
import type { MachineConfig } from '../../../lib/machine/machine-config';
import { mergeParts } from '../../../lib/machine/merge-parts';
import { planBase } from '../../../lib/machine/plan-base';
import { planPki } from '../../../lib/pki/pki-plan';
import { makeBlueprint } from '../cluster/blueprint-inputs';
import { EtcdClient, type TlsIdentity } from '../../../bench/etcd/client';
import { startEtcdCloud, type EtcdCloud } from './etcd-cloud';
import { EtcdMachine } from './etcd-machine';
import { findVpcCidr, makeEtcdNetwork, type EtcdNetwork } from './etcd-network';
import { runAside, waitUntil, type Finished } from './etcd-run';
import { issueCertificate, materializePki, type MaterializedPki } from '../pki';
import { findTool, toolVersion } from '../tools';
import { planAddresses } from '../../../lib/network/address-plan';
import { planNetwork } from '../../../lib/network/plan-network';

/** How large a tier and of which etcd. */
export interface EtcdTierOptions {
  /** @default 3 */
  readonly members?: 1 | 3 | 5;
  /** Members that there are when the cluster is made; the others come later. @default all */
  readonly initialMembers?: 1 | 3;
  /** Minor version of etcd. @default '3.6' */
  readonly version?: '3.5' | '3.6';
  /** Changes to the configuration besides etcd's version and members and the network. */
  readonly changes?: Partial<BlueprintInput>;
  /** Data volumes as RAM disks of this size. @default folders on disk */
  readonly volumeMegabytes?: number;
}

/** A running etcd tier. */
export interface EtcdTier {
  readonly blueprint: Blueprint;
  /** Everything the PKI plan of this blueprint asks for. */
  readonly pki: MaterializedPki;
  /** Client addresses, reachable from this machine. */
  readonly endpoints: readonly string[];
  /** The API server's identity. */
  readonly apiServer: TlsIdentity;
  readonly machines: readonly EtcdMachine[];
  readonly network: EtcdNetwork;
  readonly cloud: EtcdCloud;
  /** Folder of the tier that is removed in the end. */
  readonly scratch: string;
  machine(name: string): EtcdMachine;
  /** Files of a planned certificate, such as `etcd-0-root`, or of one made for the test. */
  identity(name: string): TlsIdentity;
  /** A certificate of the etcd CA (or another) with any common name. */
  makeIdentity(name: string, commonName: string, ca?: string): Promise<TlsIdentity>;
  /** etcdctl on this machine, as the API server or another identity, against all or one member. */
  etcdctl(args: readonly string[], options?: EtcdctlOptions): Promise<Finished>;
  /** A client of one member as the API server or another identity. */
  client(member: number, identity?: TlsIdentity): EtcdClient;
  /** Writes the addresses of all members into the parameter store, as a later `pulumi up` does. */
  addMembers(): void;
  /** Starts etcd and access control on machines that are on, and waits for both. */
  start(machines?: readonly EtcdMachine[]): Promise<void>;
  stop(): Promise<void>;
}

/** Whom etcdctl asks and as whom. */
export interface EtcdctlOptions {
  readonly identity?: TlsIdentity;
  readonly endpoints?: readonly string[];
}

/** Starts a tier with access control on. The caller has to stop it. Needs root. */
export async function startEtcdTier(options: EtcdTierOptions = {}): Promise<EtcdTier> {
  const tier = await prepareEtcdTier(options);
  try {
    await Promise.all(tier.machines.map((machine) => machine.powerOn()));
    await tier.start();
    return tier;
  } catch (error) {
    await tier.stop();
    throw error;
  }
}

/**
 * Makes a tier whose machines are off: network, PKI, bucket, and each machine with the files of its
 * bundle. Nothing of the rendered files, flags, addresses or paths is changed for the test; what the
 * cloud would tell a machine (`machine.env`) names the fake of the cloud.
 */
export async function prepareEtcdTier(options: EtcdTierOptions = {}): Promise<EtcdTier> {
  const { members = 3, version = '3.6', changes = {} } = options;
  if (process.getuid?.() !== 0) throw new Error('etcd tier: needs root for its namespaces');
  const tools = findEtcdTools(version);
  const vpcCidr = findVpcCidr();
  const blueprintOf = (count: number) =>
    makeBlueprint({
      ...changes,
      name: 'tier',
      profile: count === 1 ? 'development' : 'standard',
      network: { ...changes.network, vpcCidr },
      etcd: { ...changes.etcd, version: tools.version, members: count },
    });
  const blueprint = blueprintOf(members);
  const pki = await materializePki(planPki(blueprint, planAddresses(blueprint)));
  const scratch = mkdtempSync(join(tmpdir(), 'etcd-tier-'));
  const network = makeEtcdNetwork(blueprint);
  const cloud = await startEtcdCloud(network.hostAddress, blueprint.name);
  for (const [parameter, text] of pki.parameters) cloud.parameters.set(parameter, text);
  writeDirectory(cloud, blueprintOf(options.initialMembers ?? members));
  const programs = linkPrograms(scratch, tools);
  const lock = resolveLock(blueprint);
  const machines = blueprint.etcd.members.map((member) => {
    const machine = mergeParts(
      { name: member.name, role: 'etcd', architecture: blueprint.etcd.architecture },
      [
        planBase(blueprint, 'etcd', planNetwork(blueprint)),
        planEtcdMember(blueprint, member, lock, planAddresses(blueprint)),
      ],
    );
    return new EtcdMachine({
      machine,
      parameters: pki.parameters,
      machineEnv: renderMachineEnv(blueprint, machine, cloud),
      networkNamespace: network.namespaceOf(member.name),
      programs,
      scratch: join(scratch, member.name),
      ...(options.volumeMegabytes === undefined
        ? {}
        : { volumeMegabytes: options.volumeMegabytes }),
    });
  });
  return makeTier({ blueprint, pki, scratch, network, cloud, machines, etcdctl: tools.etcdctl });
}

interface TierParts extends Pick<
  EtcdTier,
  'blueprint' | 'pki' | 'scratch' | 'network' | 'cloud' | 'machines'
> {
  /** Path of the program. */
  readonly etcdctl: string;
}

function makeTier(parts: TierParts): EtcdTier {
  const { blueprint, pki, scratch, network, cloud, machines } = parts;
  const endpoints = planClientUrls(blueprint, planAddresses(blueprint));
  const identity = (name: string): TlsIdentity => ({
    caFile: join(scratch, 'identities', 'ca.crt'),
    certFile: join(scratch, 'identities', `${name}.crt`),
    keyFile: join(scratch, 'identities', `${name}.key`),
  });
  const clients: EtcdClient[] = [];
  mkdirSync(join(scratch, 'identities'));
  writeFileSync(identity('').caFile, pki.parameters.get('control-plane/etcd-ca') ?? '');
  for (const { parameter, content } of planPki(blueprint, planAddresses(blueprint)).secrets) {
    if (content.kind === 'certificate') {
      const text = pki.parameters.get(parameter) ?? '';
      writeFileSync(identity(content.name).certFile, text);
      writeFileSync(identity(content.name).keyFile, text);
    }
  }
  const tier: EtcdTier = {
    ...parts,
    endpoints,
    apiServer: identity('etcd-client'),
    identity,
    machine: (name) => {
      const machine = machines.find((candidate) => candidate.name === name);
      if (!machine) throw new Error(`no machine ${name}`);
      return machine;
    },
    makeIdentity: async (name, commonName, ca = 'etcd-ca') => {
      const issuer = pki.cas.get(ca);
      if (!issuer) throw new Error(`no CA ${ca}`);
      const made = await issueCertificate({ ca: issuer, commonName });
      writeFileSync(identity(name).certFile, made.certificate);
      writeFileSync(identity(name).keyFile, made.key);
      return identity(name);
    },
    etcdctl: (args, { identity: who = tier.apiServer, endpoints: whom = endpoints } = {}) =>
      runAside(parts.etcdctl, [
        `--endpoints=${whom.join(',')}`,
        ...[`--cacert=${who.caFile}`, `--cert=${who.certFile}`, `--key=${who.keyFile}`],
        ...args,
      ]),
    client: (member, who = tier.apiServer) => {
      const client = new EtcdClient(endpoints[member] ?? '', who);
      clients.push(client);
      return client;
    },
    addMembers: () => {
      writeDirectory(cloud, blueprint);
    },
    start: async (started = machines) => {
      await Promise.all(started.map((machine) => machine.systemctl('start', 'etcd.service')));
      await Promise.all(
        started.map((machine) => machine.systemctl('start', 'etcd-access-control.service')),
      );
    },
    stop: async () => {
      for (const client of clients) client.close();
      await Promise.all(machines.map((machine) => machine.remove()));
      network.remove();
      await cloud.stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
  return tier;
}

/** What is written once keeps its first value. */
function writeDirectory({ parameters }: EtcdCloud, blueprint: Blueprint): void {
  for (const { name, value, writtenOnce } of planTierDirectory(
    blueprint,
    planAddresses(blueprint),
  )) {
    const path = `${tierDirectoryPath}/${name}`;
    if (!writtenOnce || !parameters.has(path)) parameters.set(path, value);
  }
}

interface EtcdTools {
  readonly version: string;
  readonly etcd: string;
  readonly etcdctl: string;
  readonly etcdutl: string;
}

function findEtcdTools(minorVersion: string): EtcdTools {
  const find = (name: 'etcd' | 'etcdctl' | 'etcdutl'): string => {
    const path = findTool(name, { version: minorVersion });
    if (path === undefined)
      throw new Error(`${name} ${minorVersion}: not found; see tools/README.md`);
    return path;
  };
  const etcd = find('etcd');
  return {
    etcd,
    version: toolVersion('etcd', etcd) ?? minorVersion,
    etcdctl: find('etcdctl'),
    etcdutl: find('etcdutl'),
  };
}

/** `/usr/local` of the machines, without what this machine has there. */
function linkPrograms(scratch: string, tools: EtcdTools): string {
  const folder = join(scratch, 'programs');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  for (const name of ['etcd', 'etcdctl', 'etcdutl'] as const) {
    try {
      linkSync(tools[name], join(folder, 'bin', name));
    } catch {
      // Another file system.
      copyFileSync(tools[name], join(folder, 'bin', name));
    }
  }
  return folder;
}

function renderMachineEnv(blueprint: Blueprint, machine: MachineConfig, cloud: EtcdCloud): string {
  const values = {
    HC_CLUSTER: blueprint.name,
    HC_MACHINE: machine.name,
    HC_ROLE: machine.role,
    HC_REGION: blueprint.region,
    HC_ACCOUNT_ID: '123456789012',
    HC_BUCKET: 'bucket',
    HC_BUNDLE_SHA256: renderBundle(machine).sha256,
    HC_ENDPOINT_IMDS: cloud.url,
    HC_ENDPOINT_S3: cloud.url,
    HC_ENDPOINT_SSM: cloud.url,
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}='${value}'\n`)
    .join('');
}

/** Waits until a member answers that it is part of a healthy quorum. */
export async function waitHealthy(machine: EtcdMachine, seconds = 120): Promise<void> {
  await waitUntil(`${machine.name}: healthy`, seconds, async () => {
    const url = 'http://127.0.0.1:2381/health';
    return (await machine.exec(['curl', '-fsS', '-m', '5', url])).status === 0;
  });
}
