import type { SettingChange, UpgradePlan } from '../../lib/cluster/upgrade/plan-upgrade';

/** What an upgrade changes and how it goes, for people. */
export function renderUpgrade(upgrade: UpgradePlan): string {
  const { kubernetes, etcd, configuration, settings, machines, manifests, notes, steps } = upgrade;
  const lines = [
    `Upgrade: Kubernetes ${kubernetes.from} -> ${kubernetes.to}, etcd ${etcd.from} -> ${etcd.to}`,
    ...section('Configuration that changes', configuration, (change) => [
      `  ${change.setting}: ${arrow(change)}`,
    ]),
    ...section('Settings of programs that change', settings, (change) => [
      `  ${change.program}: ${change.setting}: ${arrow(change)}`,
    ]),
    ...section('Machines that are replaced', machines, ({ machine, change, parts }) => [
      `  ${machine}${change === 'changed' ? '' : `: ${change}`}`,
      ...parts.map((part) => `      ${part.change}: ${part.part}`),
    ]),
    ...section('Objects in the cluster', manifests, ({ part, change }) => [`  ${change}: ${part}`]),
    ...section('To know', notes, (note) => [`  ${note}`]),
    ...section('Steps, each only after the one before has succeeded', steps, (step, index) => [
      `  ${String(index + 1).padStart(2)}. ${step.machine}: ${step.action}`,
      `      done when: ${step.done}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function arrow({ from, to }: SettingChange): string {
  return `${from ?? '(not set)'} -> ${to ?? '(not set)'}`;
}

function section<T>(
  title: string,
  entries: readonly T[],
  render: (entry: T, index: number) => string[],
): string[] {
  return ['', `${title}:`, ...(entries.length === 0 ? ['  none'] : entries.flatMap(render))];
}
