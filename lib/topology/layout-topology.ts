import type { Blueprint } from '../blueprint/blueprint';
import type { AddressPlan } from '../network/address-plan';
import type { PortMatrix } from '../network/port-matrix';
import { groupFlows } from './group-flows';
import { layoutBoxes } from './layout-boxes';
import { layoutHeading } from './layout-heading';
import { layoutRoutes } from './layout-routes';
import { layoutTable } from './layout-table';
import { planColumns } from './plan-columns';
import { planLanes } from './plan-lanes';
import { planPins } from './plan-pins';
import { planRows } from './plan-rows';
import { placePeers } from './place-peers';
import { placePins } from './place-pins';
import type { TopologyLayout } from './shape';
import { listTierRows } from './tiers';

const margin = 20;

/** What a picture may leave out. */
export interface TopologyOptions {
  /** Whether the rows of the port matrix are listed below the picture. @default true */
  readonly table?: boolean;
}

/**
 * Lays the picture out: zones are columns, kinds of subnets are bands, tiers are rows across the
 * zones. Flows run in lanes left and right of the zones, so that no line ever crosses a box; each
 * enters and leaves a tier at a pin of its own, where its number and ports stand.
 */
export function layoutTopology(
  blueprint: Blueprint,
  addresses: AddressPlan,
  portMatrix: PortMatrix,
  { table: withTable = true }: TopologyOptions = {},
): TopologyLayout {
  const groups = groupFlows(portMatrix);
  const rows = listTierRows(blueprint, addresses.etcdMembers, portMatrix);
  const pins = planPins(
    groups,
    rows.map(({ key }) => key),
  );
  const heading = layoutHeading(blueprint, groups, margin);
  // Below the heading: the name of the VPC, then the names of the zones.
  const vpcTop = heading.bottom + 14;
  const bands = planRows(rows, pins, vpcTop + 50);
  const placedPins = placePins(bands, pins);
  const peers = placePeers(portMatrix, groups, placedPins, vpcTop + 30);
  const lanes = planLanes(groups, placedPins, peers);
  const columns = planColumns(groups, pins.sides, peers, lanes, addresses.subnets.length, margin);
  const boxes = layoutBoxes(addresses, bands, peers, columns, vpcTop);
  const routes = layoutRoutes(groups, placedPins, peers, lanes, columns);
  const table = withTable
    ? layoutTable(groups, portMatrix, boxes.bottom + 40, margin, columns.width)
    : { labels: [], badges: [], rules: [], bottom: boxes.bottom };
  return {
    width: columns.width,
    height: table.bottom + margin,
    title: heading.title,
    description: `Zones ${blueprint.zones.join(', ')} as columns; public, private, control-plane and etcd subnets as bands; ${portMatrix.length} allowed flows as ${groups.length} arrows, listed in the table below the picture.`,
    boxes: boxes.boxes,
    labels: [...heading.labels, ...boxes.labels, ...routes.labels, ...table.labels],
    badges: [...routes.badges, ...table.badges],
    routes: routes.routes,
    rules: table.rules,
    keys: heading.keys,
  };
}
