import type { SubnetKind } from '../network/subnet-kinds';
import type { Rect } from './geometry';
import type { FlowKind } from './group-flows';

/** What a box stands for. Boxes of one kind never overlap, whatever the configuration. */
export type BoxKind = 'vpc' | 'subnet' | 'tier' | 'machine' | 'peer';

/** A rectangle of the picture. */
export interface Box {
  /** Unique, such as `tier:etcd` or `machine:etcd-0`. */
  readonly id: string;
  readonly kind: BoxKind;
  readonly rect: Rect;
  /** Further word for the style sheet, such as the kind of a subnet. */
  readonly tone?: SubnetKind;
}

/** A line of text. */
export interface Label {
  readonly text: string;
  /** The whole text where `text` had to be shortened. */
  readonly fullText?: string;
  /** Left end, or the middle where `centred`. */
  readonly x: number;
  /** Baseline. */
  readonly y: number;
  readonly font: Font;
  readonly centred?: boolean;
  /** Box that it must lie in. */
  readonly within?: string;
  readonly tone?: 'muted' | 'alarm' | FlowKind;
}

/** A font of the picture; widths are estimated, see `measureText`. */
export interface Font {
  readonly size: number;
  readonly family: 'sans' | 'mono';
  readonly bold?: boolean;
}

/** The number of a flow, on its line. */
export interface Badge {
  readonly number: number;
  readonly x: number;
  readonly y: number;
  readonly kind: FlowKind;
}

/** The tip of an arrow, on the border of the box it points into. */
export interface ArrowHead {
  readonly x: number;
  readonly y: number;
  readonly direction: 'left' | 'right';
  /** Box whose border it touches. */
  readonly box: string;
}

/** One line from `from` to `to`. */
export interface Segment {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

/** A sample of a colour in the heading. */
export interface ColourKey extends Segment {
  readonly kind: FlowKind;
}

/** The arrow of a group of flows. Every segment is level or upright. */
export interface Route {
  readonly number: number;
  readonly kind: FlowKind;
  /** Tooltip: both ends and the ports. */
  readonly title: string;
  readonly segments: readonly Segment[];
  readonly heads: readonly ArrowHead[];
  /** Where it leaves its sources, on the border of the box. */
  readonly tails: readonly { readonly x: number; readonly y: number; readonly box: string }[];
  /** Where branches leave the trunk. */
  readonly joints: readonly { readonly x: number; readonly y: number }[];
}

/** The whole picture as numbers, before it becomes SVG. */
export interface TopologyLayout {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  readonly boxes: readonly Box[];
  readonly labels: readonly Label[];
  readonly badges: readonly Badge[];
  readonly routes: readonly Route[];
  /** Thin level lines of the table. */
  readonly rules: readonly Segment[];
  readonly keys: readonly ColourKey[];
}
