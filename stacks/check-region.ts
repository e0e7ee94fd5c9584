import * as pulumi from '@pulumi/pulumi';
import { getRegion } from '@pulumi/aws/getRegion';
import type { Problem } from '../lib/blueprint/problem';
import { providerOf } from './claim-names';
import { ArgumentsError } from './component-args';

/** Problem of a region that is not plain text: it goes into names, before any output is known. */
export function problemsOfRegion(path: string, region: unknown): readonly Problem[] {
  return typeof region === 'string' && /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)
    ? []
    : [
        {
          path,
          got: pulumi.Output.isInstance(region) ? 'an Output' : region,
          expected: 'plain text such as "eu-central-1": it has to be known before any resource is',
        },
      ];
}

/** Components whose provider was asked for its region, so that those inside them need not. */
const checked = new WeakSet<pulumi.Resource>();

/**
 * Options of a component that is made for one region: it is registered, and with it everything inside
 * it, when its provider has said that it works in that region.
 *
 * @param path where the region stands among the arguments of the component
 */
export function inRegion(
  component: string,
  path: string,
  region: string,
  opts: pulumi.ComponentResourceOptions = {},
): pulumi.ComponentResourceOptions {
  if (opts.parent && checked.has(opts.parent)) return opts;
  const provider = providerOf(opts);
  const asked = getRegion({}, provider ? { provider } : {}).then(
    ({ region: got }: { readonly region?: string }) => {
      // A provider whose region is not known yet, as in a preview, is asked again by the update.
      if (got !== undefined && got !== region) throw wrongRegion(component, path, region, got);
    },
  );
  // Whatever form the dependencies have, a promise of it is awaited as well.
  const dependsOn = asked.then(() => opts.dependsOn ?? []) as Promise<pulumi.Resource[]>;
  return { ...opts, dependsOn };
}

/** Notes that the provider of a component was asked. */
export function markRegionChecked(component: pulumi.Resource): void {
  checked.add(component);
}

function wrongRegion(component: string, path: string, region: string, got: string) {
  return new ArgumentsError(component, [
    { path, got: region, expected: `${JSON.stringify(got)}, the region of the AWS provider` },
  ]);
}
