import { kubernetesReleases } from '../../standard/kubernetes-releases';
import { minorVersionOf } from '../version';
import { type ConfigCheck } from './config-check';

export const checkKubernetesVersion: ConfigCheck = ({ kubernetes }, today) => {
  const supported = kubernetesReleases.filter(({ endOfLife }) => endOfLife >= today);
  const expected = `one of the supported minor versions ${supported
    .map(({ minorVersion, endOfLife }) => `"${minorVersion}" (until ${endOfLife})`)
    .join(', ')}, or a version of one`;
  return supported.some(({ minorVersion }) => minorVersion === minorVersionOf(kubernetes.version))
    ? []
    : [{ path: 'kubernetes.version', got: kubernetes.version, expected }];
};
