import type { Blueprint } from '../lib/blueprint/blueprint';
import type { ReportExtras } from '../lib/conformance/report/render-report';
import { renderTopology } from '../lib/topology/render-topology';
import { planNetwork } from '../lib/network/plan-network';

/** The topology as the HTML report shows it: the picture, and the flows as a table of the page. */
export function pictureOf(blueprint: Blueprint): ReportExtras {
  const { addresses, portMatrix } = planNetwork(blueprint);
  const topologySvg = renderTopology(blueprint, addresses, portMatrix, {
    table: false,
  });
  return { topologySvg, portMatrix };
}
