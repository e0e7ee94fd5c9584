import * as z from 'zod';
import { architecture, count, instanceType, label, labelKey, labelValue } from '../values';
import { nodePorts } from '../../standard/node-ports';

/** The identical control-plane machines. */
export const controlPlane = z.strictObject({
  machines: count(1, 7)
    .default(3)
    .describe('How many; at least 3, 1 only in the profile development.'),
  instanceType: instanceType().default('m7g.large'),
  architecture: architecture().default('arm64'),
  rootVolumeGibibytes: count(20, 16384).default(50).describe('Size of the encrypted root volume.'),
});

/** A Kubernetes taint. */
export const taint = z.strictObject({
  key: labelKey().describe('Key of the taint.'),
  value: labelValue().default('').describe('Value of the taint.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .describe('What it does to pods that do not tolerate it.'),
});

/** One auto-scaling group of workers. */
export const workerPool = z.strictObject({
  name: label(24).describe('Stable name; a rename replaces the pool.'),
  instanceType: instanceType().default('m7g.large'),
  architecture: architecture().default('arm64'),
  minimum: count(0, 1000).default(3).describe('Machines at least.'),
  maximum: count(1, 1000).default(6).describe('Machines at most.'),
  capacity: z
    .enum(['on-demand', 'spot'])
    .default('on-demand')
    .describe('On-demand machines, or cheaper spot ones that AWS may take back at any time.'),
  labels: z.record(labelKey(), labelValue()).default({}).describe('Labels of the nodes.'),
  taints: z.array(taint).default([]).describe('Taints of the nodes.'),
  rootVolumeGibibytes: count(20, 16384).default(50).describe('Size of the encrypted root volume.'),
  nodePorts: z
    .array(count(nodePorts.from, nodePorts.to))
    .default([])
    .describe('NodePorts that the public load balancer listens on.'),
});
