import { PolicyPack } from '@pulumi/policy';
import { planPolicies } from './policies';

// `pulumi preview --policy-pack dist/stacks/policy-pack`, see docs/aws.md.
new PolicyPack('hardened-cluster', { policies: [...planPolicies()] });
