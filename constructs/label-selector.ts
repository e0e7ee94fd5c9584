import type * as k8s from 'cdk8s-plus-27/lib/imports/k8s';
import type { Plain } from './synthesis/plain';

/** A label selector. */
export type LabelSelector = Plain<k8s.LabelSelector>;
