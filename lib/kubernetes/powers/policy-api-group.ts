/**
 * API group of what exceptions are granted on. Nothing is served there: only role bindings and the
 * policies' own questions to the authorizer use it.
 */
export const policyApiGroup = 'policy.hardened-cluster';
