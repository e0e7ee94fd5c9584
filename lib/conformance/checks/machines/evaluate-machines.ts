import type { Verdict } from '../../check';
import type { Facts, MachineFact } from '../../facts';
import { verdictOf, type Finding } from '../../finding';

/** Findings over machines, each line led by the machine's name. */
export function evaluateMachines(
  facts: Facts,
  evaluate: (machine: MachineFact) => readonly Finding[],
): Verdict {
  return verdictOf(
    facts.machines?.flatMap((machine) =>
      evaluate(machine).map(({ holds, evidence }) => ({
        holds,
        evidence: `${machine.name}: ${evidence}`,
      })),
    ),
    'no machines among the facts',
  );
}

/** Text of all files of a machine below a folder. */
export function filesBelow(
  { files }: MachineFact,
  folder: string,
): readonly { readonly path: string; readonly content: string }[] {
  return Object.entries(files)
    .filter(([path]) => path.startsWith(folder))
    .map(([path, { content }]) => ({ path, content }));
}
