import { supportedMinorVersions } from '../../../lib/kubernetes/releases';

/**
 * Minor versions that a suite runs on: the default one, whose programs every change is tested with;
 * all of them in `npm run test:extended`.
 */
export const testedMinorVersions =
  process.env.HARDENED_CLUSTER_EXTENDED === '1' ? supportedMinorVersions : (['1.36'] as const);
