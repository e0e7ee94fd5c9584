/** Tags that each resource of a cluster carries of its own. */
export const ownTagKeys = ['Name', 'hardened-cluster:cluster'] as const;

const characters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * What is wrong with the key of a tag, for people; undefined when nothing is.
 *
 * @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
 */
export function tagKeyProblem(key: string): string | undefined {
  if (key.length < 1 || key.length > 128) return 'a key of 1 to 128 characters';
  if (/^aws:/i.test(key)) return 'a key that does not begin with "aws:", which AWS keeps';
  if (!characters.test(key)) return `a key of ${allowed}`;
  if (ownTagKeys.some((own) => own.toLowerCase() === key.toLowerCase())) {
    return `another key than ${ownTagKeys.map((own) => `"${own}"`).join(' and ')}, which the cluster sets`;
  }
  return undefined;
}

/** What is wrong with the value of a tag, for people; undefined when nothing is. */
export function tagValueProblem(value: string): string | undefined {
  if (value.length > 256) return 'a value of at most 256 characters';
  return characters.test(value) ? undefined : `a value of ${allowed}`;
}

const allowed = 'letters, digits, spaces and _ . : / = + - @';
