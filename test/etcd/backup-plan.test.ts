import { planSnapshotFolders } from '../../lib/etcd/backup-plan';
import { makeBlueprint } from '../support/cluster/blueprint-inputs';

test('keeps the first snapshots of a day, a week and a month for longer', () => {
  expect(planSnapshotFolders(makeBlueprint())).toEqual([
    { prefix: 'etcd/snapshots/hourly/', expireDays: 2 },
    { prefix: 'etcd/snapshots/daily/', expireDays: 14 },
    { prefix: 'etcd/snapshots/weekly/', expireDays: 62 },
    { prefix: 'etcd/snapshots/monthly/', expireDays: 365 },
  ]);
});

test('keeps none for longer than the configuration says', () => {
  const folders = planSnapshotFolders(makeBlueprint({ etcd: { backup: { retentionDays: 30 } } }));
  expect(folders.map(({ expireDays }) => expireDays)).toEqual([2, 14, 30, 30]);
});
