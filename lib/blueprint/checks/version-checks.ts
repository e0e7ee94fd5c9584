import { kubernetesReleases } from '../../standard/kubernetes-releases';
import { minorOf } from '../version';
import { type ConfigCheck } from './config-check';

export const checkKubernetesVersion: ConfigCheck = ({ kubernetes }, today) => {
  const supported = kubernetesReleases.filter(({ endOfLife }) => endOfLife >= today);
  const expected = `one of the supported minors ${supported
    .map(({ minor, endOfLife }) => `"${minor}" (until ${endOfLife})`)
    .join(', ')}, or a version of one`;
  return supported.some(({ minor }) => minor === minorOf(kubernetes.version))
    ? []
    : [{ path: 'kubernetes.version', got: kubernetes.version, expected }];
};
