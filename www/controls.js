// The form of a loss, made from its manifest: a slider with a number for what is a number, a list for what is one of a few
// words, a box to tick for what is true or false.

import { element } from './element.js';

/** What the page itself decides: one foreground is painted, and the heat map is always drawn. */
const DECIDED = new Set(['mode', 'gradient', 'heatmap']);

/** What most losses share. It stays folded away until wanted. */
const SHARED = new Set(
  (
    'preset reduction scope classWeights classWeightMode classes includeBackground labelSmoothing ' +
    'denominator empty spacing threshold average'
  ).split(' '),
);

/**
 * Fills two containers with the controls of a loss: its own parameters, and the conventions it shares with others.
 *
 * @param {{own: HTMLElement, shared: HTMLElement}} where
 * @param {object[]} params of the manifest
 * @param {Record<string, unknown>} options what is set already
 * @param {(options: Record<string, unknown>) => void} changed called with what differs from the defaults
 */
export function fill(where, params, options, changed) {
  const current = { ...options };
  const set = (name, value) => {
    if (value === undefined) delete current[name];
    else current[name] = value;
    changed({ ...current });
  };
  where.own.replaceChildren();
  where.shared.replaceChildren();
  for (const param of params) {
    if (DECIDED.has(param.name)) continue;
    const place = SHARED.has(param.name) ? where.shared : where.own;
    place.append(control(param, options[param.name] ?? param.default, (value) => set(param.name, value)));
  }
}

function control(param, value, set) {
  const id = `param-${param.name}`;
  const label = element('label', { htmlFor: id, textContent: param.name });
  const doc = element('p', { id: `${id}-doc`, className: 'doc', textContent: param.doc });
  const inputs = kinds[param.enum ? 'choice' : param.type](param, value, set);
  inputs[0].id = id;
  for (const input of inputs) input.setAttribute('aria-describedby', doc.id);
  const box = element('div', { className: `param ${inputs[0].type}` });
  box.dataset.param = param.name;
  box.append(label, ...inputs, doc);
  return box;
}

/** How each type is entered. The value given is the present one; `set(undefined)` goes back to the default. */
const kinds = {
  number: (param, value, set) => numeric(param, value, set, 'any'),
  integer: (param, value, set) => numeric(param, value, set, 1),

  boolean(param, value, set) {
    const box = element('input', { type: 'checkbox', checked: value === true });
    box.addEventListener('change', () => set(box.checked === param.default ? undefined : box.checked));
    return [box];
  },

  choice(param, value, set) {
    const list = element('select');
    const open = param.default === null;
    if (open) list.append(new Option('default', ''));
    for (const word of param.enum) if (word !== '') list.append(new Option(word, word));
    list.value = value ?? '';
    list.addEventListener('change', () => set(list.value === (param.default ?? '') ? undefined : list.value));
    return [list];
  },

  numbers: (_, value, set) => listed(value, set, 'not set', (words) => words.map(Number)),
  classes: (_, value, set) =>
    listed(value, set, 'default', (words) => (/^[a-z]/.test(words[0]) ? words[0] : words.map(Number))),
};

function numeric(param, value, set, step) {
  const field = element('input', {
    type: 'number',
    step,
    min: param.min ?? '',
    max: param.max ?? '',
    value: value ?? '',
    inputMode: 'decimal',
  });
  const given = (text) => (text === '' || Number(text) === param.default ? undefined : Number(text));
  const range = reach(param);
  if (!range) {
    field.addEventListener('input', () => set(given(field.value)));
    if (param.default === null) field.placeholder = 'automatic';
    return [field];
  }
  const slider = element('input', { type: 'range', ...range, value: value ?? param.default });
  slider.setAttribute('aria-label', `${param.name}, slider`);
  slider.addEventListener('input', () => {
    field.value = slider.value;
    set(given(slider.value));
  });
  field.addEventListener('input', () => {
    slider.value = field.value === '' ? param.default : field.value;
    set(given(field.value));
  });
  return [field, slider];
}

/** What a slider runs over: the allowed range, or where that is open, up to a few times the default. Tiny numbers get none. */
function reach(param) {
  if (typeof param.default !== 'number') return null;
  const open = (param.max ?? null) === null;
  const low = param.min ?? param.above ?? null;
  if (low === null || (open && param.default < 0.05)) return null;
  const high = param.max ?? Math.max(1, Math.ceil(param.default) * (param.default > 4 ? 2 : 4));
  if (high <= low) return null;
  const step = param.type === 'integer' ? 1 : (high - low) / 100;
  return { min: param.min ?? low + step, max: high, step };
}

function listed(value, set, placeholder, read) {
  const field = element('input', {
    type: 'text',
    value: Array.isArray(value) ? value.join(', ') : (value ?? ''),
    placeholder,
  });
  field.addEventListener('change', () => {
    const words = field.value.split(/[\s,]+/).filter(Boolean);
    set(words.length === 0 ? undefined : read(words));
  });
  return [field];
}
