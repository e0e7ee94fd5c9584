import { compareVersions, minorVersionOf } from '../../../blueprint/version';
import {
  kubernetesReleases,
  releasesComparedOn,
  type KubernetesPatch,
} from '../../../standard/kubernetes-releases';
import type { Check, Verdict } from '../../check';
import type { Facts } from '../../facts';
import { fail, pass, unknown, verdictOf, type Finding } from '../../finding';
import { scopeOf } from '../../scope';

/** The version policy, evaluated on the day of the facts. */
export const versionChecks: readonly Check[] = [
  {
    id: 'versions/minor-version-supported',
    title: 'Upstream still supports the Kubernetes minor version of the cluster',
    why: 'After its end of life a minor version gets no fix any more, whatever is found.',
    remedy: 'Upgrade to a supported minor version, one minor version at a time.',
    run: (facts) =>
      onVersion(facts, (version, today) => {
        const release = kubernetesReleases.find(
          ({ minorVersion }) => minorVersion === minorVersionOf(version),
        );
        if (!release) return fail(`${version} is none of the supported minor versions`);
        const evidence = `${version}: supported until ${release.endOfLife}`;
        return today <= release.endOfLife ? pass(evidence) : fail(evidence);
      }),
  },
  {
    id: 'versions/patch-current',
    title: 'No newer patch of the minor version has been out for more than a month',
    why: 'What a patch repairs is public from the day of its release.',
    remedy: 'Set kubernetes.version to the newest patch, lock its artifacts and roll it out.',
    run: (facts) => evaluatePatches(facts, { months: 1 }, () => true),
  },
  {
    id: 'versions/critical-patch-in-two-weeks',
    title: 'No newer patch that may fix a critical CVE has been out for more than two weeks',
    why: 'A flaw of CVSS 8 or more is exploited within days.',
    remedy: 'Roll out the patch, or record in the table of releases that it fixes no such CVE.',
    run: (facts) => evaluatePatches(facts, { days: 14 }, mayBeCritical),
  },
  {
    id: 'versions/critical-patch-in-two-days',
    title: 'No newer patch that may fix a critical CVE has been out for more than two days',
    why: 'A flaw of CVSS 8 or more is exploited within days.',
    remedy: 'Roll out the patch, or record in the table of releases that it fixes no such CVE.',
    run: (facts) => evaluatePatches(facts, { days: 2 }, mayBeCritical),
  },
  {
    id: 'versions/newest-minor-version-offered',
    title:
      'The newest minor version of Kubernetes can be built, at most four months after its release',
    why: 'Who lags behind loses the time to test an upgrade before support ends.',
    remedy: 'Use a version of this project that knows the newest minor version.',
    run: (facts) => {
      const today = dayOfOffer(facts);
      if (typeof today !== 'string') return today;
      const newest = kubernetesReleases.at(-1);
      if (!newest) return fail('no minor version can be built');
      // Three minor versions a year: the next one comes four months on, and may be four months late here.
      const due = later(newest.released, { months: 8 });
      const evidence = `${newest.minorVersion} of ${newest.released} is the newest known; the table was compared with upstream on ${releasesComparedOn}`;
      return today <= due ? pass(evidence) : fail(evidence);
    },
  },
  {
    id: 'versions/every-minor-version-offered',
    title: 'Every minor version that upstream supports can be built',
    why: 'Users need the whole of the support period to move their workloads.',
    remedy: 'Use a version of this project that knows all supported minor versions.',
    run: (facts) => {
      const today = dayOfOffer(facts);
      if (typeof today !== 'string') return today;
      const supported = kubernetesReleases.filter(({ endOfLife }) => endOfLife >= today);
      const evidence = `${supported.map(({ minorVersion }) => minorVersion).join(', ') || 'none'} can be built`;
      return supported.length >= 3 ? pass(evidence) : fail(evidence);
    },
  },
  {
    id: 'versions/tested',
    title: 'The suite on real programs ran on this minor version before it was offered',
    why: 'An untested update can take the cluster down as surely as an attack.',
    remedy:
      'Use a minor version that the table of releases names as tested, or run the CNCF end-to-end tests in a staging cluster and waive the clause with their result.',
    run: (facts) =>
      onVersion(facts, (version) => {
        const release = kubernetesReleases.find(
          ({ minorVersion }) => minorVersion === minorVersionOf(version),
        );
        const tested = release?.tested ?? [];
        // A patch carries fixes only; the CNCF certifies by minor version as well.
        return tested.length > 0
          ? pass(`${version}: the suite ran on ${tested.join(', ')} of the same minor version`)
          : fail(`${version}: the suite ran on no version of this minor version`);
      }),
  },
];

/** Which versions can be built is a property of this project, and says nothing of other clusters. */
function dayOfOffer(facts: Facts): string | Verdict {
  if (scopeOf(facts) !== 'plan') return unknown('which versions are on offer is not known');
  return facts.today ?? unknown('the day is not known');
}

function mayBeCritical({ fixesCriticalCve }: KubernetesPatch): boolean {
  return fixesCriticalCve !== false;
}

function onVersion(facts: Facts, evaluate: (version: string, today: string) => Verdict): Verdict {
  if (facts.kubernetesVersion === undefined) return unknown('the version is not known');
  if (facts.today === undefined) return unknown('the day is not known');
  return evaluate(facts.kubernetesVersion.replace(/^v/, ''), facts.today);
}

/** Fails when a newer patch that matters has been out for longer than it may be. */
function evaluatePatches(
  facts: Facts,
  allowed: Period,
  matters: (patch: KubernetesPatch) => boolean,
): Verdict {
  return onVersion(facts, (version, today) => {
    const release = kubernetesReleases.find(
      ({ minorVersion }) => minorVersion === minorVersionOf(version),
    );
    if (!release) return fail(`${version} is none of the supported minor versions`);
    const newer = release.patches.filter(
      (patch) => compareVersions(patch.version, version) > 0 && patch.released <= today,
    );
    if (newer.length === 0) {
      // Patches come monthly: a table that has not been compared for longer proves nothing.
      return today <= later(releasesComparedOn, { months: 2 })
        ? pass(`${version} is the newest patch as of ${releasesComparedOn}`)
        : unknown(
            `${version} was the newest patch on ${releasesComparedOn}; later ones are not known`,
          );
    }
    return verdictOf(
      newer.map((patch): Finding => ({
        holds: !matters(patch) || today <= later(patch.released, allowed),
        evidence: `${patch.version} is out since ${patch.released}; the cluster runs ${version}`,
      })),
      'no newer patch',
    );
  });
}

interface Period {
  readonly days?: number;
  readonly months?: number;
}

/** A day some days or months later; the last day of a month stays one. */
function later(day: string, { days = 0, months = 0 }: Period): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  const moved = new Date(Date.UTC(year, month - 1 + months, Math.min(date, last) + days));
  return moved.toISOString().slice(0, 10);
}
