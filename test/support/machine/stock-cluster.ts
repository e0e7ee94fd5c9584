import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import { parseCidr, renderAddress } from '../../../lib/blueprint/ipv4';
import { planMachines } from '../../../lib/cluster/plan-machines';
import { planTierDirectory, tierDirectoryPath } from '../../../lib/etcd/tier-directory';
import { renderBundle } from '../../../lib/machine/bundle';
import type { MachineConfig } from '../../../lib/machine/machine-config';
import { renderUserData } from '../../../lib/machine/user-data';
import { planAddresses } from '../../../lib/network/address-plan';
import { planNetwork } from '../../../lib/network/plan-network';
import { planPki } from '../../../lib/pki/pki-plan';
import { FakeAws, fakeCredentials } from '../aws/fake-aws';
import { issueCertificate, makeCa, materializePki } from '../pki';
import { mirrorName, readMirror } from './debian-mirror';
import { provideArtifacts } from './stock-artifacts';
import type { StockImage } from './stock-image';
import { StockMachine } from './stock-machine';
import { StockNetwork, type StockHost } from './stock-network';

/** A stock machine and what AWS is for it. */
export interface StockNode {
  readonly config: MachineConfig;
  readonly machine: StockMachine;
  readonly aws: FakeAws;
}

/** Options of {@link makeStockCluster}. */
export interface StockClusterOptions {
  readonly image: StockImage;
  readonly blueprint: Blueprint;
  /** Names of machines of the plan, one instance each. */
  readonly names: readonly string[];
  /** Programs of artifacts, by name. */
  readonly programs: Readonly<Record<string, string>>;
}

/** Machines of a plan, off, in the network of the plan. */
export class StockCluster {
  constructor(
    readonly nodes: readonly StockNode[],
    readonly network: StockNetwork,
    /** Debian's mirror answers with this status instead, while set. */
    readonly mirror: { broken?: number },
    private readonly cleanUp: (() => unknown)[],
  ) {}

  /** The node of a machine of the plan. */
  node(name: string): StockNode {
    const found = this.nodes.find(({ config }) => config.name === name);
    if (!found) throw new Error(`no machine ${name}`);
    return found;
  }

  async remove(): Promise<void> {
    await Promise.all(this.nodes.map(({ machine }) => machine.remove()));
    for (const step of this.cleanUp.splice(0).reverse()) await step();
  }
}

const region = 'eu-central-1';
const imds = '169.254.169.254';
const endpoints = '10.0.0.10';
const bucketAddress = '52.219.170.2';
const mirrorAddress = '151.101.2.132';

const services = [
  { address: imds, port: 80, names: [] },
  {
    address: endpoints,
    port: 443,
    names: ['ssm', 'logs', 'sts', 'kms', 'ec2'].map((name) => `${name}.${region}.amazonaws.com`),
  },
  { address: bucketAddress, port: 443, names: [`s3.${region}.amazonaws.com`] },
  { address: mirrorAddress, port: 443, names: [mirrorName] },
] as const;

/** Makes machines of a plan; they are off. Needs root. */
export async function makeStockCluster(options: StockClusterOptions): Promise<StockCluster> {
  const cleanUp: (() => unknown)[] = [];
  try {
    return await prepare(options, cleanUp);
  } catch (error) {
    for (const step of cleanUp.reverse()) await step();
    throw error;
  }
}

