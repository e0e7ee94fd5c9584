/**
 * ARNs, as `aws:PrincipalArn` has them, of the principal that a session belongs to. A role's path is
 * not in the ARN of its sessions, so that both forms are given; role names are unique in an account.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export function principalArnsOf(callerArn: string): readonly string[] {
  const session = /^arn:([a-z-]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(callerArn);
  if (!session) return [callerArn];
  const [, partition = '', accountId = '', role = ''] = session;
  const roles = `arn:${partition}:iam::${accountId}:role`;
  return [`${roles}/${role}`, `${roles}/*/${role}`];
}

/** Who may write to the cluster's buckets: the roles named, or whoever runs the deployment. */
export function deployersOf(named: readonly string[], callerArn: string): readonly string[] {
  return named.length > 0 ? named : principalArnsOf(callerArn);
}
