import * as pulumi from '@pulumi/pulumi';
import { Provider } from '@pulumi/aws/provider';
import type { Problem } from '../lib/blueprint/problem';

/** A physical name that AWS has once in an account and region. */
export interface ClaimedName {
  /** Where it stands among the arguments of the component. */
  readonly path: string;
  /** What has the name, such as `IAM role`. */
  readonly kind: string;
  /** The name; one that is an output is not compared. */
  readonly name: pulumi.Input<string>;
}

/** Names by stack, so that programs that one process runs after another know nothing of each other. */
const taken = new WeakMap<pulumi.Resource, Map<pulumi.ProviderResource | 'default', Set<string>>>();

/**
 * Claims names for a component of the program that runs. A name that another component with the same
 * provider has claimed is a problem: AWS would refuse it, or both would write to one thing, in the
 * middle of an update.
 */
export function claimNames(
  opts: pulumi.ComponentResourceOptions | undefined,
  names: readonly ClaimedName[],
): readonly Problem[] {
  const claimed = claimedBy(providerOf(opts));
  return names.flatMap(({ path, kind, name }) => {
    if (typeof name !== 'string') return [];
    const key = `${kind} ${name}`;
    if (claimed?.has(key) !== true) {
      claimed?.add(key);
      return [];
    }
    return [
      { path, got: name, expected: `a name that no other ${kind} of this program's stack has` },
    ];
  });
}

function claimedBy(provider: pulumi.ProviderResource | undefined): Set<string> | undefined {
  const stack = pulumi.runtime.getStackResource();
  if (!stack) return undefined;
  const ofStack = taken.get(stack) ?? new Map<pulumi.ProviderResource | 'default', Set<string>>();
  const key = provider ?? 'default';
  const names = ofStack.get(key) ?? new Set<string>();
  taken.set(stack, ofStack.set(key, names));
  return names;
}

/** The AWS provider that a component with these options gives to what it makes; none: the default one. */
export function providerOf(
  opts: pulumi.ComponentResourceOptions = {},
): pulumi.ProviderResource | undefined {
  const { provider, providers, parent } = opts;
  return (
    [provider, ...Object.values(providers ?? {})].find((each) => Provider.isInstance(each)) ??
    parent?.getProvider('aws:ec2/vpc:Vpc')
  );
}