async function prepare(
  options: StockClusterOptions,
  cleanUp: (() => unknown)[],
): Promise<StockCluster> {
  const { blueprint, image } = options;
  const folder = mkdtempSync(join(tmpdir(), 'stock-'));
  cleanUp.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const planned = planNetwork(blueprint);
  const machines = planMachines(blueprint, planned).filter(({ name }) =>
    options.names.includes(name),
  );
  const hosts = machines.map((machine, index) => placeOf(blueprint, machine, index));
  const controlPlane = hosts.find(({ name }) => name === 'control-plane');
  const network = new StockNetwork(folder, hosts, services, {
    [blueprint.names.api]: controlPlane?.address ?? endpoints,
    ...Object.fromEntries(
      hosts
        .filter(({ name }) => name.startsWith('etcd-'))
        .map(({ name, address }) => [`${name}.${blueprint.names.domain}`, address]),
    ),
  });
  cleanUp.push(() => {
    network.remove();
  });
  const account = new FakeAws();
  const pki = await materializePki(planPki(blueprint, planned.addresses));
  for (const [name, text] of pki.parameters) {
    account.parameters.set(`/${blueprint.name}/${name}`, text);
  }
  for (const { name, value } of planTierDirectory(blueprint, planned.addresses)) {
    account.parameters.set(`/${blueprint.name}/${tierDirectoryPath}/${name}`, value);
  }
  const ca = await makeCa('Amazon of the tests');
  const certificate = await issueCertificate({
    ca,
    commonName: 'amazonaws.com',
    uses: ['server_auth'],
    dnsNames: [`*.${region}.amazonaws.com`, `*.s3.${region}.amazonaws.com`, mirrorName],
  });
  const packages = await debianPackages(machines, image.packageCache);
  const mirror: { broken?: number } = {};
  const nodes: StockNode[] = [];
  for (const [index, host] of hosts.entries()) {
    const bare = machines[index];
    if (bare === undefined) continue;
    const { machine: config, objects } = provideArtifacts(bare, options.programs, packages);
    const aws = new FakeAws(account);
    for (const [key, content] of objects) account.objects.set(`/bucket/${key}`, content);
    account.objects.set(`/bucket/bundles/${config.name}.tar`, renderBundle(config).tar);
    const dataVolumeId = config.dataVolume === undefined ? undefined : volumeIdOf(index);
    describeInstance(aws, blueprint, config, host, index, dataVolumeId);
    const answer: RequestListener = (request, response) => {
      const refuse = (status: number) => response.writeHead(status).end();
      // In namespaces no firmware says "EC2", and then cloud-init asks without a session.
      if (request.headers['user-agent']?.startsWith('Cloud-Init') === true) {
        const value = aws.readMetadata((request.url ?? '').replace(/^\/[^/]*\//, ''));
        if (value === undefined) refuse(404);
        else response.end(value);
        return;
      }
      if (request.headers.host !== mirrorName) {
        aws.handle(request, response);
        return;
      }
      if (mirror.broken !== undefined) {
        refuse(mirror.broken);
        return;
      }
      readMirror(request.url ?? '', image.packageCache).then(
        (content) => (typeof content === 'number' ? refuse(content) : response.end(content)),
        () => refuse(502),
      );
    };
    const plain = createHttpServer(answer);
    const secure = createHttpsServer(
      { cert: certificate.certificate, key: certificate.key },
      answer,
    );
    await listen(plain, network.socketOf(host.name, 80));
    await listen(secure, network.socketOf(host.name, 443));
    cleanUp.push(() => {
      for (const server of [plain, secure]) {
        server.closeAllConnections();
        server.close();
      }
    });
    const scratch = join(folder, config.name);
    mkdirSync(scratch);
    const machine = new StockMachine({
      name: config.name,
      image,
      networkNamespace: network.namespaceOf(host.name),
      scratch,
      ca: ca.certificate,
      ...(dataVolumeId === undefined ? {} : { dataVolumeId }),
    });
    nodes.push({ config, machine, aws });
  }
  return new StockCluster(nodes, network, mirror, cleanUp);
}

function volumeIdOf(index: number): string {
  return `vol-0123456789abcde${index.toString(16).padStart(2, '0')}`;
}

function placeOf(blueprint: Blueprint, { name, role }: MachineConfig, index: number): StockHost {
  const { etcdMembers, subnets } = planAddresses(blueprint);
  const zone = subnets[index % subnets.length] ?? subnets[0];
  const kind = {
    bastion: 'public',
    etcd: 'etcd',
    'control-plane': 'control-plane',
    worker: 'private',
  };
  const member = etcdMembers[name];
  const cidrs =
    member === undefined
      ? [zone?.[kind[role] as 'public'] ?? '']
      : subnets.map(({ etcd }) => etcd).filter((cidr) => holds(cidr, member));
  const network = parseCidr(cidrs[0] ?? '');
  if (!network) throw new Error(`${name}: no subnet`);
  const address = member ?? renderAddress(network.base + 20 + index);
  return {
    name,
    address,
    prefix: network.prefix,
    gateway: renderAddress(network.base + 1),
    // A VPC with a domain of its own in its DHCP options.
    hostName: `ip-${address.replaceAll('.', '-')}.corp.example`,
    mac: `06:00:00:00:00:${(16 + index).toString(16)}`,
  };
}

function holds(cidr: string, address: string): boolean {
  const network = parseCidr(cidr);
  const value = parseCidr(`${address}/32`)?.base ?? 0;
  return (
    network !== undefined &&
    value >= network.base &&
    value < network.base + 2 ** (32 - network.prefix)
  );
}

/** The instance metadata of a machine, user-data included. */
function describeInstance(
  aws: FakeAws,
  blueprint: Blueprint,
  config: MachineConfig,
  host: StockHost,
  index: number,
  dataVolumeId: string | undefined,
): void {
  const zone = `${region}${'abc'[index % 3] ?? 'a'}`;
  const instanceId = `i-0123456789abcde${index.toString(16).padStart(2, '0')}`;
  const nic = `meta-data/network/interfaces/macs/${host.mac}`;
  const values: Readonly<Record<string, string>> = {
    'user-data': renderUserData(config, {
      cluster: blueprint.name,
      region,
      accountId: '123456789012',
      bucket: 'bucket',
      bundleKey: `bundles/${config.name}.tar`,
      bundleSha256: renderBundle(config).sha256,
      serviceAccountIssuer: 'https://issuer.example.com/prod',
      ...(dataVolumeId === undefined ? {} : { dataVolumeId }),
    }),
    'dynamic/instance-identity/document': JSON.stringify({
      accountId: '123456789012',
      availabilityZone: zone,
      instanceId,
      privateIp: host.address,
      region,
    }),
    'meta-data/ami-id': 'ami-0123456789abcdef0',
    'meta-data/hostname': host.hostName,
    'meta-data/instance-id': instanceId,
    'meta-data/instance-type': 'm7i.large',
    'meta-data/local-hostname': host.hostName,
    'meta-data/local-ipv4': host.address,
    'meta-data/mac': host.mac,
    'meta-data/placement/availability-zone': zone,
    'meta-data/placement/region': region,
    [`${nic}/device-number`]: '0',
    [`${nic}/local-ipv4s`]: host.address,
    [`${nic}/mac`]: host.mac,
    [`${nic}/subnet-ipv4-cidr-block`]: `${host.gateway.replace(/\d+$/, '0')}/${host.prefix}`,
  };
  for (const [path, value] of Object.entries(values)) aws.metadata.set(path, value);
}

/** The Debian packages among the artifacts, from Debian's archive. */
async function debianPackages(
  machines: readonly MachineConfig[],
  cache: string,
): Promise<Readonly<Record<string, Buffer>>> {
  const found: Record<string, Buffer> = {};
  for (const { name, url } of machines.flatMap(({ artifacts }) => artifacts)) {
    if (!url.endsWith('.deb') || found[name] !== undefined) continue;
    const content = await readMirror(new URL(url).pathname, cache);
    if (typeof content === 'number') throw new Error(`${url}: HTTP ${content}`);
    found[name] = content;
  }
  return found;
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/** Texts of the fake's credentials, which must be nowhere on a machine. */
export const credentialTexts = [fakeCredentials.secret, fakeCredentials.token] as const;
