import type { BlueprintInput } from '../../../lib/blueprint/schema/blueprint-schema';
import { resolveBlueprint } from '../../../lib/blueprint/resolve';
import type { Blueprint } from '../../../lib/blueprint/blueprint';

/** Day on which the tests resolve configurations. */
export const today = '2026-11-22';

/** What only a user can know, and nothing else. */
export const minimalInput: BlueprintInput = {
  name: 'prod',
  region: 'eu-central-1',
  access: { apiCidrs: ['203.0.113.0/24'], sshCidrs: ['198.51.100.0/24'] },
  bastion: {
    authorizedKeys: [
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ0aGlzLWlzLWEtdGVzdC1rZXktb25seS0wMDAw ada@example.com',
    ],
  },
};

/** The default cluster with the changes of a test. */
export function makeBlueprint(changes: Partial<BlueprintInput> = {}): Blueprint {
  return resolveBlueprint({ ...minimalInput, ...changes }, { today });
}
