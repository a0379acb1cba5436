// The board: every loss and metric for the masks as they are, by family.

import { element } from './element.js';
import { change, number, verdict } from './format.js';

const ARROW = { lower: '\u2193', higher: '\u2191' };

export class Board {
  #cells = new Map();

  /**
   * @param {HTMLElement} place
   * @param {Iterable<import('./score.js').Row>} rows
   * @param {(name: string) => void} choose called when a row is picked
   */
  constructor(place, rows, choose) {
    for (const [title, members] of families(rows)) {
      const body = family(place, title);
      for (const { entry } of members) body.append(this.#line(entry, choose));
    }
    place.addEventListener('keydown', (event) => this.#move(event));
  }

  /** Shows which row is the chosen one. It alone is a tab stop; the arrow keys go on from it. */
  mark(name) {
    for (const [other, { line, button }] of this.#cells) {
      line.classList.toggle('chosen', other === name);
      button.tabIndex = other === name ? 0 : -1;
      if (other === name) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  /** Shows how a row stands. */
  show({ entry, result, error, before }) {
    const { line, value, delta } = this.#cells.get(entry.name);
    line.classList.toggle('refused', Boolean(error));
    line.title = error?.message ?? '';
    line.dataset.value = result ? String(result.value) : '';
    value.textContent = result ? number(result.value, 4) : '\u2013';
    delta.textContent = change(before, result?.value);
    delta.className = `delta ${verdict(before, result?.value, entry.better)}`;
  }

  #line(entry, choose) {
    const button = element('button', { type: 'button', textContent: entry.title, tabIndex: -1 });
    const name = element('th', { scope: 'row' });
    name.append(button);
    const value = element('td', { className: 'number' });
    const better = element('td', {
      className: 'better-when',
      textContent: ARROW[entry.better],
      title: `${entry.better} is better`,
    });
    better.setAttribute('aria-label', `${entry.better} is better`);
    const delta = element('td', { className: 'delta' });
    const line = element('tr');
    line.dataset.name = entry.name;
    line.append(name, value, better, delta);
    line.addEventListener('click', () => choose(entry.name));
    this.#cells.set(entry.name, { line, button, value, delta });
    return line;
  }

  #move(event) {
    const names = [...this.#cells.keys()];
    const from = names.findIndex((name) => this.#cells.get(name).button === document.activeElement);
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: names.length - 1 }[event.key];
    if (from < 0 || to === undefined || !(to in names)) return;
    event.preventDefault();
    this.#cells.get(names[to]).button.focus();
  }
}

/** Rows by the heading they stand under, each heading where its first row is. */
export function families(rows) {
  const found = new Map();
  for (const row of rows) {
    const title = `${row.entry.kind === 'metric' ? 'Metrics' : 'Losses'}: ${row.entry.family}`;
    found.set(title, [...(found.get(title) ?? []), row]);
  }
  return found;
}

function family(place, title) {
  const table = element('table');
  const head = element('tr');
  for (const text of ['name', 'value', 'better', 'change by the last stroke'])
    head.append(element('th', { scope: 'col', textContent: text }));
  const body = element('tbody');
  const widths = element('colgroup');
  for (let i = 0; i < head.childElementCount; i++) widths.append(element('col'));
  table.append(element('caption', { textContent: title }), widths, element('thead'), body);
  table.tHead.append(head);
  table.tHead.className = 'unseen';
  place.append(table);
  return body;
}
