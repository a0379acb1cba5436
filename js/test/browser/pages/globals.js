// What a page may have under the names that wasm_exec.js uses: a var, which cannot be deleted, a class and an object.
// biome-ignore lint/correctness/noUnusedVariables: nothing reads it but what must not
var fs = { of: 'the page' };
globalThis.Go = class TheirGo {};
