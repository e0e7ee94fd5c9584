import type { Blueprint } from '../../blueprint/blueprint';
import type { Blocker } from '../../cluster/readiness';
import type { PortMatrix, PortRule } from '../../network/port-matrix';
import { escapeControls } from '../../topology/escape';
import { bindingFailures, headlineOf, isBinding } from './evaluate-report';
import { joinedLevels, renderLevelTable } from './level-table';
import type { Report } from './report';
import { paintWith } from './terminal-colour';
import { fitLine, wrapText } from './wrap-text';

/** What the summary shows besides the report. */
export interface SummaryInput {
  readonly report: Report;
  readonly blueprint: Blueprint;
  readonly portMatrix: PortMatrix;
  /** What keeps the cluster from being brought up or used; empty when it is ready. */
  readonly blockers: readonly Blocker[];
  /** How many of each the plan holds. */
  readonly built: { readonly resources: number; readonly manifests: number };
  /** Output folder as the user named it, such as `plan`. */
  readonly folder: string;
  /** Whether to use colour; the caller knows whether this is a terminal. */
  readonly colour: boolean;
}

const width = 80;
const indent = 10;
/** Entries of each list that are shown; the rest is counted. */
const shown = 3;
/** Lines of the verdict that are shown; the report has the rest. */
const reasonLines = 4;

/** Renders what a person wants to know after `plan`, in at most about 25 lines of 80 columns. */
export function renderSummary(input: SummaryInput): string {
  const { report, blueprint, portMatrix, built, folder } = input;
  const paint = paintWith(input.colour);
  const headline = headlineOf(report);
  const mood = headline.conformant ? 'good' : headline.outcome === 'violated' ? 'bad' : 'warn';
  const sentence = wrapText(`${headline.verdict}: ${headline.reason}`, width);
  const lines = [
    paint('strong', fitLine(titleOf(blueprint), width)),
    '',
    ...field('Built', [
      `${quantity(built.resources, 'resource')}, ${quantity(built.manifests, 'Kubernetes object')}`,
      ...wrapText(machinesOf(blueprint), width - indent),
    ]),
    ...field('Outside', reachableFromOutside(portMatrix)),
    '',
    ...renderLevelTable(report, joinedLevels).map((line, index) =>
      index === 0 ? paint('dim', line) : line,
    ),
    '',
    ...sentence.slice(0, reasonLines).map((line) => paint(mood, line)),
    ...some(bindingFailures(report), ({ clause }) => clause.id).map((line) =>
      paint('bad', fitLine(`  ✗ ${line}`, width)),
    ),
    ...some(headline.outcome === 'violated' ? report.nonConformities : [], (text) => text).map(
      (line) => paint('bad', fitLine(`  ✗ not conformant: ${line}`, width)),
    ),
    ...otherFailures(report).map((line) => paint('warn', line)),
    ...readiness(input.blockers).map((line) =>
      paint(input.blockers.length === 0 ? 'good' : 'warn', line),
    ),
    ...some(report.warnings, (text) => text).map((line) =>
      paint('warn', fitLine(`  ! ${line}`, width)),
    ),
    '',
    ...field('Next', [
      `${folder}/report.html    every clause with its evidence`,
      `${folder}/topology.svg   the picture: subnets, machines, flows`,
    ]),
  ];
  return `${lines.join('\n')}\n`;

  function field(name: string, values: readonly string[]): string[] {
    return values.map((value, index) => {
      const text = fitLine(value, width - indent);
      return `${paint('dim', (index === 0 ? name : '').padEnd(indent))}${text}`.trimEnd();
    });
  }
}

/** Clauses of other levels that fail, each with what closes it. */
function otherFailures(report: Report): string[] {
  const failed = report.clauses.filter(
    ({ clause, status }) => status === 'fail' && !isBinding(clause.level),
  );
  return failed.slice(0, shown).flatMap(({ clause, checks }) => {
    const remedy = checks.find(({ verdict }) => verdict.status === 'fail')?.remedy ?? '';
    return wrapText(escapeControls(`- ${clause.id}: ${remedy}`), width - 2).map(
      (line) => `  ${line}`,
    );
  });
}

/** One line for each thing that is missing, or one that says that nothing is. */
function readiness(blockers: readonly Blocker[]): string[] {
  if (blockers.length === 0) return ['READY: it can be brought up as it is planned.'];
  return blockers.flatMap(({ what, remedy }) =>
    wrapText(escapeControls(`NOT READY: ${remedy} (${what})`), width),
  );
}

function titleOf({ name, profile, kubernetes, region, zones }: Blueprint): string {
  const letters = zones.map((zone) => zone.slice(region.length)).join(', ');
  return `${name}: profile ${profile}, Kubernetes ${kubernetes.version}, ${region} (${letters})`;
}

function machinesOf({ etcd, controlPlane, workers, bastion }: Blueprint): string {
  const pools = workers.map(({ name, minimum, maximum }) => `${name} ${minimum}-${maximum}`);
  return [
    quantity(etcd.members.length, 'etcd member'),
    quantity(controlPlane.machines, 'control-plane machine'),
    `workers: ${some(pools, (text) => text).join(', ')}`,
    bastion.access === 'none' ? 'no bastion' : `bastion by ${bastion.access}`,
  ].join(', ');
}

/** One line a row of the port matrix that allows inbound traffic from outside the VPC. */
function reachableFromOutside(portMatrix: PortMatrix): string[] {
  const rows = portMatrix.filter(({ from }) => from.kind === 'cidrs' && from.name !== 'internet');
  if (rows.length === 0) return ['nothing can be reached from outside'];
  return rows.map((row) => `${portsOf(row).padEnd(16)}${targetOf(row).padEnd(22)}${peersOf(row)}`);
}

function portsOf({ ports, protocol }: PortRule): string {
  const range = ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;
  return `${range}/${protocol}`;
}

function targetOf({ to }: PortRule): string {
  return to.kind === 'tier' ? to.tier : to.kind;
}

function peersOf({ from }: PortRule): string {
  return from.kind === 'cidrs' ? `from ${some(from.cidrs, (cidr) => cidr).join(', ')}` : '';
}

/** The first few of a list, and how many more there are. */
function some<T>(items: readonly T[], render: (item: T) => string): string[] {
  const few = items.slice(0, shown).map((item) => escapeControls(render(item)));
  const left = items.length - few.length;
  return left > 0 ? [...few, `and ${left} more`] : few;
}

function quantity(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
