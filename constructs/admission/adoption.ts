import type { AdoptionProps } from './admission-policy';

/** The props of a construct that say how its policies come to a cluster, for the policies in it. */
export function adoptionOf({ action, exceptNamespaces }: AdoptionProps): AdoptionProps {
  return {
    ...(action !== undefined && { action }),
    ...(exceptNamespaces !== undefined && { exceptNamespaces }),
  };
}
