import { instanceTypeFacts, instanceTypes } from '../../aws/instance-types';
import type { Problem } from '../problem';
import type { BlueprintConfig } from '../schema/blueprint-schema';
import { type ConfigCheck } from './config-check';

/** A group of machines and what it asks of their type. */
interface Machines {
  readonly path: string;
  readonly instanceType: string;
  readonly architecture: 'amd64' | 'arm64';
  /** Whether a data volume has to be told from the others by its name. */
  readonly dataVolume: boolean;
  readonly vcpus: number;
  readonly memoryMebibytes: number;
  /** Who asks for so much. */
  readonly asked: string;
  readonly spot: boolean;
}

type MachineType = Pick<BlueprintConfig['bastion'], 'instanceType' | 'architecture'>;

/** The settings that name types of machines. */
export interface MachineSettings {
  readonly etcd: MachineType;
  readonly controlPlane: MachineType;
  readonly workers: readonly (MachineType & Pick<BlueprintConfig['workers'][number], 'capacity'>)[];
  readonly bastion: MachineType & Pick<BlueprintConfig['bastion'], 'access'>;
}

/** Every group of machines of a configuration. */
export function machineGroups(config: MachineSettings): readonly Machines[] {
  const { etcd, controlPlane, workers, bastion } = config;
  const plain = { dataVolume: false, spot: false };
  return [
    {
      ...plain,
      ...typeOf(etcd),
      path: 'etcd',
      dataVolume: true,
      vcpus: 1,
      memoryMebibytes: 2048,
      asked: 'etcd',
    },
    {
      ...plain,
      ...typeOf(controlPlane),
      path: 'controlPlane',
      vcpus: 2,
      memoryMebibytes: 2048,
      asked: 'kubeadm',
    },
    ...workers.map((pool, index) => ({
      ...plain,
      ...typeOf(pool),
      path: `workers[${index}]`,
      vcpus: 1,
      memoryMebibytes: 2048,
      asked: 'what is reserved for the kubelet and the system',
      spot: pool.capacity === 'spot',
    })),
    ...(bastion.access === 'none'
      ? []
      : [
          {
            ...plain,
            ...typeOf(bastion),
            path: 'bastion',
            vcpus: 1,
            memoryMebibytes: 512,
            asked: 'the bastion',
          },
        ]),
  ];
}

function typeOf({ instanceType, architecture }: MachineType) {
  return { instanceType, architecture };
}

/** Types that are of another architecture, or that lack what the machines need. */
export const checkInstanceTypes: ConfigCheck = (config) =>
  machineGroups(config).flatMap((group) => {
    const { path, instanceType: got } = group;
    const expected = problemOf(group);
    return expected === undefined ? [] : [{ path: `${path}.instanceType`, got, expected }];
  }) satisfies Problem[];

function problemOf(group: Machines): string | undefined {
  const { instanceType, architecture, dataVolume, spot } = group;
  const facts = instanceTypeFacts(instanceType);
  if (facts === undefined) return undefined; // A warning says so.
  if (facts.dedicatedHostsOnly) return 'a type that runs without a dedicated host';
  if (!facts.architectures.includes(architecture)) {
    const [other] = facts.architectures;
    const remedy = other === undefined ? '' : `, or ${group.path}.architecture "${other}"`;
    return `a type of the architecture ${architecture} such as "${counterpart(group)}"${remedy}`;
  }
  if (!facts.encryptedVolumes) return `a type with encrypted volumes such as "${usual(group)}"`;
  if (dataVolume && !facts.nvmeVolumes) {
    return `a type built on Nitro such as "${usual(group)}": its volumes keep their names`;
  }
  if (facts.vcpus < group.vcpus || facts.memoryMebibytes < group.memoryMebibytes) {
    return `a type with at least ${group.vcpus} vCPU and ${group.memoryMebibytes} MiB, for ${group.asked}`;
  }
  return spot && !facts.spot ? 'a type that there is as spot, or capacity "on-demand"' : undefined;
}

const usual = ({ architecture }: Machines) =>
  architecture === 'arm64' ? 'm7g.large' : 'm7i.large';

/** The same size of a family like it: `m7g.large` for `m7i.large` and the other way round. */
function counterpart(group: Machines): string {
  const [family = '', size = ''] = group.instanceType.split('.');
  const letters = /^[a-z]+/.exec(family)?.[0] ?? '';
  const wanted = group.architecture === 'arm64' ? 'g' : 'i';
  const generations = group.architecture === 'arm64' ? ['7', '6', '4'] : ['7', '6', '3'];
  const candidates = generations.flatMap((generation) => [
    `${letters}${generation}${wanted}.${size}`,
    `${letters}${generation}.${size}`,
  ]);
  const there = new Set(instanceTypes());
  return (
    candidates.find(
      (type) =>
        there.has(type) &&
        instanceTypeFacts(type)?.architectures.includes(group.architecture) === true,
    ) ?? usual(group)
  );
}
