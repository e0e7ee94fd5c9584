import * as pulumi from '@pulumi/pulumi';
import { getCallerIdentityOutput } from '@pulumi/aws/getCallerIdentity';
import { readConfigFile } from '../../lib/blueprint/config-file';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import type { BlueprintInput } from '../../lib/blueprint/schema/blueprint-schema';
import { checkArtifacts } from './check-artifacts';
import { checkPortMatrix } from '../network/check-port-matrix';
import type { ClusterScope } from './cluster-scope';
import { problemsOfExisting, type ExistingParts } from './existing-parts';
import { planStack } from './load-planner';
import type { StackPlan } from './plan-stack';
import { ClusterPki } from '../trust/cluster-pki';
import { ClusterSecrets } from '../trust/cluster-secrets';
import { componentType, validateArgs, type AwsAccount } from '../component-args';
import { claimNames } from '../claim-names';
import { deployersOf } from '../iam/deployers';
import { composeMachines } from './compose-machines';
import { composeNetwork } from './compose-network';
import { composeStorage } from './compose-storage';
import { renderKubeconfig } from './kubeconfig';
import { inRegion, markRegionChecked } from '../check-region';
import { renderDiscovery, renderKeySet, wellKnown } from '../trust/oidc-documents';
import type { PrivateNetwork } from '../network/private-network';
import { OidcIssuer } from '../trust/oidc-issuer';

/** What to build: a configuration, a file with one, or a plan that was made of one. */
export type ClusterSource =
  /** The keys of docs/configuration.md. */
  | { readonly config: BlueprintInput }
  /** YAML or JSON; relative paths begin at the working folder. */
  | { readonly configFile: string }
  /** For programs that change the plan of `planStack` before it is built. */
  | { readonly plan: StackPlan };

/** Arguments of a {@link HardenedCluster}. */
export type HardenedClusterArgs = ClusterSource & {
  /**
   * Whether artifacts without a known checksum are accepted: for a plan that is never run.
   * @default false
   */
  readonly allowUnlocked?: boolean;
  /** Parts that exist already: a VPC, keys, a DNS zone, a bucket, CAs. @default none */
  readonly existing?: ExistingParts;
  /**
   * Day that end-of-life and expiry dates are compared with, `YYYY-MM-DD`.
   * @default today
   */
  readonly today?: string;
};

/** What a stack gives out; nothing of it is a secret. */
export interface HardenedClusterOutputs {
  /** For kubectl with aws-iam-authenticator; people need an IAM role of `principals`. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Name of the API server, the one in its certificate. */
  readonly apiName: string;
  /** Host that people reach the API at: the public load balancer, else the one inside the VPC. */
  readonly apiHost: pulumi.Output<string>;
  /** Host of the load balancer inside the VPC; its name resolves everywhere, to private addresses. */
  readonly apiPrivateHost: pulumi.Output<string>;
  /** Address to SSH to; absent without SSH. */
  readonly bastionAddress?: pulumi.Output<string>;
  /** SSM document to start a shell with; only where Session Manager stands in for SSH. */
  readonly sessionDocument?: pulumi.Output<string>;
  readonly vpcId: pulumi.Output<string>;
  /**
   * Route tables of nodes and of the load balancer inside the VPC, by kind of subnet and zone, for
   * routes to the networks of `access.privateApiCidrs`.
   */
  readonly privateRouteTableIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** Roles of machines by tier and etcd member, such as `worker` or `etcd-0`: ARNs. */
  readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;
  /** Route tables by kind of subnet and zone. */
  readonly routeTableIds: PrivateNetwork['routeTableIds'];
  /** Load balancers by `internal` and `public`: their DNS names. */
  readonly loadBalancerNames: Readonly<Record<string, pulumi.Output<string>>>;
  /** Zone of the names of the cluster. */
  readonly dnsZoneId: pulumi.Output<string>;
  /** Subnets by kind and zone. */
  readonly subnetIds: PrivateNetwork['subnetIds'];
  /** Security groups by tier, such as `worker` or `endpoints`. */
  readonly securityGroupIds: Readonly<Record<string, pulumi.Output<string>>>;
  /** Addresses that nodes have on the internet, by zone of the NAT gateway. */
  readonly natAddresses: Readonly<Record<string, pulumi.Output<string>>>;
  /** KMS keys by what they encrypt. */
  readonly keyArns: Readonly<Record<'secrets' | 'storage' | 'logs', pulumi.Output<string>>>;
  /** Bucket of bundles, artifacts and manifests. */
  readonly clusterBucket: pulumi.Output<string>;
  /** Bucket of etcd snapshots. */
  readonly etcdBucket: pulumi.Output<string>;
  /** Issuer of service-account tokens, for trust policies of roles for pods. */
  readonly oidcIssuer?: pulumi.Output<string>;
  readonly oidcProviderArn?: pulumi.Output<string>;
  /** Documents to publish below an issuer of your own, by their paths. */
  readonly oidcDocuments?: pulumi.Output<Readonly<Record<string, string>>>;
  /** Data volumes of etcd by member. */
  readonly etcdDataVolumes: Readonly<Record<string, pulumi.Output<string>>>;
  /** Auto-scaling groups of workers by pool. */
  readonly workerGroups: pulumi.Output<Readonly<Record<string, string>>>;
  /** Why the configuration does not conform; empty when it does. */
  readonly nonConformities: readonly string[];
}

