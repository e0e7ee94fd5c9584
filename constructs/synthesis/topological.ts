/**
 * Everything reachable from the starts, each once and after all that has to come before it,
 * otherwise in the order of the starts. Linear, and without recursion: chains may be longer than
 * the stack is deep.
 *
 * @throws Error that names a cycle.
 */
export function topological<T>(
  starts: readonly T[],
  before: (item: T) => Iterable<T>,
  nameOf: (item: T) => string,
): T[] {
  const done = new Set<T>();
  const open = new Set<T>();
  const order: T[] = [];
  const stack: { readonly item: T; readonly next: Iterator<T> }[] = [];
  const enter = (item: T) => {
    if (done.has(item)) return;
    if (open.has(item)) {
      const path = [...open, item];
      throw new Error(
        `dependency cycle: ${path.slice(path.indexOf(item)).map(nameOf).join(' => ')}`,
      );
    }
    open.add(item);
    stack.push({ item, next: before(item)[Symbol.iterator]() });
  };
  for (const start of starts) {
    enter(start);
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const step = frame.next.next();
      if (step.done !== true) {
        enter(step.value);
        continue;
      }
      stack.pop();
      open.delete(frame.item);
      done.add(frame.item);
      order.push(frame.item);
    }
  }
  return order;
}
