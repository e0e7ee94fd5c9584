import type { AddressPlan } from '../network/address-plan';
import type { Columns } from './plan-columns';
import type { PlacedPeer } from './place-peers';
import { rowSizes, type PlacedBand, type PlacedRow } from './plan-rows';
import { measureText, truncateText } from './measure-text';
import type { Box, Font, Label } from './shape';
import type { SubnetKind } from '../network/subnet-kinds';

const headFont: Font = { size: 12, family: 'sans', bold: true };
const textFont: Font = { size: 11, family: 'sans' };
const addressFont: Font = { size: 11, family: 'mono' };

const bandNames: Readonly<Record<SubnetKind, string>> = {
  public: 'Public subnet',
  private: 'Private subnet',
  'control-plane': 'Control-plane subnet',
  etcd: 'etcd subnet',
};

interface Part {
  readonly boxes: readonly Box[];
  readonly labels: readonly Label[];
}

/** Boxes of the VPC, its subnets, tiers and machines, and of the peers outside. */
export function layoutBoxes(
  addresses: AddressPlan,
  bands: readonly PlacedBand[],
  peers: readonly PlacedPeer[],
  columns: Columns,
  vpcTop: number,
): Part & { readonly bottom: number } {
  const lastBand = bands.at(-1);
  const bandsEnd = lastBand === undefined ? vpcTop : lastBand.y + lastBand.height;
  const peersEnd = Math.max(0, ...peers.map(({ y, height }) => y + height));
  const vpcEnd = bandsEnd + 12;
  const vpc: Box = {
    id: 'vpc',
    kind: 'vpc',
    rect: {
      x: columns.vpc.from,
      y: vpcTop,
      width: columns.vpc.to - columns.vpc.from,
      height: vpcEnd - vpcTop,
    },
  };
  const parts: Part[] = [
    {
      boxes: [vpc],
      labels: [
        fitted(`VPC ${addresses.vpc}`, vpc, { x: 10, y: 18, font: headFont }),
        ...addresses.subnets.map(({ zone }, index) => {
          const { from, to } = zoneColumn(columns, index);
          return centred(zone, from, to, vpcTop + 40, headFont);
        }),
      ],
    },
    ...bands.flatMap((band) => [
      ...addresses.subnets.map((subnet, index) =>
        layoutSubnet(subnet.zone, band, subnet[band.band], zoneColumn(columns, index)),
      ),
      ...band.rows.map((row) => layoutRow(row, addresses, columns)),
    ]),
    ...peers.map((peer) => layoutPeer(peer, columns)),
  ];
  return {
    boxes: parts.flatMap(({ boxes }) => boxes),
    labels: parts.flatMap(({ labels }) => labels),
    bottom: Math.max(vpcEnd, peersEnd),
  };
}

function zoneColumn(columns: Columns, index: number) {
  return columns.zones[index] ?? { from: 0, to: 0 };
}

function layoutSubnet(
  zone: string,
  { band, y, height }: PlacedBand,
  cidr: string,
  { from, to }: { readonly from: number; readonly to: number },
): Part {
  const box: Box = {
    id: `subnet:${band}:${zone}`,
    kind: 'subnet',
    tone: band,
    rect: { x: from, y, width: to - from, height },
  };
  return {
    boxes: [box],
    labels: [
      fitted(bandNames[band], box, { x: 6, y: 14, font: textFont, tone: 'muted' }),
      fitted(cidr, box, { x: 6, y: 28, font: addressFontFor(cidr, box) }),
    ],
  };
}

function layoutRow(placed: PlacedRow, addresses: AddressPlan, columns: Columns): Part {
  const { row, y, height } = placed;
  if (row.key === 'nat') return layoutGateways(placed, addresses, columns);
  const tier: Box = {
    id: row.key,
    kind: 'tier',
    rect: { x: columns.tier.left, y, width: columns.tier.right - columns.tier.left, height },
  };
  const bars = row.bars.map((bar, index): Part => {
    const box: Box = {
      id: `${row.key}:${bar.name}`,
      kind: 'machine',
      rect: {
        x: tier.rect.x + rowSizes.inset,
        y: y + rowSizes.titleLine + index * (rowSizes.bar + rowSizes.barGap),
        width: tier.rect.width - 2 * rowSizes.inset,
        height: rowSizes.bar,
      },
    };
    return { boxes: [box], labels: titleLine(bar.name, bar.detail, box, 16, textFont) };
  });
  const machinesTop = y + rowSizes.titleLine + row.bars.length * (rowSizes.bar + rowSizes.barGap);
  const machines = addresses.subnets.flatMap(({ zone }, index) =>
    row.placed
      .filter((machine) => machine.zone === zone)
      .map((machine, place): Part => {
        const { from, to } = zoneColumn(columns, index);
        const box: Box = {
          id: `${row.key}:${machine.name}`,
          kind: 'machine',
          rect: {
            x: from + 2 * rowSizes.inset,
            y: machinesTop + place * (rowSizes.machine + rowSizes.machineGap),
            width: to - from - 4 * rowSizes.inset,
            height: rowSizes.machine,
          },
        };
        return {
          boxes: [box],
          labels: [
            inner(machine.name, box, 15, { ...textFont, bold: true }),
            inner(machine.detail, box, 29, addressFontFor(machine.detail, box)),
          ],
        };
      }),
  );
  return {
    boxes: [tier, ...bars.flatMap(({ boxes }) => boxes), ...machines.flatMap(({ boxes }) => boxes)],
    labels: [
      ...titleLine(row.title, row.detail, tier, 16, headFont),
      ...[...bars, ...machines].flatMap(({ labels }) => labels),
    ],
  };
}

