import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { collectPlanFacts } from '../../../cli/plan/collect-facts';
import { collectUserData } from '../../../cli/plan/machine-user-data';
import { PkiStore } from '../../../cli/plan/pki-store';
import { registerCluster } from '../../../cli/plan/register-cluster';
import { transcribeResources } from '../../../cli/plan/transcribe';
import type { Blueprint } from '../../../lib/blueprint/blueprint';
import type { Facts } from '../../../lib/conformance/facts';
import { planStack } from '../../../stacks/cluster/plan-stack';
import { today } from './blueprint-inputs';

/** What the checks of `plan` read, of the whole cluster of a blueprint. */
export async function planFacts(blueprint: Blueprint): Promise<Facts> {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'plan-facts-'));
  try {
    const cluster = await registerCluster(
      planStack(blueprint),
      PkiStore.open(path.join(scratch, 'pki')),
      new Date(`${today}T00:00:00Z`),
    );
    const resources = await transcribeResources(cluster.resources);
    return collectPlanFacts(cluster, resources, collectUserData(cluster.resources));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
