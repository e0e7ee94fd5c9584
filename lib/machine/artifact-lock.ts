import type { Blueprint } from '../blueprint/blueprint';
import debian from './lock/debian-13-sha256.json';
import upstream from './lock/upstream-sha256.json';
import type { Architecture } from './machine-config';

/**
 * Published checksums: name -> version -> architecture -> checksum. `any` stands for artifacts that are
 * the same on every architecture. A checksum is a SHA-256 in hexadecimal, or `sha512:` and a SHA-512.
 */
export type ArtifactLock = Readonly<Record<string, LockedVersions>>;

type LockedVersions = Readonly<Record<string, LockedChecksums>>;
type LockedChecksums = Readonly<Partial<Record<Architecture | 'any', string>>>;

/** The checksums that come with this version of the project; see `lock/README.md`. */
export const shippedLock: ArtifactLock = {
  ...readLockFile(upstream),
  ...readLockFile(debian),
};

/** The shipped checksums and those of `artifacts.sha256`; where both know one, the user's holds. */
export function resolveLock(blueprint: Pick<Blueprint, 'artifacts'>): ArtifactLock {
  const lock = new Map<string, LockedVersions>(Object.entries(shippedLock));
  for (const [name, versions] of Object.entries(blueprint.artifacts.sha256)) {
    const merged = new Map<string, LockedChecksums>(Object.entries(lock.get(name) ?? {}));
    for (const [version, checksums] of Object.entries(versions)) {
      merged.set(version, { ...merged.get(version), ...checksums });
    }
    lock.set(name, Object.fromEntries(merged));
  }
  return Object.fromEntries(lock);
}

/** Published SHA-256 of an artifact, or undefined when the lock does not know one. */
export function findSha256(
  lock: ArtifactLock,
  name: string,
  version: string,
  architecture: Architecture,
): string | undefined {
  const checksum = findChecksum(lock, name, version, architecture);
  return checksum?.startsWith(sha512Mark) ? undefined : checksum;
}

/** Published SHA-512 of an artifact whose publisher gives no SHA-256. */
export function findSha512(
  lock: ArtifactLock,
  name: string,
  version: string,
  architecture: Architecture,
): string | undefined {
  const checksum = findChecksum(lock, name, version, architecture);
  return checksum?.startsWith(sha512Mark) ? checksum.slice(sha512Mark.length) : undefined;
}

const sha512Mark = 'sha512:';

function findChecksum(
  lock: ArtifactLock,
  name: string,
  version: string,
  architecture: Architecture,
): string | undefined {
  const checksums = own(own(lock, name), version);
  return checksums?.[architecture] ?? checksums?.any;
}

/** Versions come from the configuration: `constructor` must not find something. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function readLockFile(
  file: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>,
): ArtifactLock {
  const lock: Record<string, Record<string, Partial<Record<Architecture | 'any', string>>>> = {};
  for (const [name, architectures] of Object.entries(file)) {
    const versions = (lock[name] ??= {});
    for (const [key, checksums] of Object.entries(architectures)) {
      const architecture = readArchitecture(key);
      for (const [version, checksum] of Object.entries(checksums)) {
        (versions[version] ??= {})[architecture] = checksum;
      }
    }
  }
  return lock;
}

function readArchitecture(key: string): Architecture | 'any' {
  if (key === 'amd64' || key === 'arm64') return key;
  if (key === 'no_arch') return 'any';
  throw new Error(`lock: got architecture "${key}", expected amd64, arm64 or no_arch`);
}
