import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MachineConfig } from '../../../lib/machine/machine-config';
import { planCluster } from '../../../lib/cluster/plan-cluster';
import { FakeAws } from '../../support/aws/fake-aws';
import { makeBlueprint } from '../../support/cluster/blueprint-inputs';
import {
  machineNamed,
  MachineRoot,
  withFakeArtifacts,
  withoutDataVolume,
} from '../../support/machine/machine-root';

/** Mounts what the unit says, as systemd would. */
const systemctl = `
case "$1 $2" in
  "start "*.mount)
    unit=$HC_ROOT/etc/systemd/system/$2
    what=$(sed -n 's/^What=//p' "$unit") where=$(sed -n 's/^Where=//p' "$unit")
    mountpoint -q "$HC_ROOT$where" ||
      mount -t ext4 -o "$(sed -n 's/^Options=//p' "$unit")" "$HC_ROOT$what" "$HC_ROOT$where"
    ;;
esac`;

const sh = (script: string, ...args: string[]) => {
  const run = spawnSync('sh', ['-ec', script, 'sh', ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${script}: ${run.stderr}`);
  return run.stdout.trim();
};

/** Loop devices need root and a kernel that has them. */
const canLoop = spawnSync('losetup', ['-f']).status === 0 && process.getuid?.() === 0;
if (!canLoop && process.env.CI === 'true') throw new Error('no loop devices on this machine');
const whereLoops = canLoop ? describe : describe.skip;

const planned = withFakeArtifacts(machineNamed(planCluster(makeBlueprint()).machines, 'etcd-0'));
// What boot itself needs: the rest has its own suite, and takes its time.
const machine: MachineConfig = {
  ...planned,
  files: planned.files.filter(({ path }) => path.startsWith('/usr/local/lib/hardened-cluster/')),
  secrets: [],
};
const cloud = new FakeAws();

/** A machine with a volume of 64 MiB behind a loop device. */
class MachineWithVolume extends MachineRoot {
  readonly image = `${this.path}.img`;
  readonly device: string;

  constructor() {
    super(machine, cloud, { systemctl });
    writeFileSync(this.image, '');
    truncateSync(this.image, 64 * 1024 * 1024);
    this.device = sh('losetup -f --show "$1"', this.image);
    const links = join(this.path, 'dev/disk/by-id');
    mkdirSync(links, { recursive: true });
    symlinkSync(this.device, join(links, 'nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0'));
    this.provide();
  }

  get uuid(): string {
    return sh('blkid -p -o value -s UUID "$1"', this.device);
  }

  override remove(): void {
    spawnSync('umount', [join(this.path, 'var/lib/etcd')]);
    spawnSync('losetup', ['-d', this.device]);
    rmSync(this.image, { force: true });
    super.remove();
  }
}

const roots: MachineRoot[] = [];
const make = () => {
  const root = new MachineWithVolume();
  roots.push(root);
  return root;
};

beforeAll(() => cloud.start());
afterAll(() => cloud.stop());
afterEach(() => {
  for (const root of roots.splice(0)) root.remove();
});

whereLoops('the data volume', () => {
  it('is formatted when it is empty, mounted for its owner alone, and kept ever after', async () => {
    const root = make();
    expect(await root.boot()).toMatchObject({ code: 0 });
    const { uuid } = root;
    expect(uuid).not.toBe('');
    const options = sh('findmnt -n -o OPTIONS "$1"', join(root.path, 'var/lib/etcd')).split(',');
    expect(options).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev', 'noexec', 'noatime']));
    expect(sh('stat -c "%a %u:%g" "$1"', join(root.path, 'var/lib/etcd'))).toBe('700 2379:2379');
    root.write('var/lib/etcd/data/member', 'kept');
    expect(await root.boot()).toMatchObject({ code: 0 });
    // A new machine with the old volume.
    sh('umount "$1"', join(root.path, 'var/lib/etcd'));
    rmSync(join(root.path, 'var/lib/hardened-cluster'), { recursive: true });
    expect(await root.boot()).toMatchObject({ code: 0 });
    expect(root.read('var/lib/etcd/data/member')).toBe('kept');
    expect(root.uuid).toBe(uuid);
  });

  it('leaves a folder that no service can write to while it is missing', async () => {
    const root = make();
    rmSync(join(root.path, 'dev'), { recursive: true });
    const { code, output } = await root.boot();
    expect(code).toBe(75);
    expect(output).toMatch(
      /waiting: \S+vol0123456789abcdef0: got no such device after 0 s, expected volume vol-0123456789abcdef0 attached/,
    );
    expect(root.takeCalls().some((call) => call.includes('start etcd'))).toBe(false);
  });

  it.each([
    [
      'another file system',
      'mkfs.xfs -q "$1" 2>/dev/null || mkfs.vfat "$1" >/dev/null || mkswap "$1" >/dev/null',
      /got content of type \w+, expected ext4/,
    ],
    [
      'data without a file system',
      'printf "precious" | dd of="$1" bs=1 seek=1048576 conv=notrunc status=none',
      /got data without a known file system, expected ext4/,
    ],
    [
      'a partition table',
      'printf "\\125\\252" | dd of="$1" bs=1 seek=510 conv=notrunc status=none',
      /got (data without|an unclear|content)/,
    ],
    [
      'an LVM or RAID signature',
      'printf "\\0\\0\\0\\0LABELONE" | dd of="$1" bs=512 seek=1 conv=notrunc status=none',
      /got (data without|an unclear|content)/,
    ],
  ])('is never written to when it holds %s', async (_, fill, says) => {
    const root = make();
    sh(fill, root.device);
    const before = sh('sync; sha256sum <"$1"', root.device);
    const { code, output } = await root.boot();
    expect(output).toMatch(says);
    expect(code).toBe(1);
    expect(sh('sync; sha256sum <"$1"', root.device)).toBe(before);
  });
});

whereLoops('a full disk', () => {
  it('stops boot with a clear line and leaves what was there', async () => {
    const root = new MachineRoot(withoutDataVolume(machine), cloud);
    roots.push(root);
    root.provide();
    const cache = join(root.path, 'var/cache');
    mkdirSync(cache, { recursive: true });
    sh('mount -t tmpfs -o size=16k tmpfs "$1"; head -c 100000 /dev/zero >"$1/fill" || :', cache);
    try {
      const { code, output } = await root.boot();
      expect(code).not.toBe(0);
      expect(output).toMatch(
        /error: \S+: got (no whole answer|not written)|No space left on device/,
      );
      expect(root.takeCalls().some((call) => call.includes('start etcd'))).toBe(false);
    } finally {
      sh('umount "$1"', cache);
    }
    expect(await root.boot()).toMatchObject({ code: 0 });
  });
});
