import { limits } from '../../aws/limits';
import { nodeLabelProblem, taintKeyProblem } from '../node-labels';
import type { Problem } from '../problem';
import type { BlueprintConfig } from '../schema/blueprint-schema';
import { renderPath } from '../zod-problems';
import { type ConfigCheck, duplicates } from './config-check';

type Pool = BlueprintConfig['workers'][number];

/** Labels that the kubelet would not start with, and taints that the API server would refuse. */
export const checkNodes: ConfigCheck = ({ workers }) =>
  workers.flatMap((pool, index) => [
    ...Object.entries(pool.labels).flatMap(([key, got]): Problem[] => {
      const expected = nodeLabelProblem(key);
      return expected === undefined
        ? []
        : [{ path: renderPath(['workers', index, 'labels', key]), got, expected }];
    }),
    ...taintProblems(pool, index),
  ]);

function taintProblems({ taints }: Pool, index: number): Problem[] {
  const path = (taint: number) => `workers[${index}].taints[${taint}]`;
  return [
    ...taints.flatMap(({ key }, taint): Problem[] => {
      const expected = taintKeyProblem(key);
      return expected === undefined ? [] : [{ path: `${path(taint)}.key`, got: key, expected }];
    }),
    ...duplicates(
      taints.map(({ key, effect }) => `${key}:${effect}`),
      path,
      'key and effect',
    ),
  ];
}

/** Ports used once, and not more of them than load balancers and groups take. */
export const checkNodePorts: ConfigCheck = ({ workers, access }) => {
  const ports = workers.flatMap(({ nodePorts }, pool) =>
    nodePorts.map((port, index) => ({ port, path: `workers[${pool}].nodePorts[${index}]` })),
  );
  const most =
    Math.min(limits.listenersOfLoadBalancer, limits.targetGroupsOfAutoScalingGroup) -
    (access.apiCidrs.length > 0 ? 1 : 0);
  return [
    ...duplicates(
      ports.map(({ port }) => String(port)),
      (index) => ports[index]?.path ?? '',
      'listener port',
    ),
    ...(ports.length <= most
      ? []
      : [
          {
            path: 'workers[].nodePorts',
            got: ports.length,
            expected: `at most ${most} ports in all pools together: a load balancer has ${limits.listenersOfLoadBalancer} listeners, one of them for the API where it is public`,
          },
        ]),
  ];
};
