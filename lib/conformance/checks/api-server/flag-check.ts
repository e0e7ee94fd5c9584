import type { Check } from '../../check';
import type { Facts } from '../../facts';
import { verdictOf, type Finding } from '../../finding';
import { componentFlags, type ControlPlaneComponent } from '../../readers/component-flags';
import { flagList, flagValue, showFlag, type Flags } from '../../readers/flags';

type Description = Pick<Check, 'id' | 'title' | 'why' | 'remedy'>;

/** Findings over every instance of a component. */
export function evaluateComponents(
  facts: Facts,
  components: readonly ControlPlaneComponent[],
  evaluate: (flags: Flags) => readonly Finding[],
): ReturnType<Check['run']> {
  const findings = components.flatMap((component) =>
    componentFlags(facts, component).flatMap(({ location, flags }) =>
      evaluate(flags).map(({ holds, evidence }) => ({
        holds,
        evidence: `${location}: ${component}: ${evidence}`,
      })),
    ),
  );
  const seen = components.every((component) => componentFlags(facts, component).length > 0);
  return verdictOf(seen ? findings : [], `no flags of ${components.join(', ')} among the facts`);
}

/** A check of one flag of the API server. */
export function apiServerFlag(
  description: Description,
  flag: string,
  holds: (value: string | undefined, flags: Flags) => boolean,
): Check {
  return {
    ...description,
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => [
        { holds: holds(flagValue(flags, flag), flags), evidence: showFlag(flags, flag) },
      ]),
  };
}

/** A check that an admission plugin is on. */
export function admissionPlugin(description: Description, plugin: string): Check {
  return {
    ...description,
    run: (facts) =>
      evaluateComponents(facts, ['kube-apiserver'], (flags) => [pluginIsOn(flags, plugin)]),
  };
}

/** Whether a plugin is named among the enabled ones and not among the disabled ones. */
export function pluginIsOn(flags: Flags, plugin: string): Finding {
  const disabled = flagList(flags, 'disable-admission-plugins').includes(plugin);
  return {
    holds: flagList(flags, 'enable-admission-plugins').includes(plugin) && !disabled,
    evidence: disabled
      ? showFlag(flags, 'disable-admission-plugins')
      : showFlag(flags, 'enable-admission-plugins'),
  };
}
