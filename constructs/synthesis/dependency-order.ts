import { ApiObject, Chart, type App } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { topological } from './topological';

/** Charts with the objects of each, in the order in which they are to be applied. */
export type ChartObjects = ReadonlyMap<Chart, readonly ApiObject[]>;

/**
 * Orders the charts of an app and the objects of each so that whatever something depends on comes
 * before it, and otherwise as they were made. Every construct and every dependency is visited once,
 * in whatever shape the dependencies are; `DependencyGraph` of cdk8s visits a chain again for each
 * of its members.
 *
 * @throws Error that names a cycle.
 */
export function orderByDependencies(app: App): ChartObjects {
  const constructs = app.node.findAll();
  const dependent = constructs.filter(({ node }) => node.dependencies.length > 0);
  if (dependent.length === 0) return group(constructs);
  const needs = new Map(dependent.map((construct) => [construct, construct.node.dependencies]));
  const steps = (construct: IConstruct) => stepsOf(construct, needs);
  const charts = group(topological(constructs, steps, pathOf));
  return inChartOrder(charts, dependent);
}

function group(constructs: readonly IConstruct[]): Map<Chart, ApiObject[]> {
  const charts = new Map<Chart, ApiObject[]>();
  const listOf = (chart: Chart) => {
    const known = charts.get(chart);
    if (known) return known;
    const made: ApiObject[] = [];
    charts.set(chart, made);
    return made;
  };
  for (const construct of constructs) {
    if (ApiObject.isApiObject(construct)) listOf(construct.chart).push(construct);
    else if (Chart.isChart(construct)) listOf(construct);
  }
  return charts;
}

/** What has to come before a construct: what it or a construct around it needs, then its children. */
function stepsOf(
  construct: IConstruct,
  needs: ReadonlyMap<IConstruct, readonly IConstruct[]>,
): IConstruct[] {
  const { scopes, children } = construct.node;
  const needed = scopes.flatMap((scope) =>
    // Who depends on a construct around it means the others in there, and cannot wait for itself.
    (needs.get(scope) ?? []).filter((other) => !scopes.includes(other)),
  );
  return [...needed, ...children];
}

/** A chart comes after those that something in it depends on. */
function inChartOrder(charts: ChartObjects, dependent: readonly IConstruct[]): ChartObjects {
  const needs = new Map<Chart, Chart[]>([...charts.keys()].map((chart) => [chart, []]));
  for (const construct of dependent) {
    for (const other of construct.node.dependencies) {
      const [from, to] = [chartAround(construct), chartAround(other)];
      if (from && to && from !== to) needs.get(from)?.push(to);
    }
  }
  const ordered = topological([...charts.keys()], (chart) => needs.get(chart) ?? [], pathOf);
  return new Map(ordered.map((chart) => [chart, charts.get(chart) ?? []]));
}

function chartAround(construct: IConstruct): Chart | undefined {
  return construct.node.scopes.findLast((scope): scope is Chart => Chart.isChart(scope));
}

function pathOf({ node }: IConstruct): string {
  return node.path;
}
