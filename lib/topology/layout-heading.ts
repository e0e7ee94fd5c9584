import type { Blueprint } from '../blueprint/blueprint';
import type { FlowGroup, FlowKind } from './group-flows';
import { measureText, wrapLabel } from './measure-text';
import type { ColourKey, Font, Label } from './shape';

const titleFont: Font = { size: 18, family: 'sans', bold: true };
const textFont: Font = { size: 12, family: 'sans' };

const kindNames: Readonly<Record<FlowKind, string>> = {
  outside: 'from outside',
  ssh: 'administration',
  cluster: 'inside the cluster',
  etcd: 'etcd',
  egress: 'to AWS and the internet',
};

/** Width that the heading may count on, whatever the picture below takes. */
const width = 1160;

/** The name of the cluster, why it does not conform where it says so, and the key of the colours. */
export function layoutHeading(
  blueprint: Blueprint,
  groups: readonly FlowGroup[],
  margin: number,
): {
  readonly title: string;
  readonly labels: readonly Label[];
  readonly keys: readonly ColourKey[];
  readonly bottom: number;
} {
  const { name, profile, region, kubernetes, nonConformities } = blueprint;
  const title = `Topology of the cluster ${name}`;
  const warnings =
    nonConformities.length === 0
      ? []
      : wrapLabel(`Not conformant: ${nonConformities.join('; ')}.`, width, textFont);
  const subtitle = `${region}, Kubernetes ${kubernetes.version}, profile ${profile}. An arrow is an allowed flow: what has no arrow is denied.`;
  const lines: readonly Label[] = [
    { text: title, x: margin, y: 34, font: titleFont },
    { text: subtitle, x: margin, y: 54, font: textFont, tone: 'muted' },
    ...warnings.map((text, index): Label => ({
      text,
      x: margin,
      y: 72 + index * 16,
      font: textFont,
      tone: 'alarm',
    })),
  ];
  const keyY = 74 + warnings.length * 16;
  const used = (Object.keys(kindNames) as FlowKind[]).filter((kind) =>
    groups.some((group) => group.kind === kind),
  );
  let x = margin;
  const keys: ColourKey[] = [];
  const keyLabels = used.map((kind): Label => {
    const label: Label = { text: kindNames[kind], x: x + 30, y: keyY, font: textFont };
    keys.push({ kind, from: { x, y: keyY - 4 }, to: { x: x + 24, y: keyY - 4 } });
    x += 30 + Math.ceil(measureText(label.text, textFont)) + 24;
    return label;
  });
  return { title, labels: [...lines, ...keyLabels], keys, bottom: keyY + 8 };
}
