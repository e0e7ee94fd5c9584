import type { Facts } from '../facts';
import { documentsOfKind } from './documents';
import { flagValue, type Flags } from './flags';
import { isMapping, mappingsAt, textAt, valueAt, type Mapping } from './values';

/**
 * Configuration of an admission plugin: inside the AdmissionConfiguration that the API server is
 * given, or in the file that it names. Undefined where there is none.
 */
export function admissionPluginConfiguration(
  facts: Facts,
  flags: Flags,
  plugin: string,
): Mapping | undefined {
  const path = flagValue(flags, 'admission-control-config-file');
  const configuration = (documentsOfKind(facts, 'AdmissionConfiguration') ?? []).find(
    (document) => document.path === path,
  );
  const row = mappingsAt(configuration?.content, 'plugins').find(
    (candidate) => textAt(candidate, 'name') === plugin,
  );
  const inline = valueAt(row, 'configuration');
  if (isMapping(inline)) return inline;
  const named = textAt(row, 'path');
  const kinds = ['Configuration', 'PodSecurityConfiguration'];
  return kinds
    .flatMap((kind) => documentsOfKind(facts, kind) ?? [])
    .find((document) => named !== undefined && document.path.endsWith(named))?.content;
}
