/** Configuration, plan and clauses: needs neither Pulumi nor cdk8s. */
export type { Blueprint } from './blueprint/blueprint';
export { readConfigFile } from './blueprint/config-file';
export { ConfigFileError } from './blueprint/config-file-error';
export { BlueprintError, type Problem } from './blueprint/problem';
export { resolveBlueprint } from './blueprint/resolve';
export type { BlueprintInput } from './blueprint/schema/blueprint-schema';
export { planCluster, type ClusterPlan } from './cluster/plan-cluster';
export { renderBundle } from './machine/bundle';
export type { MachineConfig } from './machine/machine-config';
export { renderUserData } from './machine/user-data';
export { planAddresses, type AddressPlan } from './network/address-plan';
export { planNetwork, type NetworkPlan } from './network/plan-network';
export type { Peer, PortMatrix, PortRange, PortRule, Tier } from './network/port-matrix';
export { namedPorts, nodePorts } from './network/ports';
export type { PkiPlan } from './pki/pki-plan';
export type { Clause, Level } from './standard/clause';
export type { ClauseId } from './standard/clause-id';
export { clauses } from './standard/clauses';
