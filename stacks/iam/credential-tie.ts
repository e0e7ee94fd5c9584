import type { PolicyStatement } from './policy-document';

/**
 * Makes the credentials of an instance worth nothing outside it: every request must come through a
 * VPC endpoint of the instance's own VPC, from the instance's own address.
 *
 * What AWS services do in the role's name is let through, such as the decryption of a parameter.
 * `sts:GetCallerIdentity`, which the control plane sends for a node that signed it, needs no
 * permission, and no denial holds for it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2instancesourcevpc
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function planCredentialTie(): readonly PolicyStatement[] {
  const deny = { Effect: 'Deny', Action: ['*'], Resource: ['*'] } as const;
  const ofAnInstance = {
    Null: { 'ec2:SourceInstanceARN': 'false' },
    BoolIfExists: { 'aws:ViaAWSService': 'false' },
  };
  return [
    {
      ...deny,
      Sid: 'FromItsOwnVpcAlone',
      Condition: {
        StringNotEquals: { 'aws:Ec2InstanceSourceVpc': '${aws:SourceVpc}' },
        ...ofAnInstance,
      },
    },
    {
      ...deny,
      Sid: 'FromItsOwnAddressAlone',
      Condition: {
        StringNotEquals: { 'aws:Ec2InstanceSourcePrivateIPv4': '${aws:VpcSourceIp}' },
        ...ofAnInstance,
      },
    },
  ];
}
