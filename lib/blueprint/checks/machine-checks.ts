import { etcdReleases, oldestSafeEtcd } from '../../standard/etcd-releases';
import { compareVersions, minorVersionOf } from '../version';
import { type ConfigCheck, duplicates } from './config-check';
import { leastVolumeGibibytes } from './etcd-volume';

/** Minor versions of etcd that members run. */
const minorVersions = etcdReleases.map(({ minorVersion }) => minorVersion);

export const checkEtcd: ConfigCheck = ({ etcd, profile }) => {
  const allowed = { standard: [3, 5, 7], strict: [5, 7], development: [1, 3, 5, 7] }[profile];
  const floor = oldestSafeEtcd(etcd.version);
  return [
    ...(allowed.includes(etcd.members)
      ? []
      : [
          {
            path: 'etcd.members',
            got: etcd.members,
            expected: `one of ${allowed.join(', ')} in the profile ${profile}`,
          },
        ]),
    ...(minorVersions.includes(minorVersionOf(etcd.version))
      ? []
      : [
          {
            path: 'etcd.version',
            got: etcd.version,
            expected: `a version of ${minorVersions.join(' or ')}, such as "3.6.14"`,
          },
        ]),
    ...(compareVersions(etcd.version, floor) >= 0 ||
    !minorVersions.includes(minorVersionOf(etcd.version))
      ? []
      : [
          {
            path: 'etcd.version',
            got: etcd.version,
            expected: `at least "${floor}": earlier versions have access-control bypasses`,
          },
        ]),
    ...(etcd.dataVolume.sizeGibibytes >= leastVolumeGibibytes(etcd.quotaBytes)
      ? []
      : [
          {
            path: 'etcd.dataVolume.sizeGibibytes',
            got: etcd.dataVolume.sizeGibibytes,
            expected: `at least ${leastVolumeGibibytes(etcd.quotaBytes)} with an etcd.quotaBytes of ${etcd.quotaBytes}: the database, its snapshot, a trial restore and one folder of old data lie side by side`,
          },
        ]),
  ];
};

/** What SCS-0215 asks for, in hours. */
const compactionRetentionHours = 8;

export const checkCompaction: ConfigCheck = ({ etcd, waivers }) =>
  etcd.compactionRetentionHours === compactionRetentionHours ||
  waivers.some(({ clause }) => clause === 'scs-0215/etcd/compaction-retention')
    ? []
    : [
        {
          path: 'etcd.compactionRetentionHours',
          got: etcd.compactionRetentionHours,
          expected: `${compactionRetentionHours}: scs-0215/etcd/compaction-retention fixes it; a waiver of that clause with a reason and an expiry date lifts this`,
        },
      ];

export const checkControlPlane: ConfigCheck = ({ controlPlane, profile, zones }) => {
  const least = Math.max(3, zones?.length ?? 3);
  return profile === 'development' || controlPlane.machines >= least
    ? []
    : [
        {
          path: 'controlPlane.machines',
          got: controlPlane.machines,
          expected: `at least ${least} in the profile ${profile}: three, and one in each zone (scs-0214/distribution/control-plane-zones)`,
        },
      ];
};

export const checkPools: ConfigCheck = ({ workers }) => [
  ...duplicates(
    workers.map(({ name }) => name),
    (index) => `workers[${index}].name`,
    'pool name',
  ),
  ...workers.flatMap((pool, index) =>
    pool.minimum <= pool.maximum
      ? []
      : [
          {
            path: `workers[${index}].maximum`,
            got: pool.maximum,
            expected: `at least the minimum, ${pool.minimum}`,
          },
        ],
  ),
];
