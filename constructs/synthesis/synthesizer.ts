import type { App } from 'cdk8s';
import { orderByDependencies } from './dependency-order';
import { renderDocuments } from './yaml-documents';

/** A chart with the objects in it, in the order in which they are to be applied. */
export interface SynthesizedChart {
  /** Id of the chart. */
  readonly name: string;
  readonly objects: readonly object[];
  readonly yaml: string;
}

/**
 * Synthesizes the charts of an app one after the other: validates once and orders everything in one
 * walk, where `App.synth` does both again for each chart. What is done with a chart before the next
 * one is asked for needs no memory afterwards.
 *
 * @throws Error with every message of every construct's validation, before the first chart.
 */
export function* synthesize(app: App): Generator<SynthesizedChart> {
  const problems = app.node
    .findAll()
    .flatMap(({ node }) => node.validate().map((message) => `${node.path}: ${message}`));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  for (const [chart, apiObjects] of orderByDependencies(app)) {
    const objects = apiObjects.map((object): object => object.toJson() as object);
    yield { name: chart.node.id, objects, yaml: renderDocuments(objects) };
  }
}
