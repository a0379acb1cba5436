// The address of the page names the loss and its options, as in #tversky?fpWeight=0.3, so that a link shows what one sees.

/** The name and options in the address; no name where it has none, no options where they cannot be read. */
export function read() {
  const [name, query] = location.hash.slice(1).split('?');
  try {
    const options = [...new URLSearchParams(query)].map(([key, value]) => [key, JSON.parse(value)]);
    return { name, options: Object.fromEntries(options) };
  } catch {
    return { name, options: {} };
  }
}

/** Puts them into the address, without a step in the browser's history. */
export function write(name, options) {
  const words = Object.entries(options).map(([key, value]) => [key, JSON.stringify(value)]);
  const query = words.length > 0 ? `?${new URLSearchParams(words)}` : '';
  window.history.replaceState(null, '', `#${name}${query}`);
}
