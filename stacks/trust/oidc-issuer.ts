import * as pulumi from '@pulumi/pulumi';
import { OpenIdConnectProvider } from '@pulumi/aws/iam/openIdConnectProvider';
import { BucketObjectv2 } from '@pulumi/aws/s3/bucketObjectv2';
import { componentType, type AwsAccount, type Tags } from '../component-args';
import { renderDiscovery, renderKeySet, wellKnown } from './oidc-documents';
import { SecureBucket } from '../storage/secure-bucket';

export interface OidcIssuerArgs {
  readonly bucketName: pulumi.Input<string>;
  readonly account: AwsAccount;
  /** Public key of service-account tokens, PEM. */
  readonly publicKeyPem: pulumi.Input<string>;
  /** Audience of tokens that AWS takes. @default 'sts.amazonaws.com' */
  readonly audience?: string;
  readonly tags: Tags;
}

/**
 * Makes IAM trust the cluster's service-account tokens, so that pods have roles of their own: two
 * public documents in a bucket of their own, and the provider that points to them.
 */
export class OidcIssuer extends pulumi.ComponentResource {
  /** Address of the issuer, the `iss` of every token. */
  readonly url: pulumi.Output<string>;
  /** For the trust policies of roles for pods. */
  readonly providerArn: pulumi.Output<string>;

  constructor(name: string, args: OidcIssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(componentType('OidcIssuer'), name, {}, opts);
    const bucket = new SecureBucket(
      name,
      {
        bucketName: args.bucketName,
        account: args.account,
        publicKeys: Object.values(wellKnown),
        holdsData: false,
        tags: args.tags,
      },
      { parent: this },
    );
    this.url = issuerUrl(args);
    const publicKey = pulumi.unsecret(pulumi.output(args.publicKeyPem));
    const publish = (key: string, content: pulumi.Input<string>) =>
      new BucketObjectv2(
        `${name}-${key.slice(key.lastIndexOf('/') + 1)}`,
        {
          bucket: bucket.bucketName,
          key,
          content,
          contentType: 'application/json',
          tags: { ...args.tags, Name: `${name}-${key.slice(key.lastIndexOf('/') + 1)}` },
        },
        { parent: this, dependsOn: [...bucket.ready] },
      );
    const documents = [
      publish(wellKnown.discovery, this.url.apply(renderDiscovery)),
      publish(wellKnown.keySet, publicKey.apply(renderKeySet)),
    ];
    const provider = new OpenIdConnectProvider(
      name,
      {
        url: this.url,
        clientIdLists: [args.audience ?? 'sts.amazonaws.com'],
        tags: { ...args.tags, Name: name },
      },
      { parent: this, dependsOn: documents },
    );
    this.providerArn = provider.arn;
    this.registerOutputs({ url: this.url, providerArn: this.providerArn });
  }
}

/** Known before anything is made where the account is known: API servers need it. */
export function issuerUrl({
  bucketName,
  account,
}: Pick<OidcIssuerArgs, 'bucketName' | 'account'>): pulumi.Output<string> {
  const suffix = account.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return pulumi.interpolate`https://${bucketName}.s3.${account.region}.${suffix}`;
}
