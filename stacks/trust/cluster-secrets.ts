import * as pulumi from '@pulumi/pulumi';
import { Parameter } from '@pulumi/aws/ssm/parameter';
import type { SecretPlan } from '../../lib/pki/pki-plan';
import { componentType, validateArgs, type Tags } from '../component-args';
import { claimNames } from '../claim-names';

/** Arguments of {@link ClusterSecrets}. */
export interface ClusterSecretsArgs {
  /** Name of the cluster; parameters are `/<cluster>/<parameter>`. */
  readonly cluster: string;
  /** What is written, one parameter each. */
  readonly secrets: readonly SecretPlan[];
  /** Value of one parameter; marked secret here whatever comes. */
  readonly valueOf: (secret: SecretPlan) => pulumi.Input<string>;
  /** Customer-managed key of the parameters. */
  readonly keyArn: pulumi.Input<string>;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** SSM SecureStrings, one for each secret of each reader. */
export class ClusterSecrets extends pulumi.ComponentResource {
  private readonly parameters: readonly { secret: SecretPlan; parameter: Parameter }[];

  constructor(name: string, args: ClusterSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('ClusterSecrets', [
      ...args.secrets.flatMap(({ parameter }, index) =>
        /^[a-z0-9-]+(\/[a-z0-9-]+)*$/.test(parameter) &&
        args.secrets.findIndex((other) => other.parameter === parameter) === index
          ? []
          : [
              {
                path: `secrets[${index}].parameter`,
                got: parameter,
                expected: 'a path such as "control-plane/etcd-client", once',
              },
            ],
      ),
      ...claimNames(opts, [{ path: 'cluster', kind: 'set of secrets', name: args.cluster }]),
    ]);
    super(componentType('ClusterSecrets'), name, {}, opts);
    this.parameters = args.secrets.map((secret) => {
      const parameterName = `${name}-${secret.parameter.replaceAll('/', '-')}`;
      const parameter = new Parameter(
        parameterName,
        {
          name: `/${args.cluster}/${secret.parameter}`,
          type: 'SecureString',
          tier: 'Standard',
          keyId: args.keyArn,
          value: pulumi.secret(args.valueOf(secret)),
          tags: { ...args.tags, Name: parameterName },
        },
        { parent: this, additionalSecretOutputs: ['value'] },
      );
      return { secret, parameter };
    });
    this.registerOutputs({});
  }

  /** Parameters that one role reads; its machines depend on them. */
  of(reads: (secret: SecretPlan) => boolean): readonly pulumi.Resource[] {
    return this.parameters.filter(({ secret }) => reads(secret)).map(({ parameter }) => parameter);
  }
}
