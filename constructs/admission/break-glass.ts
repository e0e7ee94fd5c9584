import type { AuditAnnotation, Variable } from './admission-types';
import { requesterIn } from './cel';

/** Administrators of the machines, who can do anything with or without policies. */
const defaultGroups = ['system:masters'] as const;

/** CEL variable `breakGlass`: whether the requester may override the policy. */
export function breakGlassVariable(groups: readonly string[] = defaultGroups): Variable {
  return { name: 'breakGlass', expression: requesterIn(groups) };
}

/**
 * Writes to the audit log when somebody overrode the policy.
 *
 * @param overridden CEL: whether the policy would have refused the request.
 */
export function breakGlassAnnotation(overridden: string): AuditAnnotation {
  const what =
    "request.operation + ' ' + request.resource.resource + '/' + request.?subResource.orValue('') + ' ' + request.?namespace.orValue('') + '/' + request.?name.orValue('')";
  return {
    key: 'break-glass',
    valueExpression: `variables.breakGlass && (${overridden}) ? request.userInfo.username + ' overrode the policy: ' + ${what} : ''`,
  };
}
