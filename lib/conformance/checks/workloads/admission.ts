import type { Check } from '../../check';
import { missing, pass } from '../../finding';
import { readDenyingPolicies, sees } from '../../readers/admission-policies';
import { admissionPluginConfiguration } from '../../readers/admission-configuration';
import { componentFlags } from '../../readers/component-flags';
import { flagList } from '../../readers/flags';
import { textAt } from '../../readers/values';
import { onManifests } from './evaluate-manifests';

const guarded = ['pods/exec', 'pods/attach', 'pods/portforward'] as const;

/** Policies that stand in for removed admission plugins. */
export const admissionChecks: readonly Check[] = [
  {
    id: 'admission/exec-guard',
    title: 'Exec into pods that may be privileged is denied, except for break-glass',
    why: 'A shell in a privileged pod is a shell on the node.',
    remedy:
      'Bind a ValidatingAdmissionPolicy over CONNECT of pods/exec, pods/attach and pods/portforward that decides by the Pod Security level of the namespace.',
    run: (facts) =>
      onManifests(facts, () => {
        const guards = (readDenyingPolicies(facts) ?? []).filter(
          (policy) =>
            policy.expressions.some((cel) => cel.includes('pod-security.kubernetes.io/enforce')) &&
            guarded.some((resource) => sees(policy, 'CONNECT', resource)),
        );
        const open = guarded.filter(
          (resource) => !guards.some((policy) => sees(policy, 'CONNECT', resource)),
        );
        return open.length > 0
          ? missing(`no policy that denies sees CONNECT of ${open.join(', ')}`)
          : pass(`policy ${guards.map(({ name }) => name).join(', ')} sees ${guarded.join(', ')}`);
      }),
  },
  {
    id: 'images/allow-list',
    title: 'Pods run images of named registries alone',
    why: 'Anybody who may create pods could otherwise run whatever the internet holds.',
    remedy:
      'Bind a ValidatingAdmissionPolicy over pods that holds each image against a list of registries, or use ImagePolicyWebhook with defaultAllow: false.',
    run: (facts) => {
      const webhook = componentFlags(facts, 'kube-apiserver').filter(({ flags }) => {
        const content = admissionPluginConfiguration(facts, flags, 'ImagePolicyWebhook');
        return (
          flagList(flags, 'enable-admission-plugins').includes('ImagePolicyWebhook') &&
          textAt(content, 'imagePolicy', 'defaultAllow') === 'false'
        );
      });
      if (webhook.length > 0)
        return pass(...webhook.map(({ location }) => `${location}: ImagePolicyWebhook`));
      return onManifests(facts, () => {
        const lists = (readDenyingPolicies(facts) ?? []).filter(
          (policy) =>
            sees(policy, 'CREATE', 'pods') &&
            policy.expressions.some((cel) => /image/i.test(cel)) &&
            policy.expressions.some(
              (cel) => /image|\bi\./.test(cel) && /matches\(|startsWith\(| in \[/.test(cel),
            ),
        );
        return lists.length > 0
          ? pass(`policy ${lists.map(({ name }) => name).join(', ')} evaluates images of pods`)
          : missing('no policy that denies evaluates images of pods');
      });
    },
  },
];
