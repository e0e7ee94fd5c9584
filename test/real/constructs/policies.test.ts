import { readFile } from 'node:fs/promises';
import { synthesizeManifests } from '../../../constructs/manifests';
import { makeBlueprint } from '../../support/blueprint-inputs';
import {
  apiServerTools,
  startApiServer,
  type ApiServer,
} from '../../support/constructs-api-server';
import type { KubeClient } from '../../support/kube-client';
import { describeWithTools } from '../../support/tools';
import { accessTable } from './access-table';
import { identify, type Identity } from './identities';
import { imageTable } from './image-table';
import { podTable } from './pod-table';
import { outcome, type RequestRow } from './request';
import { applyManifests, defineApplySet, defineCalico, populate, prepare } from './setup';

const table: readonly RequestRow[] = [...podTable, ...imageTable, ...accessTable];

test('the table has at least 120 requests, each with a title of its own', () => {
  expect(table.length).toBeGreaterThanOrEqual(120);
  const titles = table.map(({ title, as }) => `${title} (${as})`);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

/** The API server takes policies up a moment after it has stored them. */
async function settle(clients: Record<Identity, KubeClient>): Promise<void> {
  const refused = table.filter(({ expected }) => expected !== 'allowed');
  for (let attempt = 0; attempt < 30; attempt++) {
    const outcomes = await Promise.all(refused.map((row) => outcome(row, clients[row.as])));
    if (!outcomes.includes('allowed')) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

describe.each(['1.35', '1.36', '1.37'])('Kubernetes %s', (minor) => {
  describeWithTools(`policies on ${minor}`, apiServerTools(minor), () => {
    const blueprint = makeBlueprint({
      kubernetes: { version: minor },
      images: {
        allowedRegistries: ['registry.example.com', 'ghcr.io/example', 'localhost:5000/team'],
      },
      namespaces: [{ name: 'shop' }, { name: 'vault', podSecurity: 'restricted' }],
    });
    const manifests = synthesizeManifests(blueprint);
    let server: ApiServer;
    let clients: Record<Identity, KubeClient>;

    beforeAll(async () => {
      server = await startApiServer(blueprint);
      await defineCalico(server);
      await defineApplySet(server);
      await prepare(server);
      await applyManifests(server, manifests);
      clients = await identify(server);
      await populate(server, clients.node);
      await settle(clients);
    }, 180_000);
    afterAll(() => server?.stop());

    test('requests are let through and refused as the table says', async () => {
      const wrong: string[] = [];
      for (const row of table) {
        const actual = await outcome(row, clients[row.as]);
        const { expected } = row;
        const right =
          expected === 'allowed' ? actual === 'allowed' : actual.includes(expected.denied);
        if (!right) {
          wrong.push(
            `${row.title} (${row.as}): got ${actual}, expected ${expected === 'allowed' ? expected : expected.denied}`,
          );
        }
      }
      expect(wrong).toEqual([]);
    });
  });
});
