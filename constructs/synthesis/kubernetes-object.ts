import type { ApiObject, ApiObjectProps } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  clusterKinds,
  namespacedKinds,
  type ClusterKinds,
  type ClusterMetadata,
  type NamespacedKinds,
  type NamespacedMetadata,
} from '../kinds';
import { PlainObject } from './plain-object';

/** Adds an object outside any namespace. */
export function addClusterObject<K extends keyof ClusterKinds>(
  scope: Construct,
  id: string,
  kind: K,
  props: { readonly metadata: ClusterMetadata } & ClusterKinds[K],
): ApiObject {
  return new PlainObject(scope, id, { apiVersion: clusterKinds[kind], kind, ...props });
}

/** Adds an object to a namespace, which must be named. */
export function addNamespacedObject<K extends keyof NamespacedKinds>(
  scope: Construct,
  id: string,
  kind: K,
  props: { readonly metadata: NamespacedMetadata } & NamespacedKinds[K],
): ApiObject {
  return new PlainObject(scope, id, namespacedProps(kind, props));
}

/** The same as props, for a construct that is one such object itself. */
export function namespacedProps<K extends keyof NamespacedKinds>(
  kind: K,
  props: { readonly metadata: NamespacedMetadata } & NamespacedKinds[K],
): ApiObjectProps {
  return { apiVersion: namespacedKinds[kind], kind, ...props };
}