/** A whole cluster on AWS, composed of the components beside this file. */
export class HardenedCluster extends pulumi.ComponentResource {
  readonly outputs: HardenedClusterOutputs;

  /**
   * @throws BlueprintError or ConfigFileError with everything wrong with the configuration, before
   *   anything is registered.
   * @throws ArgumentsError when the plan cannot be built.
   */
  constructor(name: string, args: HardenedClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { allowUnlocked = false, existing = {} } = args;
    const plan = planOf(args);
    validateArgs('HardenedCluster', [
      ...problemsOf(plan, allowUnlocked),
      ...problemsOfExisting(existing, plan.blueprint),
      ...claimNames(opts, [{ path: 'name', kind: 'cluster', name: plan.blueprint.name }]),
    ]);
    super(
      componentType('HardenedCluster'),
      name,
      {},
      inRegion('HardenedCluster', 'region', plan.blueprint.region, opts),
    );
    markRegionChecked(this);
    const scope = this.scope(name, plan, { allowUnlocked, existing });
    const { blueprint, parent, tags } = scope;
    const storage = composeStorage(scope);
    const network = composeNetwork(scope, storage);
    const pki = new ClusterPki(
      `${name}-pki`,
      {
        plan: plan.pki,
        cluster: blueprint.name,
        ...(existing.cas ? { existing: existing.cas } : {}),
      },
      { parent },
    );
    const secrets = new ClusterSecrets(
      `${name}-secrets`,
      {
        cluster: blueprint.name,
        secrets: plan.pki.secrets,
        valueOf: (secret) => pki.secret(secret),
        keyArn: storage.keys.secrets,
        tags,
      },
      { parent },
    );
    const issuer = composeIssuer(scope, pki);
    const machines = composeMachines({
      ...scope,
      storage,
      network,
      secrets,
      issuerUrl: issuer?.url,
    });
    const isPublic = blueprint.access.apiCidrs.length > 0;
    const apiHost =
      network.publicLoadBalancer && isPublic
        ? network.publicLoadBalancer.dnsName
        : network.internalLoadBalancer.dnsName;
    this.outputs = {
      kubeconfig: pulumi.all([apiHost, pki.caCertificate('cluster-ca')]).apply(([host, caPem]) =>
        renderKubeconfig({
          cluster: blueprint.name,
          host,
          serverName: blueprint.names.api,
          caPem,
        }),
      ),
      apiName: blueprint.names.api,
      apiHost,
      apiPrivateHost: network.internalLoadBalancer.dnsName,
      ...(machines.bastion?.publicIp ? { bastionAddress: machines.bastion.publicIp } : {}),
      ...(machines.sessions ? { sessionDocument: machines.sessions.documentName } : {}),
      vpcId: network.network.vpcId,
      privateRouteTableIds: Object.fromEntries(
        (['control-plane', 'private'] as const).flatMap((kind) =>
          Object.entries(network.network.routeTableIds[kind]).map(([zone, id]) => [
            `${kind}-${zone}`,
            id,
          ]),
        ),
      ),
      roleArns: machines.roleArns,
      routeTableIds: network.network.routeTableIds,
      loadBalancerNames: {
        internal: network.internalLoadBalancer.dnsName,
        ...(network.publicLoadBalancer ? { public: network.publicLoadBalancer.dnsName } : {}),
      },
      dnsZoneId: network.dns.zoneId,
      subnetIds: network.network.subnetIds,
      securityGroupIds: network.firewall.groupIds(),
      natAddresses: network.network.natAddresses,
      keyArns: {
        secrets: storage.keys.secrets,
        storage: storage.keys.storage,
        logs: storage.keys.logs,
      },
      clusterBucket: storage.clusterBucket.bucketName,
      etcdBucket: storage.etcdBucket.bucketName,
      ...(issuer ? { oidcIssuer: issuer.url, oidcProviderArn: issuer.providerArn } : {}),
      ...documentsOf(blueprint.kubernetes.serviceAccountIssuer, pki),
      etcdDataVolumes: machines.etcd.dataVolumeIds,
      workerGroups: machines.workerGroups,
      nonConformities: blueprint.nonConformities,
    };
    this.registerOutputs({ ...this.outputs });
  }

