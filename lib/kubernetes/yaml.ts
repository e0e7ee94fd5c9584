import { stringify } from 'yaml';

/** One YAML document, keys in the order they were written in. */
export function renderYaml(document: object): string {
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Several documents in one file. */
export function renderYamlDocuments(documents: readonly object[]): string {
  return documents.map(renderYaml).join('---\n');
}
