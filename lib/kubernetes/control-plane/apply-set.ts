import { createHash } from 'node:crypto';
import type { MachineFile } from '../../machine/machine-config';
import { renderYaml } from '../yaml';

const group = 'hardened-cluster.internal';
const plural = 'applysets';
const name = 'manifests';

/** Parent of the apply set, as kubectl's `--applyset` names it. */
export const applySetParent = `${plural}.${group}/${name}`;

/**
 * The parent under which kubectl keeps account of what it applied, so that it can prune. It has to
 * be outside any namespace, or objects of other namespaces than its own are refused; no built-in
 * kind is, so it is one of ours.
 *
 * @see https://kubernetes.io/docs/reference/labels-annotations-taints/#applyset-kubernetes-io-id
 */
export function planApplySetFiles(): readonly MachineFile[] {
  return [
    {
      path: '/etc/hardened-cluster/apply-set-definition.yaml',
      content: renderYaml({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: {
          name: `${plural}.${group}`,
          labels: { 'applyset.kubernetes.io/is-parent-type': 'true' },
        },
        spec: {
          group,
          scope: 'Cluster',
          names: { kind: 'ApplySet', listKind: 'ApplySetList', plural, singular: 'applyset' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object' } },
            },
          ],
        },
      }),
    },
    {
      path: '/etc/hardened-cluster/apply-set.yaml',
      content: renderYaml({
        apiVersion: `${group}/v1`,
        kind: 'ApplySet',
        metadata: {
          name,
          labels: { 'applyset.kubernetes.io/id': applySetId() },
          annotations: {
            'applyset.kubernetes.io/tooling': 'kubectl/v1.36',
            'applyset.kubernetes.io/contains-group-kinds': '',
          },
        },
      }),
    },
  ];
}

/** Name, no namespace, kind and group of the parent, hashed (KEP-3659). */
function applySetId(): string {
  const hash = createHash('sha256').update(`${name}..ApplySet.${group}`).digest('base64url');
  return `applyset-${hash}-v1`;
}
