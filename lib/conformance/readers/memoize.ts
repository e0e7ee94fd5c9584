/**
 * Remembers what a reader made of one object of facts: dozens of checks ask for the same files.
 * Facts are read-only, so that a remembered answer stays true.
 */
export function memoize<K extends object, V>(read: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const remembered = known.get(key);
    if (remembered) return remembered.value;
    const value = read(key);
    known.set(key, { value });
    return value;
  };
}
