import type { BlueprintConfig } from './schema/blueprint-schema';

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A member of the etcd cluster. */
export interface EtcdMember {
  /** Stable key, `etcd-0` and so on; also the member's name in etcd. */
  readonly name: string;
  readonly zone: string;
}

/**
 * The validated, frozen configuration: the only thing the rest of the project reads.
 *
 * Made by `resolveBlueprint`, and by nothing else.
 */
export type Blueprint = DeepReadonly<Omit<BlueprintConfig, 'zones' | 'kubernetes' | 'etcd'>> & {
  /** At least one, in a fixed order. */
  readonly zones: readonly string[];
  readonly kubernetes: DeepReadonly<BlueprintConfig['kubernetes']> & {
    /** Exact version such as `1.36.4`. */
    readonly version: string;
    /** Such as `1.36`. */
    readonly minorVersion: string;
  };
  readonly etcd: DeepReadonly<Omit<BlueprintConfig['etcd'], 'members'>> & {
    readonly members: readonly EtcdMember[];
  };
  /** Names inside the VPC. */
  readonly names: {
    /** Private DNS zone of the cluster, `<name>.internal`. */
    readonly domain: string;
    /** Name of the API server inside the VPC and in its certificate. */
    readonly api: string;
  };
  /** Day the configuration was resolved on, `YYYY-MM-DD`. */
  readonly today: string;
  /** Why this configuration does not conform to the documents; empty when it does. */
  readonly nonConformities: readonly string[];
  /** Things that work, but that the user should know. */
  readonly warnings: readonly string[];
};
