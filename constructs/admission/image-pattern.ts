/**
 * Regular expression (RE2) for whole image names below a registry, or below a path of one.
 *
 * A registry must be followed by a path; a path may be the repository itself. What comes after is
 * held to the grammar of image names, so that neither `..` nor a second host fits in.
 *
 * @see https://github.com/distribution/reference/blob/main/reference.go
 */
export function imagePattern(allowed: string): string {
  const literal = allowed.replaceAll(/[.\\+*?^$()[\]{}|]/g, '\\$&');
  const component = '[a-z0-9]+(?:(?:[.]|__?|-+)[a-z0-9]+)*';
  const below = `(?:/${component})${allowed.includes('/') ? '*' : '+'}`;
  const tag = '(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?';
  const digest = '(?:@sha256:[a-f0-9]{64})?';
  return `^${literal}${below}${tag}${digest}$`;
}
