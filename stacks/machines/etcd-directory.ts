import * as pulumi from '@pulumi/pulumi';
import { Parameter } from '@pulumi/aws/ssm/parameter';
import { tierDirectoryPath, type TierParameter } from '../../lib/etcd/tier-directory';
import { componentType, validateArgs, type Tags } from '../component-args';
import { claimNames } from '../claim-names';

/** Arguments of {@link EtcdDirectory}. */
export interface EtcdDirectoryArgs {
  /** Name of the cluster; parameters are `/<cluster>/etcd/tier/<name>`. */
  readonly cluster: string;
  /** What is written, one parameter each. */
  readonly parameters: readonly TierParameter[];
  /** On everything that is made. */
  readonly tags: Tags;
}

/**
 * What machines look up of the etcd tier when they start: a plain SSM parameter for the address of
 * each member, and one for those that found the cluster. A further member adds one; no machine
 * carries it with it, so none is replaced.
 */
export class EtcdDirectory extends pulumi.ComponentResource {
  /** What must be there before any machine looks. */
  readonly entries: readonly pulumi.Resource[];

  constructor(name: string, args: EtcdDirectoryArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('EtcdDirectory', [
      ...args.parameters.flatMap((parameter, index) =>
        /^(etcd-\d+|initial-members)$/.test(parameter.name) &&
        args.parameters.findIndex((other) => other.name === parameter.name) === index
          ? []
          : [
              {
                path: `parameters[${index}].name`,
                got: parameter.name,
                expected: 'a member such as "etcd-0", or "initial-members", once',
              },
            ],
      ),
      ...claimNames(opts, [{ path: 'cluster', kind: 'directory of etcd', name: args.cluster }]),
    ]);
    super(componentType('EtcdDirectory'), name, {}, opts);
    this.entries = args.parameters.map(
      (parameter) =>
        new Parameter(
          `${name}-${parameter.name}`,
          {
            name: `/${args.cluster}/${tierDirectoryPath}/${parameter.name}`,
            type: 'String',
            tier: 'Standard',
            // Addresses are no secret, and a preview may show what it is about to change.
            insecureValue: parameter.value,
            tags: { ...args.tags, Name: `${name}-${parameter.name}` },
          },
          { parent: this, ...(parameter.writtenOnce ? { ignoreChanges: ['insecureValue'] } : {}) },
        ),
    );
    this.registerOutputs({});
  }
}
