/**
 * Ports of NodePort Services, as both port tables of SCS-0217 and Kubernetes' default have them.
 *
 * @see https://kubernetes.io/docs/reference/networking/ports-and-protocols/
 */
export const nodePorts = { from: 30000, to: 32767 } as const;
