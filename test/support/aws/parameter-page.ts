/**
 * A page of what lies right below a path, as AWS answers GetParametersByPath: two at most here, and an
 * empty page first, which AWS may give as well.
 */
export function listParameters(
  parameters: Iterable<readonly [name: string, value: string]>,
  path: string,
  token: string | undefined,
): object {
  const below = [...parameters]
    .filter(
      ([name]) => /^[^/]+$/.test(name.slice(`${path}/`.length)) && name.startsWith(`${path}/`),
    )
    .map(([Name, Value]) => ({ Name, Type: 'String', Value }));
  // As long and as odd as theirs.
  const tokenOf = (start: number) => `AAEA"\\/+=${start}`;
  if (token === undefined) return { Parameters: [], NextToken: tokenOf(0) };
  const start = Number(token.slice(tokenOf(0).length - 1));
  return {
    Parameters: below.slice(start, start + 2),
    ...(start + 2 < below.length ? { NextToken: tokenOf(start + 2) } : {}),
  };
}
