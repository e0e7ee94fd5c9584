import { compareVersions, minorOf } from '../../../blueprint/version';
import {
  kubernetesReleases,
  releasesComparedOn,
  type KubernetesPatch,
} from '../../../standard/kubernetes-releases';
import type { Check, Verdict } from '../../check';
import type { Facts } from '../../facts';
import { fail, pass, unknown, verdictOf, type Finding } from '../../finding';

/** The version policy, judged on the day of the facts. */
export const versionChecks: readonly Check[] = [
  {
    id: 'versions/minor-supported',
    title: 'Upstream still supports the Kubernetes minor of the cluster',
    why: 'After its end of life a minor gets no fix any more, whatever is found.',
    remedy: 'Upgrade to a supported minor, one minor at a time.',
    run: (facts) =>
      onVersion(facts, (version, today) => {
        const release = kubernetesReleases.find(({ minor }) => minor === minorOf(version));
        if (!release) return fail(`${version} is none of the supported minors`);
        const evidence = `${version}: supported until ${release.endOfLife}`;
        return today <= release.endOfLife ? pass(evidence) : fail(evidence);
      }),
  },
  {
    id: 'versions/patch-current',
    title: 'No newer patch of the minor has been out for more than a month',
    why: 'What a patch repairs is public from the day of its release.',
    remedy: 'Set kubernetes.version to the newest patch, lock its artifacts and roll it out.',
    run: (facts) => judgePatches(facts, { months: 1 }, () => true),
  },
  {
    id: 'versions/critical-patch-in-two-weeks',
    title: 'No newer patch that may fix a critical CVE has been out for more than two weeks',
    why: 'A flaw of CVSS 8 or more is exploited within days.',
    remedy: 'Roll out the patch, or record in the table of releases that it fixes no such CVE.',
    run: (facts) => judgePatches(facts, { days: 14 }, mayBeCritical),
  },
  {
    id: 'versions/critical-patch-in-two-days',
    title: 'No newer patch that may fix a critical CVE has been out for more than two days',
    why: 'A flaw of CVSS 8 or more is exploited within days.',
    remedy: 'Roll out the patch, or record in the table of releases that it fixes no such CVE.',
    run: (facts) => judgePatches(facts, { days: 2 }, mayBeCritical),
  },
  {
    id: 'versions/newest-minor-offered',
    title: 'The newest minor of Kubernetes can be built, at most four months after its release',
    why: 'Who lags behind loses the time to test an upgrade before support ends.',
    remedy: 'Use a version of this project that knows the newest minor.',
    run: ({ today }) => {
      if (today === undefined) return unknown('the day is not known');
      const newest = kubernetesReleases.at(-1);
      if (!newest) return fail('no minor can be built');
      // Three minors a year: the next one comes four months on, and may be four months late here.
      const due = later(newest.released, { months: 8 });
      const evidence = `${newest.minor} of ${newest.released} is the newest known; the table was compared with upstream on ${releasesComparedOn}`;
      return today <= due ? pass(evidence) : fail(evidence);
    },
  },
  {
    id: 'versions/every-minor-offered',
    title: 'Every minor that upstream supports can be built',
    why: 'Users need the whole of the support period to move their workloads.',
    remedy: 'Use a version of this project that knows all supported minors.',
    run: ({ today }) => {
      if (today === undefined) return unknown('the day is not known');
      const supported = kubernetesReleases.filter(({ endOfLife }) => endOfLife >= today);
      const evidence = `${supported.map(({ minor }) => minor).join(', ') || 'none'} can be built`;
      return supported.length >= 3 ? pass(evidence) : fail(evidence);
    },
  },
  {
    id: 'versions/tested',
    title: 'The suite on real programs ran on this minor before it was offered',
    why: 'An update that nobody has tried can take the cluster down as surely as an attack.',
    remedy:
      'Use a minor that the table of releases names as tested, or run the CNCF end-to-end tests in a staging cluster and waive the clause with their result.',
    run: (facts) =>
      onVersion(facts, (version) => {
        const release = kubernetesReleases.find(({ minor }) => minor === minorOf(version));
        const tested = release?.tested ?? [];
        // A patch carries fixes only; the CNCF certifies by minor as well.
        return tested.length > 0
          ? pass(`${version}: the suite ran on ${tested.join(', ')} of the same minor`)
          : fail(`${version}: the suite ran on no version of this minor`);
      }),
  },
];

function mayBeCritical({ fixesCriticalCve }: KubernetesPatch): boolean {
  return fixesCriticalCve !== false;
}

function onVersion(facts: Facts, judge: (version: string, today: string) => Verdict): Verdict {
  if (facts.kubernetesVersion === undefined) return unknown('the version is not known');
  if (facts.today === undefined) return unknown('the day is not known');
  return judge(facts.kubernetesVersion.replace(/^v/, ''), facts.today);
}

/** Fails when a newer patch that matters has been out for longer than it may be. */
function judgePatches(
  facts: Facts,
  allowed: Period,
  matters: (patch: KubernetesPatch) => boolean,
): Verdict {
  return onVersion(facts, (version, today) => {
    const release = kubernetesReleases.find(({ minor }) => minor === minorOf(version));
    if (!release) return fail(`${version} is none of the supported minors`);
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
