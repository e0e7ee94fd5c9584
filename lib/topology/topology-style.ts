import type { SubnetKind } from '../network/subnet-kinds';
import type { FlowKind } from './group-flows';

/** Colours of the picture by use. */
interface PicturePalette {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly alarm: string;
  readonly line: string;
  readonly vpc: string;
  readonly tier: string;
  readonly machine: string;
  readonly subnets: Readonly<Record<SubnetKind, string>>;
  readonly flows: Readonly<Record<FlowKind, string>>;
}

/** On paper, and on screens whose owner prefers light. */
export const lightPicture: PicturePalette = {
  paper: '#ffffff',
  ink: '#1a2230',
  muted: '#4d596a',
  alarm: '#b3161b',
  line: '#c4ccd6',
  vpc: '#f8f9fb',
  tier: '#ffffff',
  machine: '#eef1f6',
  subnets: {
    public: '#fdf0da',
    private: '#e3eefb',
    'control-plane': '#ebe6f8',
    etcd: '#e2f3e6',
  },
  flows: {
    outside: '#b3161b',
    ssh: '#6a35a5',
    cluster: '#0b52a8',
    etcd: '#0f6b32',
    egress: '#56606e',
  },
};

/** On screens whose owner prefers dark. */
export const darkPicture: PicturePalette = {
  paper: '#12161d',
  ink: '#e6eaf0',
  muted: '#a9b4c3',
  alarm: '#ff9490',
  line: '#3a4453',
  vpc: '#171c24',
  tier: '#1b212b',
  machine: '#2a3240',
  subnets: {
    public: '#3a2f1a',
    private: '#1c2d42',
    'control-plane': '#2b2440',
    etcd: '#1c3525',
  },
  flows: {
    outside: '#ff9490',
    ssh: '#cda6ff',
    cluster: '#8bbcff',
    etcd: '#6fd595',
    egress: '#a9b4c3',
  },
};

/**
 * The style sheet. Every rule is below one class, so that it touches nothing else in a page that
 * the picture is put into; no custom properties, which not every viewer of SVG knows.
 */
export const topologyStyle = [
  `.hc-topology text { font-family: "Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif; }`,
  `.hc-topology text.mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; }`,
  `.hc-topology text.bold { font-weight: 700; }`,
  `.hc-topology .route path { fill: none; stroke-width: 1.5; stroke-linejoin: round; }`,
  `.hc-topology .route path.halo { stroke-width: 5; }`,
  `.hc-topology .route:hover path.wire { stroke-width: 3; }`,
  colours(lightPicture),
  `@media screen and (prefers-color-scheme: dark) {`,
  colours(darkPicture),
  `}`,
].join('\n');

function colours(palette: PicturePalette): string {
  return [
    `.hc-topology .paper { fill: ${palette.paper}; }`,
    `.hc-topology text { fill: ${palette.ink}; }`,
    `.hc-topology text.muted { fill: ${palette.muted}; }`,
    `.hc-topology text.alarm { fill: ${palette.alarm}; }`,
    `.hc-topology .vpc { fill: ${palette.vpc}; stroke: ${palette.muted}; stroke-width: 1.5; }`,
    ...Object.entries(palette.subnets).map(
      ([name, fill]) => `.hc-topology .subnet.${name} { fill: ${fill}; stroke: ${palette.line}; }`,
    ),
    `.hc-topology .tier { fill: ${palette.tier}; stroke: ${palette.ink}; }`,
    `.hc-topology .machine { fill: ${palette.machine}; stroke: ${palette.line}; }`,
    `.hc-topology .peer { fill: ${palette.paper}; stroke: ${palette.ink}; stroke-dasharray: 4 3; }`,
    `.hc-topology .rule { stroke: ${palette.line}; }`,
    `.hc-topology .route path.halo { stroke: ${palette.vpc}; }`,
    ...Object.entries(palette.flows).flatMap(([kind, colour]) => [
      `.hc-topology .${kind} path.wire, .hc-topology line.${kind} { stroke: ${colour}; }`,
      `.hc-topology .${kind} polygon, .hc-topology .${kind} circle, .hc-topology text.${kind} { fill: ${colour}; }`,
    ]),
    `.hc-topology line.key { stroke-width: 3; }`,
    `.hc-topology .badge text { fill: ${palette.paper}; }`,
  ].join('\n');
}
