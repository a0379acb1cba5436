// wasm_exec.js is copied from the Go toolchain at build. It exports nothing: it defines globalThis.Go, see go.js.
export {};
