import type { BlueprintConfig, BlueprintInput } from './schema/blueprint-schema';

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T;

/** What a profile sets where the user says nothing. */
export const profileDefaults: Readonly<
  Record<BlueprintConfig['profile'], DeepPartial<BlueprintInput>>
> = {
  standard: {},
  strict: {
    kubernetes: { podSecurity: { enforce: 'restricted' } },
    network: { podEncryption: 'wireguard' },
    images: { requireDigests: true },
  },
  development: {
    network: { natGateways: 'single' },
    controlPlane: { machines: 1, instanceType: 't4g.medium' },
    etcd: { members: 1, instanceType: 't4g.small' },
    workers: [{ name: 'general', instanceType: 't4g.medium', minimum: 1, maximum: 2 }],
  },
};
