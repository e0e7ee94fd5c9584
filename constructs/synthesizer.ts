import { ApiObject, Chart, DependencyGraph, type App } from 'cdk8s';
import { dump } from 'js-yaml';

/** A chart with the objects in it, in the order in which they are to be applied. */
export interface SynthesizedChart {
  /** Id of the chart. */
  readonly name: string;
  readonly objects: readonly object[];
  readonly yaml: string;
}

/**
 * Synthesizes every chart of an app: validates once and walks one dependency graph, where
 * `App.synth` does both again for each chart.
 *
 * @throws Error with every message of every construct's validation.
 */
export function synthesize(app: App): SynthesizedChart[] {
  const problems = app.node
    .findAll()
    .flatMap((construct) =>
      construct.node.validate().map((message) => `${construct.node.path}: ${message}`),
    );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const charts = new Map<Chart, ApiObject[]>();
  for (const construct of new DependencyGraph(app.node).topology()) {
    if (Chart.isChart(construct)) objectsOf(charts, construct);
    else if (ApiObject.isApiObject(construct)) {
      objectsOf(charts, construct.chart).push(construct);
    }
  }
  return [...charts].map(([chart, apiObjects]) => {
    const objects = apiObjects.map((object): object => object.toJson() as object);
    return { name: chart.node.id, objects, yaml: renderDocuments(objects) };
  });
}

function objectsOf(charts: Map<Chart, ApiObject[]>, chart: Chart): ApiObject[] {
  const known = charts.get(chart);
  if (known) return known;
  const made: ApiObject[] = [];
  charts.set(chart, made);
  return made;
}

/** YAML documents, separated by `---`. */
export function renderDocuments(objects: readonly object[]): string {
  return objects.map((object) => dump(object, { lineWidth: -1, noRefs: true })).join('---\n');
}
