import * as z from 'zod';

/** Keys that an object of the schema may have, at a path of keys and indices; empty where it is none. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  return objectsAt(schema, path).flatMap((object) => Object.keys(object.shape));
}

function objectsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly z.ZodObject[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return objectsAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => objectsAt(option, path));
  }
  const [key, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    if (key === undefined) return [schema];
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
    const child = shape[String(key)];
    return child === undefined ? [] : objectsAt(child, rest);
  }
  if (key === undefined) return [];
  if (schema instanceof z.ZodArray) return objectsAt(schema.element, rest);
  return schema instanceof z.ZodRecord ? objectsAt(schema.valueType, rest) : [];
}
