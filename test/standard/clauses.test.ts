import { describe, expect, test } from '@jest/globals';
import { documentedPorts } from '../../lib/network/documented-ports';
import { planPortMatrix } from '../../lib/network/plan-port-matrix';
import { checks } from '../../lib/conformance/checks/checks';
import { clauses, findClause } from '../../lib/standard/clauses';
import { resolveBlueprint } from '../../lib/blueprint/resolve';
import { protectedSettings } from '../../lib/standard/protected-settings';
import { clauseIds } from './clause-ids';

const binding = ['MUST', 'MUST NOT', 'critical', 'high'];

describe('clauses', () => {
  test('keeps its ids: reports, waivers and other tools rely on them', () => {
    expect(clauses.map(({ id }) => id)).toEqual(clauseIds);
  });

  test('has no id twice, and finds a clause by its id', () => {
    expect(new Set(clauses.map(({ id }) => id)).size).toBe(clauses.length);
    for (const clause of clauses) expect(findClause(clause.id)).toBe(clause);
    expect(findClause('scs-0217/etcd/nothing')).toBeUndefined();
  });

  test('fails when a MUST, a MUST NOT, a critical or a high row has no check', () => {
    const open = clauses.filter(
      ({ level, checks: ids }) => binding.includes(level) && ids.length === 0,
    );
    expect(open.map(({ id }) => id)).toEqual([]);
  });

  test('says why where a lower row has no check', () => {
    for (const { id, checks: ids, uncheckable } of clauses) {
      expect({ id, explained: ids.length > 0 || uncheckable !== undefined }).toEqual({
        id,
        explained: true,
      });
    }
  });

  test('names checks that exist, each once', () => {
    const known = new Set(checks.map(({ id }) => id));
    for (const { id, checks: ids } of clauses) {
      expect({ id, missing: ids.filter((check) => !known.has(check)) }).toEqual({
        id,
        missing: [],
      });
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('leaves no check without a clause', () => {
    const used = new Set(clauses.flatMap(({ checks: ids }) => ids));
    expect(checks.map(({ id }) => id).filter((id) => !used.has(id))).toEqual([]);
  });

  test('tells what stands in place of what Kubernetes removed', () => {
    for (const { id, versions, replacement } of clauses) {
      if (versions?.until !== undefined)
        expect({ id, replacement }).not.toEqual({ id, replacement: undefined });
    }
  });

  test('keeps the rows of the guide that Kubernetes has removed', () => {
    const removed = clauses.filter(({ versions }) => versions?.until !== undefined);
    expect(removed.map(({ id, versions }) => `${id} ${versions?.until ?? ''}`)).toEqual([
      'guide/api/insecure-port 1.23',
      'guide/api/deny-escalating-exec 1.20',
      'guide/api/pod-security-policy 1.24',
      'guide/pod-security/default-policy 1.24',
      'guide/pod-security/privileged-by-name 1.24',
      'guide/pod-security/apparmor 1.24',
      'guide/images/restrict-pull 1.23',
      'guide/kops/insecure-port 1.23',
      'guide/kops/pod-security-policy 1.24',
    ]);
  });
});

describe('users of clauses', () => {
  test('protected settings name clauses that exist, each flag once a program', () => {
    const unknown = protectedSettings.filter(({ clause }) => !findClause(clause));
    expect(unknown).toEqual([]);
    const names = protectedSettings.map(({ owner, flag }) => `${owner} ${flag}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('the port matrix and the tables of documented ports name clauses that exist', () => {
    const blueprint = resolveBlueprint(
      {
        name: 'demo',
        region: 'eu-central-1',
        access: {
          apiCidrs: ['198.51.100.0/24'],
          nodePortCidrs: ['203.0.113.0/24'],
          sshCidrs: ['198.51.100.0/24'],
        },
        bastion: {
          authorizedKeys: [`ssh-ed25519 ${'A'.repeat(68)} ada@example.com`],
        },
        network: { podEncryption: 'wireguard' },
        workers: [{ name: 'general', nodePorts: [30080] }],
      },
      { today: '2026-09-01' },
    );
    const rows = [...planPortMatrix(blueprint), ...documentedPorts];
    expect(rows.flatMap((row) => row.clauses).filter((id) => !findClause(id))).toEqual([]);
  });
});
