import { ApiObject, type Chart } from 'cdk8s';

const watched = new WeakSet<Chart>();

/**
 * Makes the synthesis of a chart fail where two of its objects are one for the API server: the one that
 * is applied last would silently replace the other.
 */
export function refuseDuplicates(chart: Chart): void {
  if (watched.has(chart)) return;
  watched.add(chart);
  chart.node.addValidation({ validate: () => duplicatesIn(chart) });
}

function duplicatesIn(chart: Chart): string[] {
  const first = new Map<string, string>();
  return chart.node.findAll().flatMap((object) => {
    if (!(object instanceof ApiObject) || object.chart !== chart) return [];
    const namespace = object.metadata.namespace ?? chart.namespace;
    const name = [...(namespace === undefined ? [] : [namespace]), object.name].join('/');
    const key = `${object.apiGroup} ${object.kind} ${name}`;
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, object.node.path);
      return [];
    }
    return [
      `${object.kind} ${name}: got ${object.node.path} and ${other}, expected one: give the second another name, or use one construct`,
    ];
  });
}
