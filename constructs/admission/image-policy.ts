import { Construct } from 'constructs';
import { AdmissionPolicy, type AdoptionProps } from './admission-policy';
import { adoptionOf } from './adoption';
import { celString } from './cel';
import { imagePattern } from './image-pattern';
import { policyApiGroup } from '../../lib/kubernetes/powers/policy-api-group';
import { podRequests, podVariables } from './pod-requests';

/** Where images may come from and how they are named. */
export interface ImagePolicyProps extends AdoptionProps {
  /** Name of the policy. @default 'hardened-cluster-images' */
  readonly name?: string;
  /**
   * Registries, or paths below one: `registry.example.com`, `ghcr.io/example`,
   * `localhost:5000/team`. Compared letter by letter, whole path parts at a time.
   */
  readonly allowedRegistries: readonly string[];
  /** Whether every image names the digest it must have. @default false */
  readonly requireDigests?: boolean;
  /** Whether every container of a pod pulls with `Always`. @default true */
  readonly alwaysPull?: boolean;
}

/**
 * Registry allow-list for containers of every kind and for image volumes. An image is matched as a
 * whole, so no look-alike host, port or path slips in, and a name without a registry is refused
 * instead of being looked for somewhere.
 *
 * Pulling always (the demand of the AlwaysPullImages admission plugin, which also sets it) keeps a
 * pod from an image that only another one's credentials could fetch.
 */
export class ImagePolicy extends Construct {
  constructor(scope: Construct, id: string, props: ImagePolicyProps) {
    super(scope, id);
    const { allowedRegistries, requireDigests = false, alwaysPull = true } = props;
    const demands = [
      {
        expression: `variables.images.all(i, ${allowedRegistries.length === 0 ? 'false' : allowedRegistries.map((registry) => `i.matches(${celString(imagePattern(registry))})`).join(' || ')})`,
        message: `images must come from ${allowedRegistries.join(', ') || 'nowhere: no registry is allowed'}, with the registry written out`,
        lift: undefined,
      },
      ...(requireDigests
        ? [
            {
              expression: "variables.images.all(i, i.matches('@sha256:[a-f0-9]{64}$'))",
              message: 'images must name their digest: add @sha256: and its 64 hexadecimal digits',
              lift: 'digest',
            },
          ]
        : []),
      ...(alwaysPull
        ? [
            {
              expression:
                "request.kind.kind != 'Pod' || variables.containers.all(c, c.?imagePullPolicy.orValue('') == 'Always')",
              message: 'imagePullPolicy must be Always on every container',
              lift: 'pull-policy',
            },
          ]
        : []),
    ];
    new AdmissionPolicy(this, 'policy', {
      ...adoptionOf(props),
      name: props.name ?? 'hardened-cluster-images',
      description: 'Images come from named registries',
      match: podRequests(['CREATE', 'UPDATE']),
      variables: [
        ...podVariables,
        {
          name: 'serviceAccount',
          expression: "variables.spec.?serviceAccountName.orValue('default')",
        },
        {
          name: 'images',
          expression:
            "variables.containers.map(c, c.?image.orValue('')) + variables.spec.?volumes.orValue([]).filter(v, has(v.image)).map(v, v.image.?reference.orValue(''))",
        },
        {
          name: 'sameImages',
          expression:
            "request.operation == 'UPDATE' && request.kind.kind == 'Pod' && request.?subResource.orValue('') == '' && dyn(object).spec.containers.map(c, c.?image.orValue('')) == dyn(oldObject).spec.containers.map(c, c.?image.orValue('')) && dyn(object).spec.?initContainers.orValue([]).map(c, c.?image.orValue('')) == dyn(oldObject).spec.?initContainers.orValue([]).map(c, c.?image.orValue(''))",
        },
      ],
      validations: demands.map(({ expression, message, lift }) => ({
        expression: [
          'variables.unchanged',
          'variables.sameImages',
          `(${expression})`,
          ...(lift === undefined ? [] : granted(lift)),
        ].join(' || '),
        message,
        reason: 'Forbidden' as const,
      })),
    });
  }
}

/** CEL: whether the requester of a bare pod, or the pod's service account, may break the demand. */
function granted(demand: string): string[] {
  const use = `.group(${celString(policyApiGroup)}).resource('imagerules').namespace(request.namespace).name(${celString(demand)}).check('use').allowed()`;
  return [
    `(request.kind.kind == 'Pod' && authorizer${use})`,
    `authorizer.serviceAccount(request.namespace, variables.serviceAccount)${use}`,
  ];
}
