import { Document, visit } from 'yaml';
import { isAmbiguousScalar } from './ambiguous-scalar';

/** Characters that YAML allows as an escape only, or that readers take for a line break. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** One YAML document, keys in the order they were written in; text stays text for readers of YAML 1.1. */
export function renderYaml(content: object): string {
  const document = new Document(content, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      const { value } = node;
      if (typeof value !== 'string') return;
      if (isAmbiguousScalar(value) || value.search(unprintable) >= 0) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document
    .toString({ lineWidth: 0 })
    .replace(
      unprintable,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

/** Several documents in one file. */
export function renderYamlDocuments(documents: readonly object[]): string {
  return documents.map(renderYaml).join('---\n');
}
