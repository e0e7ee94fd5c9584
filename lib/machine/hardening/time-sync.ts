import type { MachineFile } from '../machine-config';

/**
 * Time from the link-local service of EC2, by systemd-timesyncd: it is in the image, so machines
 * without a package mirror have it too, and it listens on no port.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/set-time.html
 */
export function timeSyncFile(): MachineFile {
  return {
    path: '/etc/systemd/timesyncd.conf.d/90-hardened-cluster.conf',
    content: `[Time]\nNTP=${timeServer}\nFallbackNTP=${timeServer}\nPollIntervalMaxSec=256\n`,
  };
}

/** Amazon Time Sync Service. */
export const timeServer = '169.254.169.123';
