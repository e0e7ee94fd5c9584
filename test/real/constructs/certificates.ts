import { createRequest } from '../../../lib/pki/issue-certificate';
import { generateKey } from '../../../lib/pki/key';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { must } from './setup';

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** Asks for a certificate as somebody. */
export async function askForCertificate(
  client: KubeClient,
  name: string,
  spec: {
    readonly signerName: 'kubernetes.io/kubelet-serving' | 'kubernetes.io/kube-apiserver-client';
    readonly commonName: string;
    readonly organization: string;
    readonly usages: readonly string[];
  },
): Promise<void> {
  const { privateKeyPem } = await generateKey();
  const requestPem = await createRequest({
    privateKeyPem,
    subject: { commonName: spec.commonName, organization: spec.organization },
    dnsNames: ['node-1'],
    ipAddresses: [],
  });
  await must(client, requests, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: Buffer.from(requestPem).toString('base64'),
      signerName: spec.signerName,
      usages: spec.usages,
    },
  });
}

/** Approves a request as somebody (as a dry run); `allowed`, or what is said against it. */
export async function approve(
  client: KubeClient,
  reader: KubeClient,
  name: string,
): Promise<string> {
  const { body } = await reader.get(`${requests}/${name}`);
  const answer = await client.put(`${requests}/${name}/approval?dryRun=All`, {
    ...(body as object),
    status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Tried' }] },
  });
  return answer.status === 200 ? 'allowed' : answer.text;
}
