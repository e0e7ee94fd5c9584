import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Type of an input, read from the declarations of the provider's own package. */
export type InputType =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'asset' | 'any' }
  | { readonly kind: 'list' | 'map'; readonly item: InputType }
  | { readonly kind: 'object'; readonly fields: InputFields };

/** Fields by name. */
export type InputFields = Readonly<
  Record<string, { readonly type: InputType; readonly required: boolean }>
>;

/** Inputs of resources by type token. */
export type InputSchema = Readonly<Record<string, InputFields>>;

/** Reads the inputs of resource types such as `aws:ec2/vpc:Vpc` from `@pulumi/<package>`. */
export function readInputSchema(tokens: readonly string[]): InputSchema {
  return Object.fromEntries(tokens.map((token) => [token, readResource(token)]));
}

const types = new Map<string, ReadonlyMap<string, ts.InterfaceDeclaration>>();

function readResource(token: string): InputFields {
  const [packageName = '', module = '', resource = ''] = token.split(':');
  const root = dirname(require.resolve(`@pulumi/${packageName}/package.json`));
  const file = join(root, `${module.replace(/^index\//, '')}.d.ts`);
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  const args = source.statements.find(
    (node): node is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(node) && node.name.text === `${resource}Args`,
  );
  if (!args) throw new Error(`${file}: no ${resource}Args`);
  return readFields(args, root);
}

function readFields(node: ts.InterfaceDeclaration, root: string): InputFields {
  return Object.fromEntries(
    node.members.filter(ts.isPropertySignature).map((member) => [
      (member.name as ts.Identifier).text,
      {
        type: member.type ? readType(member.type, root) : { kind: 'any' },
        required: member.questionToken === undefined,
      },
    ]),
  );
}

function readType(node: ts.TypeNode, root: string): InputType {
  if (ts.isArrayTypeNode(node)) return { kind: 'list', item: readType(node.elementType, root) };
  if (ts.isParenthesizedTypeNode(node)) return readType(node.type, root);
  if (ts.isUnionTypeNode(node)) return readUnion(node, root);
  if (ts.isTypeLiteralNode(node)) return readMap(node, root);
  if (ts.isTypeReferenceNode(node)) return readReference(node, root);
  switch (node.kind) {
    case ts.SyntaxKind.StringKeyword:
      return { kind: 'string' };
    case ts.SyntaxKind.NumberKeyword:
      return { kind: 'number' };
    case ts.SyntaxKind.BooleanKeyword:
      return { kind: 'boolean' };
    default:
      return { kind: 'any' };
  }
}

function readUnion(node: ts.UnionTypeNode, root: string): InputType {
  const options = node.types
    .filter((option) => option.kind !== ts.SyntaxKind.UndefinedKeyword)
    .map((option) => readType(option, root))
    // `string | Bucket`, `string | enums.X`: the text is what goes over the wire.
    .filter((option) => option.kind !== 'any');
  return options[0] ?? { kind: 'any' };
}

function readMap(node: ts.TypeLiteralNode, root: string): InputType {
  const index = node.members.find(ts.isIndexSignatureDeclaration);
  return index ? { kind: 'map', item: readType(index.type, root) } : { kind: 'any' };
}

function readReference(node: ts.TypeReferenceNode, root: string): InputType {
  const path = nameOf(node.typeName);
  const last = path.at(-1) ?? '';
  const [argument] = node.typeArguments ?? [];
  if (last === 'Input' && argument) return readType(argument, root);
  if (last === 'Asset' || last === 'Archive') return { kind: 'asset' };
  if (path[0] !== 'inputs') return { kind: 'any' };
  const found = inputTypes(root).get(path.slice(1).join('.'));
  return found ? { kind: 'object', fields: readFields(found, root) } : { kind: 'any' };
}

function nameOf(name: ts.EntityName): string[] {
  return ts.isIdentifier(name) ? [name.text] : [...nameOf(name.left), name.right.text];
}

/** Interfaces of `types/input.d.ts` by their name with its namespace. */
function inputTypes(root: string): ReadonlyMap<string, ts.InterfaceDeclaration> {
  const known = types.get(root);
  if (known) return known;
  const file = join(root, 'types', 'input.d.ts');
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  const found = new Map<string, ts.InterfaceDeclaration>();
  const visit = (nodes: readonly ts.Statement[], prefix: string): void => {
    for (const node of nodes) {
      if (ts.isInterfaceDeclaration(node)) found.set(prefix + node.name.text, node);
      if (ts.isModuleDeclaration(node) && node.body && ts.isModuleBlock(node.body)) {
        visit(node.body.statements, `${prefix}${node.name.text}.`);
      }
    }
  };
  visit([...source.statements], '');
  types.set(root, found);
  return found;
}

// As a program: `fake-provider-schema.ts FILE TOKEN...` writes the schema of those types.
if (require.main === module) {
  const [file = '', ...tokens] = process.argv.slice(2);
  writeFileSync(file, JSON.stringify(readInputSchema(tokens)));
}
