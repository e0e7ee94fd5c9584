import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';

// How the house is built: which room may import which, no circle, no crowded folder, no argument that
// its users have to guess. CONTRIBUTING.md and docs/decisions say why.

const root = join(__dirname, '..');

function walk(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return walk(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

const files = ['lib', 'stacks', 'constructs', 'cli'].flatMap(walk);
const text = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** Files of the project that a file imports, types and lazy imports included. */
function importsOf(file: string): readonly string[] {
  return [...(text.get(file) ?? '').matchAll(/(?:from|import\(|import) ?'(\.{1,2}\/[^']+)'/g)]
    .map(([, target = '']) => relative(root, join(root, dirname(file), target)))
    .flatMap((target) => {
      const path = target.replace(/\.js$/, '');
      return [`${path}.ts`, `${path}/index.ts`].filter((each) => text.has(each));
    });
}

const imports = new Map(files.map((file) => [file, importsOf(file)]));

/** Circles among nodes, each as the nodes of one strongly connected component. */
function circles(arrows: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const [order, low] = [new Map<string, number>(), new Map<string, number>()];
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    order.set(node, order.size);
    low.set(node, order.get(node) ?? 0);
    stack.push(node);
    for (const next of arrows.get(node) ?? []) {
      const reached = order.has(next)
        ? stack.includes(next)
          ? order.get(next)
          : undefined
        : visit(next);
      if (reached !== undefined) low.set(node, Math.min(low.get(node) ?? 0, reached));
    }
    if (low.get(node) === order.get(node)) {
      const circle = stack.splice(stack.indexOf(node));
      if (circle.length > 1) found.push(circle);
    }
    return low.get(node) ?? 0;
  };
  for (const node of arrows.keys()) if (!order.has(node)) visit(node);
  return found;
}

/** Floors from the ground up; rooms of one floor may import each other, in one direction. */
const floors: readonly (readonly string[])[] = [
  ['lib/standard', 'lib/blueprint', 'lib/aws'],
  ['lib/network'],
  ['lib/kubernetes', 'lib/etcd', 'lib/machine', 'lib/pki'],
  ['lib/cluster', 'lib/topology'],
  ['stacks', 'constructs'],
  ['lib/conformance'],
  // The pack is an entry of its own: it runs the checks, as the command does.
  ['stacks/policy-pack', 'cli'],
];

/** Where a file is: a room of `lib`, or another folder of the first level. */
const roomOf = (file: string) => floors.flat().findLast((room) => file.startsWith(`${room}/`));
const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));

const arrows = files.flatMap((file) =>
  (imports.get(file) ?? []).flatMap((target) => {
    const [from, to] = [roomOf(file), roomOf(target)];
    return from !== undefined && to !== undefined && from !== to
      ? [{ file, target, from, to }]
      : [];
  }),
);

/** Arguments and props that users write. */
interface Member {
  readonly location: string;
  readonly documented: boolean;
  readonly optional: boolean;
  readonly hasDefault: boolean;
}

/** Members of the exported interfaces of arguments and props, and the interfaces themselves. */
function membersOf(file: string): readonly Member[] {
  const source = text.get(file) ?? '';
  const interfaces = source.matchAll(
    /(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export interface (\w+(?:Args|Props))\b[^{]*\{\n([^]*?)\n\}/g,
  );
  return [...interfaces].flatMap(([, doc = '', name = '', body = '']) => [
    { location: `${file}: ${name}`, documented: doc !== '', optional: false, hasDefault: false },
    ...[...body.matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?^ {2}(?:readonly )?(\w+)(\?)?:/gm)].map(
      ([, comment = '', member = '', mark = '']) => ({
        location: `${file}: ${name}.${member}`,
        documented: comment !== '',
        optional: mark !== '',
        hasDefault: comment.includes('@default'),
      }),
    ),
  ]);
}

const members = [...files.filter((file) => /^(stacks|constructs)\//.test(file))].flatMap(membersOf);

/** Folders that hold more for now, and how many. */
const crowded: Readonly<Record<string, number>> = { 'lib/conformance/readers': 32 };

describe('the house', () => {
  test('every file of lib is in a room', () => {
    const outside = files.filter((file) => roomOf(file) === undefined && file !== 'lib/index.ts');
    expect(outside).toEqual([]);
  });

  test('no arrow leads upwards', () => {
    expect(
      arrows
        .filter(({ from, to }) => floorOf(to) > floorOf(from))
        .map(({ file, target }) => `${file} -> ${target}`),
    ).toEqual([]);
  });

  test('no circle of rooms, and none of files', () => {
    const rooms = new Map(
      floors
        .flat()
        .map((room) => [room, arrows.filter(({ from }) => from === room).map(({ to }) => to)]),
    );
    expect(circles(rooms)).toEqual([]);
    expect(circles(imports)).toEqual([]);
  });

  test('no folder holds more than 25 source files', () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([folder, count]) => count > (crowded[folder] ?? 25))).toEqual([]);
  });

  test('every argument and prop is described, with its default where it may be left out', () => {
    expect(members.length).toBeGreaterThan(150);
    expect(members.filter(({ documented }) => !documented).map(({ location }) => location)).toEqual(
      [],
    );
    expect(
      members
        .filter(({ optional, hasDefault }) => optional && !hasDefault)
        .map(({ location }) => location),
    ).toEqual([]);
  });
});
