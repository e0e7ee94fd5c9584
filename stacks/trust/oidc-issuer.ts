import * as pulumi from '@pulumi/pulumi';
import { Deployment } from '@pulumi/aws/apigateway/deployment';
import { MethodSettings } from '@pulumi/aws/apigateway/methodSettings';
import { RestApi } from '@pulumi/aws/apigateway/restApi';
import { Stage } from '@pulumi/aws/apigateway/stage';
import { OpenIdConnectProvider } from '@pulumi/aws/iam/openIdConnectProvider';
import { componentType, validateArgs, type AwsAccount, type Tags } from '../component-args';
import { inRegion, problemsOfRegion } from '../check-region';
import { dnsSuffixOf } from '../../lib/aws/regions';
import { issuerStage, renderIssuerApi } from './oidc-documents';

/** Arguments of {@link OidcIssuer}. */
export interface OidcIssuerArgs {
  /** Where in AWS it works. */
  readonly account: AwsAccount;
  /** Public key of service-account tokens, PEM. */
  readonly publicKeyPem: pulumi.Input<string>;
  /** Audience of tokens that AWS takes. @default 'sts.amazonaws.com' */
  readonly audience?: string;
  /** On everything that is made. */
  readonly tags: Tags;
}

/**
 * Makes IAM trust the cluster's service-account tokens, so that pods have roles of their own: an API
 * that answers with two public documents, and the provider that points to them. Nothing of it is a
 * bucket, so that Block Public Access stays on in the whole account.
 * See docs/decisions/0065-oidc-documents-without-a-bucket.md.
 */
export class OidcIssuer extends pulumi.ComponentResource {
  /** Address of the issuer, the `iss` of every token. */
  readonly url: pulumi.Output<string>;
  /** For the trust policies of roles for pods. */
  readonly providerArn: pulumi.Output<string>;

  constructor(name: string, args: OidcIssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    validateArgs('OidcIssuer', problemsOfRegion('account.region', args.account.region));
    super(
      componentType('OidcIssuer'),
      name,
      {},
      inRegion('OidcIssuer', 'account.region', args.account.region, opts),
    );
    const child = { parent: this };
    const tags = { ...args.tags, Name: name };
    const body = pulumi
      .unsecret(pulumi.output(args.publicKeyPem))
      .apply((pem) => renderIssuerApi(name, pem));
    const api = new RestApi(
      name,
      {
        description: 'Public keys of the service-account tokens of a cluster',
        body,
        endpointConfiguration: { types: 'REGIONAL' },
        failOnWarnings: true,
        tags,
      },
      child,
    );
    const deployment = new Deployment(
      name,
      {
        restApi: api.id,
        triggers: { body },
      },
      child,
    );
    const stage = new Stage(
      name,
      { restApi: api.id, deployment: deployment.id, stageName: issuerStage, tags },
      child,
    );
    const limits = new MethodSettings(
      name,
      {
        restApi: api.id,
        stageName: stage.stageName,
        methodPath: '*/*',
        // AWS asks a few times an hour; anyone else may, at no great cost.
        settings: { throttlingRateLimit: 20, throttlingBurstLimit: 50 },
      },
      child,
    );
    const { partition, region } = args.account;
    const suffix = pulumi.output(partition).apply(dnsSuffixOf);
    this.url = pulumi.interpolate`https://${api.id}.execute-api.${region}.${suffix}/${issuerStage}`;
    const provider = new OpenIdConnectProvider(
      name,
      { url: this.url, clientIdLists: [args.audience ?? 'sts.amazonaws.com'], tags },
      // IAM reads the documents when the provider is made.
      { ...child, dependsOn: [stage, limits] },
    );
    this.providerArn = provider.arn;
    this.registerOutputs({ url: this.url, providerArn: this.providerArn });
  }
}
