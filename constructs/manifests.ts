import { App, Chart } from 'cdk8s';
import type { Blueprint } from '../lib/blueprint/blueprint';
import { parseCidr, renderAddress } from '../lib/blueprint/ipv4';
import { controlPlaneUsers, principalGroups } from '../lib/kubernetes/access/identities';
import { poolLabel } from '../lib/kubernetes/node/plan-worker';
import { featuresOf, nodeSoftware } from '../lib/kubernetes/releases';
import { planAddresses, type AddressPlan } from '../lib/network/address-plan';
import { documentedPorts } from '../lib/network/documented-ports';
import { CalicoNetwork } from './calico/calico-network';
import { CertificateApprover } from './access/certificate-approver';
import { ExecGuard } from './admission/exec-guard';
import { HardenedNamespace } from './workloads/hardened-namespace';
import { ImagePolicy } from './admission/image-policy';
import { ImagePolicyGrant } from './admission/image-policy-grant';
import { KubeBench } from './workloads/kube-bench';
import { NamespaceProtection } from './admission/namespace-protection';
import { NetworkIsolation } from './network/network-isolation';
import { NodeProtection } from './admission/node-protection';
import { PodPolicy } from './admission/pod-policy';
import { PodRoles } from './access/pod-roles';
import { RbacBaseline } from './access/rbac-baseline';
import { RbacGuard } from './access/rbac-guard';
import { SandboxRuntimeClass } from './workloads/sandbox-runtime-class';
import { synthesize } from './synthesis/synthesizer';
import { SystemNamespaces } from './workloads/system-namespaces';
import { TokenAutomount } from './admission/token-automount';
import { namedPorts, nodePorts } from '../lib/network/ports';

/** One file of manifests; files are applied in the order of their names. */
export interface ManifestFile {
  /** Such as `10-system-namespaces.yaml`. */
  readonly name: string;
  readonly objects: readonly object[];
  readonly yaml: string;
}

/** Groups that may override policies: administrators of the machines and break-glass. */
const breakGlassGroups = [
  'system:masters',
  'kubeadm:cluster-admins',
  principalGroups.breakGlassRoleArns,
] as const;

/** Registries of what every cluster runs. */
const componentRegistries = ['docker.io/aquasec/kube-bench', 'quay.io/calico', 'registry.k8s.io'];

const kubeBenchNamespace = 'hardened-kube-bench';

/** Namespaces of the cluster itself. */
const systemNamespaces = [
  'default',
  kubeBenchNamespace,
  'kube-node-lease',
  'kube-public',
  'kube-system',
] as const;
const kubeBenchImage = 'docker.io/aquasec/kube-bench:v0.12.0';

