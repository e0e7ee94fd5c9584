import type { Blueprint } from '../blueprint/blueprint';
import type { AddressPlan } from '../network/address-plan';
import type { PortMatrix } from '../network/port-matrix';
import { escapeMarkup } from './escape';
import { layoutTopology, type TopologyOptions } from './layout-topology';
import type { ArrowHead, Badge, Box, ColourKey, Label, Route, Segment } from './shape';
import { topologyStyle } from './topology-style';

/**
 * Draws the picture of a cluster as one SVG element that stands alone: zones, subnets, machines,
 * the peers outside, and each row of the port matrix as an arrow and as a line of a table.
 */
export function renderTopology(
  blueprint: Blueprint,
  addresses: AddressPlan,
  portMatrix: PortMatrix,
  options: TopologyOptions = {},
): string {
  const layout = layoutTopology(blueprint, addresses, portMatrix, options);
  const width = Math.ceil(layout.width);
  const height = Math.ceil(layout.height);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" class="hc-topology" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="hc-topology-title hc-topology-description">`,
    `<title id="hc-topology-title">${escapeMarkup(layout.title)}</title>`,
    `<desc id="hc-topology-description">${escapeMarkup(layout.description)}</desc>`,
    `<style>${topologyStyle}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...layout.boxes.map(drawBox),
    ...layout.routes.map(drawRoute),
    ...layout.rules.map(drawRule),
    ...layout.keys.map(drawKey),
    ...layout.badges.map(drawBadge),
    ...layout.labels.map(drawLabel),
    '</svg>',
  ].join('\n')}\n`;
}

const roundings: Readonly<Record<Box['kind'], number>> = {
  vpc: 8,
  subnet: 4,
  tier: 5,
  machine: 3,
  peer: 5,
};

function drawBox({ kind, rect, tone }: Box): string {
  const classes = tone === undefined ? kind : `${kind} ${tone}`;
  return `<rect class="${classes}" x="${n(rect.x)}" y="${n(rect.y)}" width="${n(rect.width)}" height="${n(rect.height)}" rx="${roundings[kind]}"/>`;
}

function drawRoute({ kind, title, segments, heads, joints }: Route): string {
  const path = pathOf(segments);
  const halo = pathOf(segments.map(shorten));
  return [
    `<g class="route ${kind}"><title>${escapeMarkup(title)}</title>`,
    `<path class="halo" d="${halo}"/><path class="wire" d="${path}"/>`,
    ...joints.map(({ x, y }) => `<circle cx="${n(x)}" cy="${n(y)}" r="2.5"/>`),
    ...heads.map(drawHead),
    '</g>',
  ].join('');
}

function pathOf(segments: readonly Segment[]): string {
  return segments
    .map(({ from, to }) => `M${n(from.x)} ${n(from.y)}L${n(to.x)} ${n(to.y)}`)
    .join('');
}

/** The part of a line behind which others vanish: not where it touches a box. */
function shorten({ from, to }: Segment): Segment {
  const inset = from.y === to.y ? Math.sign(to.x - from.x) * 12 : 0;
  return { from: { x: from.x + inset, y: from.y }, to };
}

function drawHead({ x, y, direction }: ArrowHead): string {
  const back = direction === 'right' ? -9 : 9;
  return `<polygon points="${n(x)},${n(y)} ${n(x + back)},${n(y - 4)} ${n(x + back)},${n(y + 4)}"/>`;
}

function drawRule({ from, to }: Segment): string {
  return `<line class="rule" x1="${n(from.x)}" y1="${n(from.y)}" x2="${n(to.x)}" y2="${n(to.y)}"/>`;
}

function drawKey({ kind, from, to }: ColourKey): string {
  return `<line class="key ${kind}" x1="${n(from.x)}" y1="${n(from.y)}" x2="${n(to.x)}" y2="${n(to.y)}"/>`;
}

function drawBadge({ number, kind, x, y }: Badge): string {
  return `<g class="badge ${kind}"><circle cx="${n(x)}" cy="${n(y)}" r="8"/><text class="bold" x="${n(x)}" y="${n(y + 3.5)}" font-size="10" text-anchor="middle">${number}</text></g>`;
}

function drawLabel({ text, fullText, x, y, font, centred, tone }: Label): string {
  const classes = [
    ...(font.family === 'mono' ? ['mono'] : []),
    ...(font.bold === true ? ['bold'] : []),
    ...(tone === undefined ? [] : [tone]),
  ];
  const attributes = [
    ...(classes.length === 0 ? [] : [` class="${classes.join(' ')}"`]),
    ` x="${n(x)}" y="${n(y)}" font-size="${font.size}"`,
    ...(centred === true ? [' text-anchor="middle"'] : []),
  ].join('');
  const tooltip = fullText === undefined ? '' : `<title>${escapeMarkup(fullText)}</title>`;
  return `<text${attributes}>${tooltip}${escapeMarkup(text)}</text>`;
}

/** At most one digit behind the point, so that equal layouts are equal text. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
