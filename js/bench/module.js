// The wasm, compiled once for all instances of a part of the benchmark.

/** @returns {Promise<WebAssembly.Module>} */
export async function compileModule() {
  const address = new URL('../maskloss.wasm', import.meta.url);
  if (address.protocol !== 'file:') return WebAssembly.compileStreaming(fetch(address));
  const { readFile } = await import('node:fs/promises');
  return WebAssembly.compile(new Uint8Array(await readFile(address)));
}
