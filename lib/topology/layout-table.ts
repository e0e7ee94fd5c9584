import type { PortMatrix } from '../network/port-matrix';
import { peerKey, renderPorts, type FlowGroup } from './group-flows';
import { nameOf } from './place-peers';
import { wrapLabel } from './measure-text';
import type { Badge, Font, Label, Segment } from './shape';

const titleFont: Font = { size: 14, family: 'sans', bold: true };
const headFont: Font = { size: 11, family: 'sans', bold: true };
const textFont: Font = { size: 11, family: 'sans' };
const monoFont: Font = { size: 11, family: 'mono' };

const lineHeight = 15;
const cellGap = 12;

/** Columns with their width; the last takes what is left. */
const columns = [
  { head: 'No.', width: 30, font: textFont },
  { head: 'Rule', width: 270, font: monoFont },
  { head: 'From', width: 132, font: textFont },
  { head: 'To', width: 132, font: textFont },
  { head: 'Ports', width: 106, font: monoFont },
  { head: 'Why', width: 0, font: textFont },
] as const;

/** The table that lists every row of the port matrix, and the addresses of every peer in full. */
export function layoutTable(
  groups: readonly FlowGroup[],
  portMatrix: PortMatrix,
  top: number,
  margin: number,
  width: number,
): {
  readonly labels: readonly Label[];
  readonly badges: readonly Badge[];
  readonly rules: readonly Segment[];
  readonly bottom: number;
} {
  const fixed = columns.reduce((sum, column) => sum + column.width + cellGap, 0);
  const widths = columns.map((column) =>
    column.width > 0 ? column.width : width - 2 * margin - fixed + cellGap,
  );
  const starts = widths.map(
    (_, index) => margin + widths.slice(0, index).reduce((sum, w) => sum + w + cellGap, 0),
  );
  const labels: Label[] = [{ text: 'Allowed flows', x: margin, y: top, font: titleFont }];
  const badges: Badge[] = [];
  const rules: Segment[] = [];
  let y = top + 12;

  const line = () => {
    rules.push({ from: { x: margin, y }, to: { x: width - margin, y } });
  };
  const row = (cells: readonly string[], fonts: readonly Font[]) => {
    const wrapped = cells.map((cell, index) =>
      wrapLabel(cell, widths[index] ?? 0, fonts[index] ?? textFont),
    );
    for (const [index, lines] of wrapped.entries()) {
      for (const [place, text] of lines.entries()) {
        labels.push({
          text,
          x: starts[index] ?? 0,
          y: y + 16 + place * lineHeight,
          font: fonts[index] ?? textFont,
        });
      }
    }
    y += Math.max(...wrapped.map((lines) => lines.length)) * lineHeight + 8;
  };

  row(
    columns.map(({ head }) => head),
    columns.map(() => headFont),
  );
  for (const group of groups) {
    for (const rule of group.rules) {
      line();
      badges.push({ number: group.number, kind: group.kind, x: margin + 9, y: y + 12 });
      row(
        [
          '',
          rule.id,
          nameOf(rule.from),
          nameOf(rule.to),
          `${rule.protocol} ${renderPorts(rule)}`,
          rule.why,
        ],
        columns.map(({ font }) => font),
      );
    }
  }
  line();

  const peers = portMatrix
    .flatMap(({ from, to }) => [from, to])
    .flatMap((peer) => (peer.kind === 'cidrs' ? [peer] : []));
  const keys = peers.map(peerKey);
  y += 12;
  for (const peer of peers.filter((one, index) => keys.indexOf(peerKey(one)) === index)) {
    const lines = wrapLabel(`${peer.name}: ${peer.cidrs.join(', ')}`, width - 2 * margin, monoFont);
    for (const text of lines) {
      labels.push({ text, x: margin, y: y + 12, font: monoFont, tone: 'muted' });
      y += lineHeight;
    }
    y += 3;
  }
  return { labels: labels.filter(({ text }) => text !== ''), badges, rules, bottom: y + 4 };
}
