import {
  controlPlaneTools,
  startControlPlane,
  type ControlPlane,
} from '../../support/kubernetes/api-server';
import type { KubeClient } from '../../support/kubernetes/kube-client';
import { startPlainEtcd, type PlainEtcd } from '../../support/kubernetes/kube-plain-etcd';
import { waitFor } from '../../support/kubernetes/kube-process';
import { describeWithTools } from '../../support/tools';

const eventsPerSecond = 5;
const burst = 4 * eventsPerSecond;
const inFlight = { maxInFlight: 20, maxMutatingInFlight: 10 };
const flowControl = '/apis/flowcontrol.apiserver.k8s.io/v1';

/** The limits of SCS-0215 as they are rendered, with numbers that a test can reach. */
describeWithTools('request limits', controlPlaneTools('1.36'), () => {
  let etcd: PlainEtcd;
  let plane: ControlPlane;

  beforeAll(async () => {
    etcd = await startPlainEtcd({ kubernetes: { requests: { eventsPerSecond, ...inFlight } } });
    plane = await startControlPlane({ etcd, controllerManager: false });
  });
  afterAll(async () => {
    await plane.stop();
    await etcd.stop();
  });

  let count = 0;
  const writeEvent = () =>
    plane.admin.post('/api/v1/namespaces/default/events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `flood-${count++}` },
      involvedObject: { kind: 'Namespace', name: 'default', namespace: 'default' },
      reason: 'Flood',
      type: 'Normal',
    });

  test('a flood of events is cut to the burst, and all else goes on', async () => {
    const started = Date.now();
    const answers = await Promise.all(Array.from({ length: 200 }, writeEvent));
    const seconds = (Date.now() - started) / 1000;
    const taken = answers.filter(({ status }) => status === 201).length;
    const refused = answers.filter(({ status }) => status === 429);
    expect(taken + refused.length).toBe(200);
    expect(taken).toBeGreaterThan(0);
    // The server writes events of its own out of the same bucket, never more than fits.
    expect(taken).toBeLessThanOrEqual(burst + Math.ceil(eventsPerSecond * seconds));
    expect(refused[0]?.text).toContain('limit reached on type Server');
    expect(refused[0]?.body).toMatchObject({ reason: 'TooManyRequests' });
    const other = await plane.admin.post('/api/v1/namespaces/default/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'during-the-flood' },
    });
    expect(other.status).toBe(201);
    const again = await waitFor('an event after the flood', async () =>
      (await writeEvent()).status === 201 ? true : undefined,
    );
    expect(again).toBe(true);
  });

  test('the seats of all priority levels are those of the two flags together', async () => {
    const { text } = await plane.admin.get('/metrics');
    const seats = [
      ...text.matchAll(
        /^apiserver_flowcontrol_nominal_limit_seats\{priority_level="[^"]+"\} (\d+)$/gm,
      ),
    ].map(([, number]) => Number(number));
    const total = inFlight.maxInFlight + inFlight.maxMutatingInFlight;
    expect(seats.length).toBeGreaterThan(5);
    const sum = seats.reduce((all, one) => all + one, 0);
    // Each level is rounded up to whole seats.
    expect([sum >= total, sum <= total + seats.length]).toEqual([true, true]);
  });

  test('who asks more at a time than the seats of his level is refused, and no one else', async () => {
    const crowd = plane.client(await plane.issue({ user: 'crowd' }));
    const bystander = plane.client(await plane.issue({ user: 'bystander' }));
    await limit(plane.admin, 'crowd');
    const refused = await waitFor('a refusal', async () => {
      const statuses = await Promise.all(Array.from({ length: 60 }, () => statusOf(crowd)));
      expect(new Set(statuses.filter((status) => status !== 429))).toEqual(new Set([200]));
      expect(await statusOf(bystander)).toBe(200);
      return statuses.includes(429) ? true : undefined;
    });
    expect(refused).toBe(true);
    const alone = await waitFor('the crowd to be gone', async () =>
      (await statusOf(crowd)) === 200 ? true : undefined,
    );
    expect(alone).toBe(true);
  });
});

/** A long answer that every authenticated user may have. */
async function statusOf(client: KubeClient): Promise<number> {
  return (await client.get('/openapi/v2')).status;
}

/** A priority level of one user alone, with a share that comes to one seat, and no queue. */
async function limit(admin: KubeClient, user: string): Promise<void> {
  const level = await admin.post(`${flowControl}/prioritylevelconfigurations`, {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name: user },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 1,
        lendablePercent: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Reject' },
      },
    },
  });
  const schema = await admin.post(`${flowControl}/flowschemas`, {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: user },
    spec: {
      priorityLevelConfiguration: { name: user },
      matchingPrecedence: 100,
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: user } }],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        },
      ],
    },
  });
  expect([level.status, schema.status]).toEqual([201, 201]);
}