  private scope(
    name: string,
    plan: StackPlan,
    given: Pick<ClusterScope, 'allowUnlocked' | 'existing'>,
  ): ClusterScope {
    const { blueprint } = plan;
    const caller = getCallerIdentityOutput({}, { parent: this });
    const account: AwsAccount = {
      id: caller.accountId,
      partition: caller.arn.apply((arn) => arn.split(':')[1] ?? 'aws'),
      region: blueprint.region,
    };
    const tags = { ...blueprint.tags, 'hardened-cluster:cluster': blueprint.name };
    const named = blueprint.access.deployerRoleArns;
    const deployers = caller.arn.apply((arn) => deployersOf(named, arn));
    return { ...plan, ...given, name, account, deployers, tags, parent: this };
  }
}

function composeIssuer(scope: ClusterScope, pki: ClusterPki): OidcIssuer | undefined {
  const { name, account, tags, parent, blueprint } = scope;
  if (blueprint.kubernetes.serviceAccountIssuer !== 'aws') return undefined;
  return new OidcIssuer(
    `${name}-oidc`,
    {
      account,
      publicKeyPem: pki.publicKey('service-account'),
      tags,
    },
    { parent },
  );
}

/** What the user publishes where the issuer is an address of the user's. */
function documentsOf(
  issuer: string,
  pki: ClusterPki,
): Pick<HardenedClusterOutputs, 'oidcDocuments'> {
  if (!issuer.startsWith('https://')) return {};
  const oidcDocuments = pulumi
    .unsecret(pki.publicKey('service-account'))
    .apply((pem): Readonly<Record<string, string>> => ({
      [wellKnown.discovery]: renderDiscovery(issuer),
      [wellKnown.keySet]: renderKeySet(pem),
    }));
  return { oidcDocuments };
}

function planOf(args: HardenedClusterArgs): StackPlan {
  if ('plan' in args) return args.plan;
  const { today = new Date().toISOString().slice(0, 10) } = args;
  const input = 'config' in args ? args.config : readConfigFile(args.configFile);
  return planStack(resolveBlueprint(input, { today }));
}

function problemsOf({ machines, portMatrix, blueprint }: StackPlan, allowUnlocked: boolean) {
  const planned = new Set(machines.map(({ name }) => name));
  const needed = [
    ...blueprint.etcd.members.map(({ name }) => name),
    'control-plane',
    ...blueprint.workers.map(({ name }) => `worker-${name}`),
    ...(blueprint.bastion.access === 'none' ? [] : ['bastion']),
  ];
  return [
    ...needed
      .filter((name) => !planned.has(name))
      .map((name) => ({ path: 'machines', got: undefined, expected: `a machine ${name}` })),
    ...checkPortMatrix(portMatrix),
    ...checkArtifacts({ machines, artifactSource: blueprint.artifacts.source, allowUnlocked }),
  ];
}
