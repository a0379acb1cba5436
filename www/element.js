/** The element of the page with that id. */
export function part(id) {
  return document.getElementById(id);
}

/** A new element with these properties and children. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
