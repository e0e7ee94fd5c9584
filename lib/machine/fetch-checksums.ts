import { createHash } from 'node:crypto';
import type { Problem } from '../blueprint/problem';
import type { MachineArtifact } from './machine-config';
import {
  findPublishedChecksum,
  readPublishedChecksum,
  type PublishedChecksum,
} from './published-checksums';

/** The part of `fetch` that is needed; tests give their own. */
export type FetchLike = (url: string) => Promise<Response>;

/** Checksums in the format of `artifacts.sha256`, and the artifacts that none could be found for. */
export interface FetchedChecksums {
  readonly checksums: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>
  >;
  readonly problems: readonly Problem[];
}

/**
 * Finds the published checksum of each artifact. The artifact itself is downloaded too, and a checksum
 * is given only when it is what the publisher says: never from the download alone.
 */
export async function fetchChecksums(
  artifacts: readonly MachineArtifact[],
  fetchLike: FetchLike = fetch,
): Promise<FetchedChecksums> {
  const checksums: Record<string, Record<string, Record<string, string>>> = {};
  const problems: Problem[] = [];
  // One at a time: some are a hundred megabytes.
  for (const artifact of artifacts) {
    const { name, version, architecture } = artifact;
    const found = await findChecksum(artifact, fetchLike);
    if (typeof found === 'string') ((checksums[name] ??= {})[version] ??= {})[architecture] = found;
    else problems.push({ path: `artifacts.sha256.${name}.${version}.${architecture}`, ...found });
  }
  return { checksums, problems };
}

type Found = string | Omit<Problem, 'path'>;

async function findChecksum(artifact: MachineArtifact, fetchLike: FetchLike): Promise<Found> {
  const published = findPublishedChecksum(artifact);
  if (published === undefined) {
    return {
      got: undefined,
      expected: `a checksum that you have verified yourself: the publisher of ${artifact.url} gives none`,
    };
  }
  try {
    return await compare(artifact, published, fetchLike);
  } catch (error) {
    return { got: String(error), expected: `an answer from ${new URL(artifact.url).host}` };
  }
}

async function compare(
  artifact: MachineArtifact,
  { url, algorithm }: PublishedChecksum,
  fetchLike: FetchLike,
): Promise<Found> {
  const text = await (await get(url, fetchLike)).text();
  const fileName = artifact.url.slice(artifact.url.lastIndexOf('/') + 1);
  const checksum = readPublishedChecksum(text, fileName, algorithm);
  if (checksum === undefined) {
    return { got: `${url} without it`, expected: `one ${algorithm} of ${fileName}` };
  }
  const downloaded = await hashOf(await get(artifact.url, fetchLike), algorithm);
  if (downloaded !== checksum) {
    return {
      got: `${artifact.url} with ${algorithm} ${downloaded}`,
      expected: `${checksum}, as ${url} says`,
    };
  }
  return algorithm === 'sha512' ? `sha512:${checksum}` : checksum;
}

async function get(url: string, fetchLike: FetchLike): Promise<Response> {
  const response = await fetchLike(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return response;
}

async function hashOf(response: Response, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  if (response.body === null) throw new Error(`${response.url}: an empty answer`);
  for await (const chunk of response.body) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
