import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What the reader of the page fills in. */
export interface TrustPolicyValues {
  /** Issuer without `https://`. */
  readonly issuer: string;
  readonly account: string;
  /** Namespace and name of the service account, such as `shop:cart`. */
  readonly subject: string;
}

/** The trust policy that docs/constructs.md shows for a role of pods, with the reader's values in it. */
export function readTrustPolicy({ issuer, account, subject }: TrustPolicyValues): string {
  const page = readFileSync(path.join(__dirname, '../../../docs/constructs.md'), 'utf8');
  const shown = [...page.matchAll(/```json\n(.*?)```/gs)]
    .map(([, json = '']) => json)
    .find((json) => json.includes('AssumeRoleWithWebIdentity'));
  if (shown === undefined) throw new Error('docs/constructs.md shows no trust policy');
  return shown
    .replaceAll('ISSUER', issuer)
    .replaceAll('ACCOUNT', account)
    .replaceAll('shop:cart', subject);
}
