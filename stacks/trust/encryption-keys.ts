import * as pulumi from '@pulumi/pulumi';
import { Alias } from '@pulumi/aws/kms/alias';
import { Key } from '@pulumi/aws/kms/key';
import {
  componentType,
  validateArgs,
  type AwsAccount,
  type DataLife,
  type Tags,
} from '../component-args';
import { claimNames } from '../claim-names';
import { inRegion, problemsOfRegion } from '../check-region';
import { fittingKeyArn } from './existing-key';
import { renderPolicy, type ArnParts, type PolicyStatement } from '../iam/policy-document';
import { planLogsKeyPolicy, planSecretsKeyPolicy, planStorageKeyPolicy } from '../iam/key-policies';

/** What a key encrypts: SSM parameters, volumes and buckets, log groups. */
export type KeyPurpose = 'secrets' | 'storage' | 'logs';

/** Arguments of {@link EncryptionKeys}. */
export interface EncryptionKeysArgs extends DataLife {
  /** Name of the cluster; aliases are `alias/<cluster>/<key>`. */
  readonly cluster: string;
  /** Where in AWS it works. */
  readonly account: AwsAccount;
  /**
   * Keys that exist already, by ARN. Their policies are their owner's: they have to let the services
   * use them as the policies of `stacks/iam/key-policies.ts` do. @default every key is made
   */
  readonly existing?: Partial<Readonly<Record<KeyPurpose, pulumi.Input<string>>>>;
  /** Log groups that the logs key may be used for lie below it. */
  readonly logPrefix: string;
  /** On everything that is made. */
  readonly tags: Tags;
}

/** The customer-managed keys of a cluster: secrets, storage and logs apart, each rotated yearly. */
export class EncryptionKeys extends pulumi.ComponentResource {
  /** ARN of the key of SSM parameters. */
  readonly secrets: pulumi.Output<string>;
  /** ARN of the key of volumes and buckets. */
  readonly storage: pulumi.Output<string>;
  /** ARN of the key of log groups. */
  readonly logs: pulumi.Output<string>;

  constructor(
    name: string,
    private readonly args: EncryptionKeysArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    validateArgs('EncryptionKeys', [
      ...problemsOfRegion('account.region', args.account.region),
      ...claimNames(opts, [{ path: 'cluster', kind: 'set of key aliases', name: args.cluster }]),
    ]);
    super(
      componentType('EncryptionKeys'),
      name,
      {},
      inRegion('EncryptionKeys', 'account.region', args.account.region, opts),
    );
    this.secrets = this.key(name, 'secrets', planSecretsKeyPolicy);
    this.storage = this.key(name, 'storage', planStorageKeyPolicy);
    this.logs = this.key(name, 'logs', (parts) =>
      planLogsKeyPolicy({ ...parts, logPrefix: args.logPrefix }),
    );
    this.registerOutputs({ secrets: this.secrets, storage: this.storage, logs: this.logs });
  }

  private key(
    name: string,
    purpose: KeyPurpose,
    plan: (parts: ArnParts) => readonly PolicyStatement[],
  ): pulumi.Output<string> {
    const { account, cluster, tags, existing } = this.args;
    const given = existing?.[purpose];
    if (given !== undefined) return fittingKeyArn('EncryptionKeys', purpose, given, this);
    const { id: accountId, partition, region } = account;
    const key = new Key(
      `${name}-${purpose}`,
      {
        description: `${cluster}: ${purpose}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: renderPolicy({ accountId, partition, region }, plan),
        tags: { ...tags, Name: `${name}-${purpose}` },
      },
      // Everything it encrypted is lost with it.
      {
        parent: this,
        protect: this.args.protect ?? true,
        // What it encrypted may outlive the stack; parameters do not.
        retainOnDelete: purpose !== 'secrets' && (this.args.retain ?? true),
      },
    );
    new Alias(
      `${name}-${purpose}`,
      { name: `alias/${cluster}/${purpose}`, targetKeyId: key.keyId },
      { parent: this },
    );
    return key.arn;
  }
}
