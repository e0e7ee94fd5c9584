import { limits } from '../../aws/limits';
import { type ConfigCheck } from './config-check';

/** Operations a second that a volume of its size can be provisioned for. */
export const checkDataVolume: ConfigCheck = ({ etcd: { dataVolume } }) => {
  const perGibibyte = limits.iopsPerGibibyte[dataVolume.type];
  // Every gp3 volume has its first 3000 for nothing, however small it is.
  const most = Math.max(3000, perGibibyte * dataVolume.sizeGibibytes);
  return dataVolume.iops <= most
    ? []
    : [
        {
          path: 'etcd.dataVolume.iops',
          got: dataVolume.iops,
          expected: `at most ${most}: ${perGibibyte} for each of the ${dataVolume.sizeGibibytes} GiB of a ${dataVolume.type} volume`,
        },
      ];
};

/** Part of the root volume that audit logs may fill; images, logs and the system need the rest. */
const auditShare = 0.5;

export const checkAuditLog: ConfigCheck = ({ kubernetes: { audit }, controlPlane }) => {
  const bytes = (audit.maxBackups + 1) * audit.maxSizeMegabytes * 1024 ** 2;
  const room = controlPlane.rootVolumeGibibytes * 1024 ** 3 * auditShare;
  return bytes <= room
    ? []
    : [
        {
          path: 'kubernetes.audit',
          got: { maxBackups: audit.maxBackups, maxSizeMegabytes: audit.maxSizeMegabytes },
          expected: `at most ${Math.floor(room / 1024 ** 2)} megabytes in all files together, half of controlPlane.rootVolumeGibibytes (${controlPlane.rootVolumeGibibytes})`,
        },
      ];
};
