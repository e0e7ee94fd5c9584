import type { InputFields, InputType } from './fake-provider-schema';
import { unknownWireValue, WireAsset, type WireProperties } from './fake-provider-values';

/** One thing wrong with the inputs of a resource. */
export interface InputFailure {
  readonly property: string;
  readonly reason: string;
}

/** Inputs that are not what the provider's declarations say; unknown values pass. */
export function checkInputs(fields: InputFields, inputs: WireProperties): InputFailure[] {
  return checkObject('', fields, inputs);
}

function checkObject(path: string, fields: InputFields, value: WireProperties): InputFailure[] {
  const prefix = path === '' ? '' : `${path}.`;
  return [
    ...Object.entries(fields).flatMap(([name, { type, required }]) => {
      const item = value[name];
      if (item === undefined || item === null) {
        return required
          ? [{ property: prefix + name, reason: 'got nothing, expected a value' }]
          : [];
      }
      return checkValue(prefix + name, type, item);
    }),
    ...Object.keys(value)
      .filter((name) => !(name in fields) && name !== '__defaults')
      .map((name) => ({ property: prefix + name, reason: 'there is no such input' })),
  ];
}

function checkValue(property: string, type: InputType, value: unknown): InputFailure[] {
  if (value === unknownWireValue) return [];
  const wrong = [{ property, reason: `got ${JSON.stringify(value)}, expected ${type.kind}` }];
  switch (type.kind) {
    case 'any':
      return [];
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type.kind ? [] : wrong;
    case 'asset':
      return value instanceof WireAsset ? [] : wrong;
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((item, index) => checkValue(`${property}[${index}]`, type.item, item))
        : wrong;
    case 'map':
      return isRecord(value)
        ? Object.entries(value).flatMap(([key, item]) =>
            checkValue(`${property}.${key}`, type.item, item),
          )
        : wrong;
    case 'object':
      return isRecord(value) ? checkObject(property, type.fields, value) : wrong;
  }
}

function isRecord(value: unknown): value is WireProperties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
