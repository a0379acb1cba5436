// What wasm_exec.js and Go programs want to find on globalThis is lent to them: it is there while they need it, and whatever
// the page had under the same names is back afterwards.

/**
 * Puts values on globalThis; undefined takes one away. The function returned puts everything back as it was.
 *
 * @param {Record<string, unknown>} values
 * @returns {() => void}
 */
export function lend(values) {
  const before = Object.keys(values).map((name) => ({ name, own: Object.getOwnPropertyDescriptor(globalThis, name) }));
  for (const { name, own } of before) {
    const value = values[name];
    if (value === undefined && Reflect.deleteProperty(globalThis, name)) continue;
    // A `var` of a classic script cannot be deleted or made anew, only changed.
    const fixed = own && !own.configurable;
    Reflect.defineProperty(
      globalThis,
      name,
      fixed ? { value } : { value, writable: true, configurable: true, enumerable: true },
    );
  }
  return () => {
    for (const { name, own } of before) {
      if (own) Reflect.defineProperty(globalThis, name, own);
      else Reflect.deleteProperty(globalThis, name);
    }
  };
}

/** Undoes what this module does: it hides what wasm_exec.js, the next import of go.js, is about to define. */
export const unhide = lend({ Go: undefined, fs: undefined, process: undefined, path: undefined });
