// What a page may have under the names that wasm_exec.js uses: a var, which cannot be deleted, a class and an object.
var fs = { of: 'the page' };
globalThis.Go = class TheirGo {};