function layoutGateways(
  { row, y, height }: PlacedRow,
  addresses: AddressPlan,
  columns: Columns,
): Part {
  const parts = addresses.subnets.flatMap(({ zone }, index) =>
    row.placed
      .filter((gateway) => gateway.zone === zone)
      .map((gateway): Part => {
        const { from, to } = zoneColumn(columns, index);
        const box: Box = {
          id: `nat:${zone}`,
          kind: 'machine',
          rect: {
            x: from + rowSizes.inset,
            y,
            width: to - from - 2 * rowSizes.inset,
            height,
          },
        };
        return { boxes: [box], labels: [inner(gateway.name, box, 16, textFont)] };
      }),
  );
  return {
    boxes: parts.flatMap(({ boxes }) => boxes),
    labels: parts.flatMap(({ labels }) => labels),
  };
}

function layoutPeer(peer: PlacedPeer, columns: Columns): Part {
  const { from, to } = columns.peers[peer.side];
  const box: Box = {
    id: peer.key,
    kind: 'peer',
    rect: { x: from, y: peer.y, width: to - from, height: peer.height },
  };
  const rest = peer.addresses.slice(peer.lines.length - 1);
  return {
    boxes: [box],
    labels: [
      fitted(peer.title, box, { x: 9, y: 18, font: headFont }),
      ...peer.lines.map((line, index): Label => {
        const shortened = peer.addresses.length > peer.lines.length;
        const last = shortened && index === peer.lines.length - 1;
        return {
          ...fitted(line, box, {
            x: 9,
            y: 34 + index * 14,
            font: /^\d/.test(line) ? addressFont : textFont,
            tone: 'muted',
          }),
          ...(last ? { fullText: rest.join(', ') } : {}),
        };
      }),
    ],
  };
}

/** Small enough for an address to fit a narrow zone. */
function addressFontFor(text: string, { rect }: Box): Font {
  const sizes = [11, 10, 9].map((size): Font => ({ ...addressFont, size }));
  return sizes.find((font) => measureText(text, font) <= rect.width - 12) ?? addressFont;
}

/** A title and, in smaller letters behind it, what fits of the detail. */
function titleLine(title: string, detail: string, box: Box, y: number, font: Font): Label[] {
  const bold: Font = { ...font, bold: true };
  const head = fitted(title, box, { x: 9, y, font: bold });
  const x = 9 + Math.ceil(measureText(head.text, bold)) + 10;
  if (detail === '' || box.rect.width - x < 40) return [head];
  return [head, fitted(detail, box, { x, y, font: textFont, tone: 'muted' })];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly font: Font;
  readonly tone?: 'muted';
}

/** A label at a place relative to its box, shortened to fit. */
function fitted(text: string, { id, rect }: Box, { x, y, font, tone }: Place): Label {
  const short = truncateText(text, rect.width - x - 6, font);
  return {
    text: short,
    ...(short === text ? {} : { fullText: text }),
    x: rect.x + x,
    y: rect.y + y,
    font,
    within: id,
    ...(tone === undefined ? {} : { tone }),
  };
}

/** A label in the middle of its box. */
function inner(text: string, { id, rect }: Box, y: number, font: Font): Label {
  return { ...centred(text, rect.x + 3, rect.x + rect.width - 3, rect.y + y, font), within: id };
}

function centred(text: string, from: number, to: number, y: number, font: Font): Label {
  const short = truncateText(text, to - from, font);
  return {
    text: short,
    ...(short === text ? {} : { fullText: text }),
    x: (from + to) / 2,
    y,
    font,
    centred: true,
  };
}
