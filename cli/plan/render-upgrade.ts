import type { UpgradePlan } from '../../lib/kubernetes/upgrade';

/** What an upgrade changes and how it goes, for people. */
export function renderUpgrade({ kubernetes, etcd, settings, notes, steps }: UpgradePlan): string {
  const lines = [
    `Upgrade: Kubernetes ${kubernetes.from} -> ${kubernetes.to}, etcd ${etcd.from} -> ${etcd.to}`,
    ...section('Settings that change', settings, ({ program, setting, from, to }) => [
      `  ${program}: ${setting}: ${from ?? '(not set)'} -> ${to ?? '(not set)'}`,
    ]),
    ...section('To know', notes, (note) => [`  ${note}`]),
    ...section('Steps, each only after the one before has succeeded', steps, (step, index) => [
      `  ${String(index + 1).padStart(2)}. ${step.machine}: ${step.action}`,
      `      done when: ${step.done}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function section<T>(
  title: string,
  entries: readonly T[],
  render: (entry: T, index: number) => string[],
): string[] {
  return ['', `${title}:`, ...(entries.length === 0 ? ['  none'] : entries.flatMap(render))];
}
