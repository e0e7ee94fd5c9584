import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';

type UnionClass = k8s.IntOrString | k8s.Quantity;

/**
 * The plain data of an L1 type of cdk8s-plus: enums as their strings, `IntOrString` and `Quantity`
 * as strings and numbers. Types alone are taken from cdk8s-plus, so nothing of it is loaded.
 */
export type Plain<T> = T extends string
  ? `${T}`
  : T extends number | boolean
    ? T
    : T extends Date
      ? string
      : T extends UnionClass
        ? [keyof T] extends ['value']
          ? string | number
          : PlainFields<T>
        : T extends readonly (infer E)[]
          ? readonly Plain<E>[]
          : T extends object
            ? PlainFields<T>
            : T;

type PlainFields<T> = { readonly [K in keyof T as ApiName<K>]: Plain<T[K]> };

/** cdk8s-plus writes abbreviations its own way. */
type ApiName<K> = K extends 'hostPid' ? 'hostPID' : K extends 'hostIpc' ? 'hostIPC' : K;
