/** A string as a CEL literal. */
export function celString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** A list of strings as a CEL literal. */
export function celList(texts: readonly string[]): string {
  return `[${texts.map(celString).join(', ')}]`;
}

/** CEL: whether the requester is in one of these groups. */
export function requesterIn(groups: readonly string[]): string {
  return `request.userInfo.?groups.orValue([]).exists(g, g in ${celList(groups)})`;
}

/** CEL: whether the requester is one of these users. */
export function requesterIs(users: readonly string[]): string {
  return `request.userInfo.?username.orValue('') in ${celList(users)}`;
}

/** CEL: a list of an object, empty where it is missing or null, as the rules of an aggregated role are. */
export function celListField(object: string, field: string): string {
  return `(dyn(${object}).?${field}.orValue(null) == null ? [] : dyn(${object}).${field})`;
}

/** CEL: the value of a label of `object`, or `''`. */
export function labelOf(object: string, key: string): string {
  return `${object}.?metadata.?labels[?${celString(key)}].orValue('')`;
}
