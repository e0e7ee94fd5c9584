import { createRequest } from '../../../lib/pki/issue-certificate';
import { generateKey } from '../../../lib/pki/key';
import type { ControlPlane } from './api-server';
import { sampleObjects, type KubeObject } from './kube-objects';
import { waitFor } from './kube-process';
import { makeCa } from '../pki';

interface Stored {
  readonly metadata: { readonly uid: string };
}

interface ApiResourceList {
  readonly groupVersion: string;
  readonly resources: readonly {
    readonly name: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** Makes the namespace that samples lie in, and waits until pods may be made there. */
export async function makeSampleNamespace(
  { admin }: ControlPlane,
  labels?: Readonly<Record<string, string>>,
): Promise<void> {
  await admin.post('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'sample', ...(labels && { labels }) },
  });
  await waitFor('default service account', async () => {
    const { status } = await admin.get('/api/v1/namespaces/sample/serviceaccounts/default');
    return status === 200 || undefined;
  });
}

/** An object of every built-in kind that can be made, by group and resource. */
export async function makeSamples(): Promise<Readonly<Record<string, KubeObject>>> {
  const request = await createRequest({
    privateKeyPem: (await generateKey()).privateKeyPem,
    subject: { commonName: 'sample' },
    dnsNames: [],
    ipAddresses: [],
  });
  const { certificate } = await makeCa('sample');
  return sampleObjects(request, certificate);
}

/** What can be made and listed, in the preferred version of each group. */
export async function creatableResources(plane: ControlPlane) {
  const versions = [{ prefix: '/api/v1', group: '' }];
  const groups = (await plane.admin.get('/apis')).body as {
    groups: { name: string; preferredVersion: { groupVersion: string } }[];
  };
  for (const { name, preferredVersion } of groups.groups) {
    if (name !== 'example.com')
      versions.push({ prefix: `/apis/${preferredVersion.groupVersion}`, group: name });
  }
  const found = [];
  for (const { prefix, group } of versions) {
    const { resources } = (await plane.admin.get(prefix)).body as ApiResourceList;
    for (const resource of resources) {
      if (resource.name.includes('/')) continue;
      if (!resource.verbs.includes('create') || !resource.verbs.includes('list')) continue;
      found.push({ prefix, group, resource });
    }
  }
  return found;
}

/** Uid by path of one stored object of every kind that a test may leave behind. */
export async function storeSamples(plane: ControlPlane): Promise<Record<string, string>> {
  const stored: Record<string, string> = {};
  for (const [key, sample] of Object.entries(await makeSamples())) {
    const [, resource = ''] = key.split('/');
    const { apiVersion, metadata } = sample;
    const prefix = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    const { body } = await plane.admin.get(prefix);
    const found = body as { resources: { name: string; namespaced: boolean }[] } | undefined;
    const known = found?.resources.find(({ name }) => name === resource);
    if (!known) continue; // Not yet in this version.
    const collection = `${prefix}${known.namespaced ? '/namespaces/sample' : ''}/${resource}`;
    const made = await plane.admin.post(collection, sample);
    if (made.status !== 201) throw new Error(`${key}: ${made.text}`);
    stored[`${collection}/${metadata.name}`] = (made.body as Stored).metadata.uid;
  }
  return stored;
}

/** What is not there any more or is another object. */
export async function readSamples(
  plane: ControlPlane,
  stored: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [target, uid] of Object.entries(stored)) {
    const { status, body } = await plane.admin.get(target);
    const found = (body as { metadata?: { uid?: string } } | undefined)?.metadata?.uid;
    if (status !== 200 || found !== uid) problems.push(`${target}: ${status}`);
  }
  return problems;
}
