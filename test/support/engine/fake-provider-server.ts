import type { Provider } from '@pulumi/pulumi/provider';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { checkInputs } from './fake-provider-check';
import type { InputSchema } from './fake-provider-schema';
import { canonical, plainProperties, type WireProperties } from './fake-provider-values';
import { nameTaken, usesOf } from './fake-aws-rules';
import { World } from './fake-provider-world';

/** What a pretended service computes. */
export interface FakeService {
  readonly version: string;
  /** Outputs beside the inputs; secrets marked by `wireSecret`. */
  readonly compute: (
    type: string,
    inputs: WireProperties,
    id: string,
  ) => WireProperties | Promise<WireProperties>;
  /** Id of a new resource; random when undefined. */
  readonly idOf?: (type: string, inputs: WireProperties) => string | undefined;
  /** Inputs that can't change without a new resource. */
  readonly replaces: (type: string) => readonly string[] | 'all';
  /** Why something is not made, though its inputs have the right form. */
  readonly refusesToMake?: (
    type: string,
    inputs: WireProperties,
    world: World,
  ) => string | undefined;
  /** Why something is not deleted. */
  readonly refusesToDelete?: (
    type: string,
    id: string,
    props: WireProperties,
    world: World,
  ) => string | undefined;
  readonly invoke?: (token: string, inputs: WireProperties, world: World) => WireProperties;
}

/** Key of the state that remembers which properties were inputs. */
const inputKeys = 'inputKeysOfFake';

/** Makes a provider of a pretended service that refuses inputs of wrong types. */
export function fakeProvider(service: FakeService): Provider {
  const world = new World(environment('FAKE_WORLD'));
  const schema = JSON.parse(readFileSync(environment('FAKE_SCHEMA'), 'utf8')) as InputSchema;
  return {
    version: service.version,
    check: (urn, _olds, news: WireProperties) => {
      const fields = schema[typeOf(urn)];
      if (!fields) throw new Error(`${urn}: no type that the test knows`);
      return Promise.resolve({
        inputs: news,
        failures: checkInputs(fields, plainProperties(news)),
      });
    },
    diff: (_id, urn, olds: WireProperties, news: WireProperties) => {
      const changed = changedKeys(olds, news);
      const fixed = service.replaces(typeOf(urn));
      const replaces = fixed === 'all' ? changed : changed.filter((key) => fixed.includes(key));
      return Promise.resolve({ changes: changed.length > 0, replaces });
    },
    create: async (urn, inputs: WireProperties) => {
      const [type, plain] = [typeOf(urn), plainProperties(inputs)];
      const fault = faultOf(type, world);
      if (fault !== undefined) throw new Error(`${urn}: ${fault}`);
      const id = service.idOf?.(type, plain) ?? `${nameOf(urn)}-${randomBytes(4).toString('hex')}`;
      const outs = await state(service, type, inputs, id);
      const full = plainProperties(outs);
      const refusal = service.refusesToMake?.(type, full, world);
      if (refusal !== undefined) throw new Error(`${urn}: ${refusal}`);
      const taken = nameTaken(type, full);
      world.record({
        operation: 'create',
        uses: usesOf(plain),
        ...(taken === undefined ? {} : { taken }),
        type,
        name: nameOf(urn),
        id,
        ...bundleOf(plain),
      });
      return { id, outs };
    },
    update: async (id, urn, _olds, news: WireProperties) => {
      const uses = usesOf(plainProperties(news));
      world.record({ operation: 'update', type: typeOf(urn), name: nameOf(urn), id, uses });
      return { outs: await state(service, typeOf(urn), news, id) };
    },
    read: (id, urn, props: WireProperties) => {
      world.record({ operation: 'read', type: typeOf(urn), name: nameOf(urn), id });
      const keys = plainProperties(props)[inputKeys];
      const inputs = Array.isArray(keys)
        ? Object.fromEntries(keys.map((key) => [String(key), props[String(key)]]))
        : undefined;
      return Promise.resolve({ id, props, inputs });
    },
    delete: (id, urn, props: WireProperties) => {
      const plain = plainProperties(props);
      const refusal = service.refusesToDelete?.(typeOf(urn), id, plain, world);
      if (refusal !== undefined) return Promise.reject(new Error(`${urn}: ${refusal}`));
      world.record({ operation: 'delete', type: typeOf(urn), name: nameOf(urn), id });
      return Promise.resolve();
    },
    invoke: (token, inputs: WireProperties) => {
      const plain = plainProperties(inputs);
      const outputs = service.invoke?.(token, plain, world);
      if (!outputs) throw new Error(`no answer for the data source ${token}`);
      return Promise.resolve({ outputs });
    },
  };
}

async function state(service: FakeService, type: string, inputs: WireProperties, id: string) {
  const computed = await service.compute(type, plainProperties(inputs), id);
  return { ...inputs, ...computed, [inputKeys]: Object.keys(inputs).sort() };
}

function changedKeys(olds: WireProperties, news: WireProperties): string[] {
  const before = olds[inputKeys];
  const keys = new Set([
    ...(Array.isArray(before) ? before.map(String) : []),
    ...Object.keys(news),
  ]);
  return [...keys].filter((key) => canonical(olds[key]) !== canonical(news[key])).sort();
}

/** A fault that the test asked for, once for each line of `<world>.faults` that names the type. */
function faultOf(type: string, world: World): string | undefined {
  const file = `${environment('FAKE_WORLD')}.faults`;
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const index = lines.findIndex((line) => line.startsWith(`${type} `));
  const [line] = index < 0 ? [] : lines.splice(index, 1);
  if (line === undefined) return undefined;
  writeFileSync(file, lines.join('\n'));
  world.record({ operation: 'fault', type, name: line, id: '' });
  return line.slice(type.length + 1);
}

function bundleOf({ userData }: WireProperties): { readonly bundleSha256?: string } {
  const bundleSha256 = /^HC_BUNDLE_SHA256=(\w+)$/m.exec(String(userData))?.[1];
  return bundleSha256 === undefined ? {} : { bundleSha256 };
}

/** Type token in a URN: the last of the chain of parents. */
const typeOf = (urn: string) => urn.split('::')[2]?.split('$').at(-1) ?? '';
const nameOf = (urn: string) => urn.split('::')[3] ?? '';

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name}: got nothing, expected a file`);
  return value;
}
