/**
 * Arguments of each resource type that a reader understands or that weaken nothing. A type or an
 * argument that is not here leaves what depends on it unknown. `undefined`: any argument.
 */
export const knownInputs: Readonly<Record<string, readonly string[] | undefined>> = {
  'aws:route53/resolverFirewallConfig:ResolverFirewallConfig': undefined,
  'aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList': undefined,
  'aws:route53/resolverFirewallRule:ResolverFirewallRule': undefined,
  'aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup': undefined,
  'aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation':
    undefined,
  'aws:apigateway/restApi:RestApi': undefined,
  'aws:ssm/document:Document': undefined,
  'aws:apigateway/deployment:Deployment': undefined,
  'aws:apigateway/stage:Stage': undefined,
  'aws:apigateway/methodSettings:MethodSettings': undefined,
  'aws:apigateway/restApiPolicy:RestApiPolicy': undefined,
  'aws:apigateway/account:Account': undefined,

  'aws:autoscaling/group:Group':
    'availabilityZoneDistribution capacityRebalance defaultInstanceWarmup desiredCapacity enabledMetrics healthCheckGracePeriod healthCheckType instanceRefresh launchTemplate maxInstanceLifetime maxSize metricsGranularity minElbCapacity minSize mixedInstancesPolicy name namePrefix protectFromScaleIn suspendedProcesses tags targetGroupArns terminationPolicies vpcZoneIdentifiers waitForCapacityTimeout waitForElbCapacity'.split(
      ' ',
    ),
  'aws:autoscaling/lifecycleHook:LifecycleHook': undefined,
  'aws:autoscaling/schedule:Schedule': undefined,
  'aws:backup/plan:Plan': undefined,
  'aws:cloudwatch/logGroup:LogGroup': 'kmsKeyId name retentionInDays tags'.split(' '),
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': undefined,
  'aws:cloudwatch/metricAlarm:MetricAlarm': undefined,
  'aws:ebs/volume:Volume':
    'availabilityZone encrypted finalSnapshot iops kmsKeyId multiAttachEnabled size snapshotId tags throughput type'.split(
      ' ',
    ),
  'aws:ec2/defaultNetworkAcl:DefaultNetworkAcl': 'defaultNetworkAclId egress ingress tags'.split(
    ' ',
  ),
  'aws:ec2/defaultRouteTable:DefaultRouteTable': 'defaultRouteTableId routes tags'.split(' '),
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': 'egress ingress tags vpcId'.split(' '),
  'aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway': 'tags vpcId'.split(' '),
  'aws:ec2/eip:Eip': 'domain instance networkInterface tags'.split(' '),
  'aws:ec2/eipAssociation:EipAssociation':
    'allocationId allowReassociation instanceId networkInterfaceId privateIpAddress publicIp'.split(
      ' ',
    ),
  'aws:ec2/flowLog:FlowLog':
    'destinationOptions iamRoleArn logDestination logDestinationType logFormat maxAggregationInterval subnetId tags trafficType vpcId'.split(
      ' ',
    ),
  'aws:ec2/instance:Instance':
    'ami associatePublicIpAddress availabilityZone cpuOptions creditSpecification disableApiTermination ebsOptimized hostId iamInstanceProfile instanceInitiatedShutdownBehavior instanceType keyName launchTemplate maintenanceOptions metadataOptions monitoring placementGroup placementGroupId privateIp rootBlockDevice subnetId tags tenancy userData userDataReplaceOnChange vpcSecurityGroupIds'.split(
      ' ',
    ),
  'aws:ec2/internetGateway:InternetGateway': 'tags vpcId'.split(' '),
  'aws:ec2/launchTemplate:LaunchTemplate':
    'blockDeviceMappings creditSpecification description ebsOptimized iamInstanceProfile imageId instanceMarketOptions instanceType keyName metadataOptions monitoring name namePrefix networkInterfaces placement tagSpecifications tags updateDefaultVersion userData vpcSecurityGroupIds'.split(
      ' ',
    ),
  'aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation': 'routeTableId vpcId'.split(' '),
  'aws:ec2/natGateway:NatGateway': 'allocationId connectivityType privateIp subnetId tags'.split(
    ' ',
  ),
  'aws:ec2/networkAcl:NetworkAcl': 'tags vpcId'.split(' '),
  'aws:ec2/networkAclAssociation:NetworkAclAssociation': 'networkAclId subnetId'.split(' '),
  'aws:ec2/networkAclRule:NetworkAclRule':
    'cidrBlock egress fromPort icmpCode icmpType networkAclId protocol ruleAction ruleNumber toPort'.split(
      ' ',
    ),
  'aws:ec2/networkInterface:NetworkInterface':
    'description privateIps securityGroups sourceDestCheck subnetId tags'.split(' '),
  'aws:ec2/placementGroup:PlacementGroup': 'spreadLevel strategy tags'.split(' '),
  'aws:ec2/route:Route':
    'destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId egressOnlyGatewayId gatewayId natGatewayId routeTableId vpcEndpointId'.split(
      ' ',
    ),
  'aws:ec2/routeTable:RouteTable': 'routes tags vpcId'.split(' '),
  'aws:ec2/routeTableAssociation:RouteTableAssociation': 'routeTableId subnetId'.split(' '),
  'aws:ec2/securityGroup:SecurityGroup':
    'description egress ingress name namePrefix revokeRulesOnDelete tags vpcId'.split(' '),
  'aws:ec2/securityGroupRule:SecurityGroupRule':
    'cidrBlocks description fromPort ipv6CidrBlocks prefixListIds protocol securityGroupId self sourceSecurityGroupId toPort type'.split(
      ' ',
    ),
  'aws:ec2/subnet:Subnet':
    'availabilityZone availabilityZoneId cidrBlock enableResourceNameDnsARecordOnLaunch mapPublicIpOnLaunch privateDnsHostnameTypeOnLaunch tags vpcId'.split(
      ' ',
    ),
  'aws:ec2/volumeAttachment:VolumeAttachment':
    'deviceName instanceId stopInstanceBeforeDetaching volumeId'.split(' '),
  'aws:ec2/vpc:Vpc':
    'cidrBlock enableDnsHostnames enableDnsSupport enableNetworkAddressUsageMetrics instanceTenancy tags'.split(
      ' ',
    ),
  'aws:ec2/vpcEndpoint:VpcEndpoint':
    'dnsOptions ipAddressType policy privateDnsEnabled routeTableIds securityGroupIds serviceName subnetIds tags vpcEndpointType vpcId'.split(
      ' ',
    ),
  'aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation':
    'routeTableId vpcEndpointId'.split(' '),
  'aws:iam/instanceProfile:InstanceProfile': 'name path role tags'.split(' '),
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': 'clientIdLists tags url'.split(' '),
  'aws:iam/policy:Policy': 'description name path policy tags'.split(' '),
  'aws:iam/role:Role':
    'assumeRolePolicy description forceDetachPolicies maxSessionDuration name path permissionsBoundary tags'.split(
      ' ',
    ),
  'aws:iam/rolePolicy:RolePolicy': 'name policy role'.split(' '),
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': 'policyArn role'.split(' '),
  'aws:kms/alias:Alias': 'name targetKeyId'.split(' '),
  'aws:kms/key:Key':
    'bypassPolicyLockoutSafetyCheck customerMasterKeySpec deletionWindowInDays description enableKeyRotation keyUsage multiRegion policy rotationPeriodInDays tags'.split(
      ' ',
    ),
  'aws:lb/listener:Listener':
    'alpnPolicy certificateArn defaultActions loadBalancerArn port protocol sslPolicy tags tcpIdleTimeoutSeconds'.split(
      ' ',
    ),
  'aws:lb/loadBalancer:LoadBalancer':
    'accessLogs dnsRecordClientRoutingPolicy enableCrossZoneLoadBalancing enableDeletionProtection enforceSecurityGroupInboundRulesOnPrivateLinkTraffic internal ipAddressType loadBalancerType name securityGroups subnetMappings subnets tags'.split(
      ' ',
    ),
  'aws:lb/targetGroup:TargetGroup':
    'connectionTermination deregistrationDelay healthCheck ipAddressType name port preserveClientIp protocol stickiness tags targetGroupHealth targetHealthStates targetType vpcId'.split(
      ' ',
    ),
  'aws:route53/record:Record': 'aliases name records ttl type zoneId'.split(' '),
  'aws:route53/zoneAssociation:ZoneAssociation': 'vpcId vpcRegion zoneId'.split(' '),
  'aws:route53/zone:Zone': 'comment name tags vpcs'.split(' '),
  'aws:s3/bucket:Bucket': 'bucket forceDestroy objectLockEnabled tags'.split(' '),
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': 'bucket rules'.split(' '),
  'aws:s3/bucketNotification:BucketNotification': undefined,
  'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration': 'bucket rule'.split(' '),
  'aws:s3/bucketObjectv2:BucketObjectv2':
    'bucket content contentBase64 contentType key source tags'.split(' '),
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': 'bucket rule'.split(' '),
  'aws:s3/bucketPolicy:BucketPolicy': 'bucket policy'.split(' '),
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock':
    'blockPublicAcls blockPublicPolicy bucket ignorePublicAcls restrictPublicBuckets'.split(' '),
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration':
    'bucket rules'.split(' '),
  'aws:s3/bucketVersioning:BucketVersioning': 'bucket versioningConfiguration'.split(' '),
  'aws:sns/topic:Topic': undefined,
  'aws:ssm/parameter:Parameter': 'insecureValue keyId name tags tier type value'.split(' '),
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule':
    'cidrIpv4 cidrIpv6 description fromPort ipProtocol prefixListId referencedSecurityGroupId securityGroupId tags toPort'.split(
      ' ',
    ),
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule':
    'cidrIpv4 cidrIpv6 description fromPort ipProtocol prefixListId referencedSecurityGroupId securityGroupId tags toPort'.split(
      ' ',
    ),
};
