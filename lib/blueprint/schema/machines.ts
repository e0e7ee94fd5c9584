import { z } from 'zod';
import { architecture, count, instanceType, label, labelKey, labelValue } from '../values';

/** The identical control-plane machines. */
export const controlPlane = z.strictObject({
  machines: count(1, 7).default(3),
  instanceType: instanceType().default('m7g.large'),
  architecture: architecture().default('arm64'),
  rootVolumeGibibytes: count(20, 16384).default(50),
});

/** A Kubernetes taint. */
export const taint = z.strictObject({
  key: labelKey(),
  value: labelValue().default(''),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});

/** One auto-scaling group of workers. */
export const workerPool = z.strictObject({
  name: label(24).describe('Stable name; a rename replaces the pool.'),
  instanceType: instanceType().default('m7g.large'),
  architecture: architecture().default('arm64'),
  minimum: count(0, 1000).default(3),
  maximum: count(1, 1000).default(6),
  capacity: z.enum(['on-demand', 'spot']).default('on-demand'),
  labels: z.record(labelKey(), labelValue()).default({}),
  taints: z.array(taint).default([]),
  rootVolumeGibibytes: count(20, 16384).default(50),
  nodePorts: z
    .array(count(30000, 32767))
    .default([])
    .describe('NodePorts that the public load balancer listens on.'),
});
