import type { Blueprint } from '../lib/blueprint/blueprint';
import type { ReportExtras } from '../lib/conformance/report/render-report';
import { renderTopology } from '../lib/topology/render-topology';
import { planAddresses } from '../lib/network/address-plan';
import { planPortMatrix } from '../lib/network/plan-port-matrix';

/** The topology as the HTML report shows it: the picture, and the flows as a table of the page. */
export function pictureOf(blueprint: Blueprint): ReportExtras {
  const portMatrix = planPortMatrix(blueprint);
  const topologySvg = renderTopology(blueprint, planAddresses(blueprint), portMatrix, {
    table: false,
  });
  return { topologySvg, portMatrix };
}
