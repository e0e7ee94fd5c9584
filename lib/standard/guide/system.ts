import type { Clause } from '../clause';
import { at } from '../documents';

/** The systems that the cluster runs on, and how people get in. */
export const systemClauses: readonly Clause[] = [
  {
    id: 'guide/os-hardening',
    source: at('guide', 'Your cluster is as secure as the system running it'),
    level: 'high',
    statement: 'The operating system under the cluster is hardened first.',
    checks: [
      'machines/automatic-security-updates',
      'machines/kernel-settings',
      'machines/host-firewall',
      'machines/audit-rules',
      'machines/volumes-encrypted',
      'machines/user-data-without-secrets',
    ],
  },
  {
    id: 'guide/bastion-host',
    source: at('guide', 'Bastion host'),
    level: 'medium',
    statement: 'SSH is exposed on one host alone, and all others are reached through it.',
    checks: [
      'bastion/only-entry',
      'bastion/jumps-only-from-bastion',
      'bastion/not-from-everywhere',
    ],
  },
  {
    id: 'guide/bastion/session-recording',
    source: at('guide', 'Bastion host'),
    level: 'medium',
    statement: 'SSH sessions through the bastion are recorded.',
    checks: ['bastion/sessions-recorded'],
  },
  {
    id: 'guide/bastion/ssh-hardening',
    source: at('guide', 'Bastion host'),
    level: 'medium',
    statement: 'The SSH server is hardened; keys are used everywhere, passwords nowhere.',
    checks: ['machines/ssh-keys-only', 'machines/ssh-no-root', 'machines/ssh-algorithms'],
  },
  {
    id: 'guide/kube-bench',
    source: at('guide', 'Kubernetes Security Scan with kube-bench'),
    level: 'high',
    statement: 'The cluster is scanned with kube-bench against the CIS benchmark.',
    checks: ['workloads/kube-bench-scheduled'],
  },
  {
    id: 'guide/securing-a-cluster',
    source: at('guide', 'Securing a Cluster (by Kubernetes project)'),
    level: 'low',
    statement:
      'What the Kubernetes project says on securing a cluster is followed as well: limits of resources, narrow rights.',
    // The rest of what that page asks for is in the other rows.
    checks: ['workloads/limits', 'rbac/no-dangerous-powers'],
  },
];
