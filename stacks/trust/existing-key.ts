import type * as pulumi from '@pulumi/pulumi';
import { getKeyOutput } from '@pulumi/aws/kms/getKey';
import type { Problem } from '../../lib/blueprint/problem';
import { ArgumentsError } from '../component-args';

/** What AWS says of a key. */
export interface FoundKey {
  readonly arn: string;
  readonly enabled: boolean;
  readonly keyUsage: string;
  readonly keySpec: string;
}

/** ARN of a key that exists, known when it was looked at: nothing is encrypted with one that can't. */
export function fittingKeyArn(
  component: string,
  purpose: string,
  keyArn: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return getKeyOutput({ keyId: keyArn }, { parent }).apply((key) => {
    const problems = problemsOfKey(`existing.${purpose}`, key);
    if (problems.length > 0) throw new ArgumentsError(component, problems);
    return key.arn;
  });
}

/** Why a key can't encrypt what a cluster keeps; empty when it can. */
export function problemsOfKey(path: string, key: FoundKey): readonly Problem[] {
  const { arn, enabled, keyUsage, keySpec } = key;
  return enabled && keyUsage === 'ENCRYPT_DECRYPT' && keySpec === 'SYMMETRIC_DEFAULT'
    ? []
    : [
        {
          path,
          got: { arn, enabled, keyUsage, keySpec },
          expected: 'a symmetric key for encryption that is enabled',
        },
      ];
}
