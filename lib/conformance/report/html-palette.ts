/** Colours of the page by use; each text colour reaches 4.5:1 on every background it stands on. */
export interface Palette {
  readonly page: string;
  /** Cards and table heads. */
  readonly raised: string;
  readonly line: string;
  readonly text: string;
  readonly muted: string;
  readonly link: string;
  readonly pass: string;
  readonly fail: string;
  readonly waived: string;
  readonly 'not-applicable': string;
  readonly unknown: string;
}

/** Paper, also for print. */
export const lightPalette: Palette = {
  page: '#ffffff',
  raised: '#f3f5f8',
  line: '#c9d1db',
  text: '#1a2230',
  muted: '#4d596a',
  link: '#0b52a8',
  pass: '#0f6b32',
  fail: '#b3161b',
  waived: '#7a4a00',
  'not-applicable': '#4d596a',
  unknown: '#6a35a5',
};

/** Screens whose owner prefers dark. */
export const darkPalette: Palette = {
  page: '#12161d',
  raised: '#1c222c',
  line: '#3a4453',
  text: '#e6eaf0',
  muted: '#a9b4c3',
  link: '#8bbcff',
  pass: '#6fd595',
  fail: '#ff9490',
  waived: '#f2bd68',
  'not-applicable': '#a9b4c3',
  unknown: '#cda6ff',
};