/** Synthesizes everything that runs and holds inside the cluster. */
export function synthesizeManifests(
  blueprint: Blueprint,
  addresses: AddressPlan = planAddresses(blueprint),
): readonly ManifestFile[] {
  const app = new App({ recordConstructMetadata: false });
  for (const [name, build] of charts) build(chartIn(app, name), blueprint, addresses);
  addNamespaces(app, blueprint, addresses);
  return [...synthesize(app)]
    .filter(({ objects }) => objects.length > 0)
    .map(({ name, objects, yaml }) => ({ name: `${name}.yaml`, objects, yaml }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function chartIn(app: App, name: string): Chart {
  return new Chart(app, name, {
    disableResourceNameHashes: true,
    labels: { 'app.kubernetes.io/managed-by': 'hardened-cluster' },
  });
}

type ChartBuilder = (chart: Chart, blueprint: Blueprint, addresses: AddressPlan) => void;

const charts: readonly (readonly [string, ChartBuilder])[] = [
  ['10-system-namespaces', addSystemNamespaces],
  ['20-access', addAccess],
  ['30-policies', addPolicies],
  ['40-pod-network', addPodNetwork],
  ['50-runtime-classes', addRuntimeClasses],
  ['70-kube-bench', addKubeBench],
];

function addSystemNamespaces(chart: Chart, blueprint: Blueprint, { reserved }: AddressPlan): void {
  const { kubernetes, network } = blueprint;
  const vpc = parseCidr(network.vpcCidr);
  if (!vpc) throw new Error(`network.vpcCidr is no CIDR: ${network.vpcCidr}`);
  new SystemNamespaces(chart, 'system', {
    podSecurity: kubernetes.podSecurity.enforce,
    version: `v${kubernetes.minorVersion}`,
    nodeCidrs: [...reserved.nodes, network.podCidr],
    apiServerCidrs: reserved.nodes,
    // The VPC's resolver answers at both addresses.
    resolverCidrs: [`${renderAddress(vpc.base + 2)}/32`, '169.254.169.253/32'],
  });
}

function addAccess(chart: Chart, blueprint: Blueprint): void {
  new RbacBaseline(chart, 'roles', {
    breakGlassGroup: principalGroups.breakGlassRoleArns,
    operatorGroup: principalGroups.operatorRoleArns,
    viewerGroup: principalGroups.viewerRoleArns,
    auditorGroup: principalGroups.auditorRoleArns,
  });
  new CertificateApprover(chart, 'certificates', {
    approver: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'User',
      name: controlPlaneUsers.certificateApprover,
    },
    breakGlassGroups,
  });
  if (blueprint.images.requireDigests) {
    new ImagePolicyGrant(chart, 'component-images', {
      name: 'component-images',
      namespace: 'kube-system',
      rules: ['digest', 'pull-policy'],
      subjects: [
        {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'Group',
          name: 'system:serviceaccounts:kube-system',
        },
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' },
      ],
      why: 'kubeadm names the images of its components by their tags',
    });
  }
}

function addPolicies(chart: Chart, blueprint: Blueprint): void {
  const { images, kubernetes, namespaces, region } = blueprint;
  new PodPolicy(chart, 'pods');
  new ExecGuard(chart, 'exec', { breakGlassGroups });
  new TokenAutomount(chart, 'tokens', {
    mutatingPolicies: featuresOf(kubernetes.minorVersion).mutatingAdmissionPolicy,
  });
  new ImagePolicy(chart, 'images', {
    allowedRegistries: [...images.allowedRegistries, ...componentRegistries].sort(),
    requireDigests: images.requireDigests,
  });
  new NamespaceProtection(chart, 'namespaces', {
    breakGlassGroups,
    clusterLevel: kubernetes.podSecurity.enforce,
    version: `v${kubernetes.minorVersion}`,
  });
  const roles = namespaces.filter(({ roleArns }) => roleArns.length > 0);
  if (roles.length > 0) new PodRoles(chart, 'pod-roles', { namespaces: roles, region });
  new NodeProtection(chart, 'nodes', {
    breakGlassGroups,
    podNetworkServiceAccounts: [{ namespace: 'kube-system', name: 'calico-node' }],
  });
  new RbacGuard(chart, 'rbac', {
    breakGlassGroups,
    allowedBindings: [
      { name: 'hardened-cluster:break-glass', group: principalGroups.breakGlassRoleArns },
    ],
    clusterWideRoles: ['view', 'hardened-cluster:viewer', 'hardened-cluster:auditor'],
    namespacedRoles: [
      ...['admin', 'edit', 'view'],
      ...['operator', 'viewer', 'auditor'].map((role) => `hardened-cluster:${role}`),
    ],
    systemNamespaces: [...systemNamespaces],
  });
}

function addPodNetwork(chart: Chart, blueprint: Blueprint, { reserved }: AddressPlan): void {
  new CalicoNetwork(chart, 'calico', {
    version: nodeSoftware.calico,
    podCidr: blueprint.network.podCidr,
    encryption: blueprint.network.podEncryption,
    apiServer: { host: blueprint.names.api, port: namedPorts.apiServer },
  });
  new NetworkIsolation(chart, 'isolation', {
    controlPlaneCidrs: reserved.nodes,
    closedCidrs: reserved.etcd,
    internalPorts: internalPorts(),
    systemNamespaces: [...systemNamespaces],
  });
}

function addRuntimeClasses(chart: Chart, { kubernetes }: Blueprint): void {
  if (kubernetes.sandboxRuntime === 'gvisor') new SandboxRuntimeClass(chart, 'gvisor');
}

function addKubeBench(chart: Chart, blueprint: Blueprint): void {
  new HardenedNamespace(chart, 'namespace', {
    name: kubeBenchNamespace,
    podSecurity: {
      enforce: 'privileged',
      audit: 'privileged',
      warn: 'privileged',
      version: `v${blueprint.kubernetes.minorVersion}`,
    },
    quota: { pods: 50 },
    dns: false,
  });
  // Before the CronJobs, which are refused without it.
  if (blueprint.images.requireDigests) {
    new ImagePolicyGrant(chart, 'image', {
      name: 'kube-bench-image',
      namespace: kubeBenchNamespace,
      rules: ['digest'],
      subjects: [{ kind: 'ServiceAccount', name: 'kube-bench', namespace: kubeBenchNamespace }],
      why: 'The project knows no published digest of the image',
    });
  }
  new KubeBench(chart, 'kube-bench', {
    namespace: kubeBenchNamespace,
    image: kubeBenchImage,
    machines: [
      {
        name: 'control-plane',
        targets: ['master', 'controlplane', 'node'],
        nodeLabels: { 'node-role.kubernetes.io/control-plane': '' },
        tolerates: ['node-role.kubernetes.io/control-plane'],
      },
      ...blueprint.workers.map(({ name, taints }) => ({
        name: `worker-${name}`,
        targets: ['node' as const],
        nodeLabels: { [poolLabel]: name },
        tolerates: [...new Set(taints.map(({ key }) => key))],
      })),
    ],
  });
}

/** PodRoles looks at each of them whenever a pod is created: some 0.4 ms of the API server's time. */
const roleServiceAccounts = 50;

/** A chart each, so that one namespace can be applied without the others. */
function addNamespaces(app: App, blueprint: Blueprint, { reserved }: AddressPlan): void {
  const { namespaces, kubernetes } = blueprint;
  const { enforce, audit, warn } = kubernetes.podSecurity;
  for (const namespace of namespaces) {
    const { name, quota, containerLimits, egressToCidrs, apiServerAccess, roleArns } = namespace;
    new HardenedNamespace(chartIn(app, `60-namespace-${name}`), 'namespace', {
      name,
      podSecurity: {
        enforce: namespace.podSecurity ?? enforce,
        audit,
        warn,
        version: `v${kubernetes.minorVersion}`,
      },
      quota: { ...quota, ...(roleArns.length > 0 && { serviceAccounts: roleServiceAccounts }) },
      containerLimits,
      ingressFromNamespaces: namespace.ingressFromNamespaces,
      egressToNamespaces: namespaces
        .filter((other) => other.ingressFromNamespaces.includes(name))
        .map((other) => other.name),
      egressToCidrs: {
        // The endpoint of STS is in the private subnets.
        cidrs: [...new Set([...egressToCidrs, ...(roleArns.length > 0 ? reserved.private : [])])],
        except: reserved.etcd,
      },
      ...(apiServerAccess && { apiServerCidrs: reserved.nodes }),
      operators: {
        clusterRole: 'hardened-cluster:operator',
        group: principalGroups.operatorRoleArns,
      },
    });
  }
}

/** Every port that the documents list for nodes, but the API server's and those of NodePorts. */
function internalPorts(): readonly number[] {
  const ports = documentedPorts
    .filter(({ ports: { from } }) => from !== namedPorts.apiServer && from < nodePorts.from)
    .flatMap(({ ports: { from, to } }) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
  return [...new Set(ports)];
}
