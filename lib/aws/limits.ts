/**
 * Limits of AWS services that a configuration can run into. Those that AWS raises on request are
 * the ones that a new account has.
 */
export const limits = {
  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
  tagsOfS3Object: 10,
  /** In one direction. @see https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
  entriesOfNetworkAcl: 20,
  /** In one direction, on the same page. */
  rulesOfSecurityGroup: 60,
  /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html */
  listenersOfLoadBalancer: 50,
  /** @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html */
  targetGroupsOfAutoScalingGroup: 50,
  /** Characters of all inline policies of a role, white space not counted.
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  inlinePoliciesOfRole: 10_240,
  /** Bytes of one upload. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
  singleUploadBytes: 5 * 1024 ** 3,
  /** IOPS per GiB, by type of volume. @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html */
  iopsPerGibibyte: { gp3: 500, io2: 1000 },
} as const;
