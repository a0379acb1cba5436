// Numbers as a reader wants them. What a program wants is String(value), which the page keeps in data-value.

const MINUS = '\u2212';

/** A number in so many significant digits; very small and very large ones as a power of ten. */
export function number(value, digits = 5) {
  if (Number.isNaN(value)) return 'not defined';
  if (!Number.isFinite(value)) return value > 0 ? '\u221e' : `${MINUS}\u221e`;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size < 1e-3 || size >= 1e6 ? power(value, digits) : value.toPrecision(digits);
  return text.replace('-', MINUS);
}

/** The change from one value to another, with its sign; empty where there is none to speak of. */
export function change(from, to) {
  const difference = to - from;
  if (!Number.isFinite(difference) || difference === 0) return '';
  return (difference > 0 ? '+' : '') + number(difference, 3);
}

/** How a change reads to someone who wants the value lower or higher: better, worse, or empty where it did not move. */
export function verdict(from, to, better) {
  if (change(from, to) === '') return '';
  return to < from === (better === 'lower') ? 'better' : 'worse';
}

/** A duration in milliseconds; the clock of a page ticks in tenths of one at best. */
export function milliseconds(value) {
  if (value < 0.1) return '< 0.1 ms';
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** An interval such as [0, 1] or (−∞, ∞); an open end is null or infinite. */
export function interval([low, high]) {
  const end = (value, infinite) =>
    value === null || !Number.isFinite(value) ? infinite : String(Number(value.toPrecision(4))).replace('-', MINUS);
  const from = end(low, `${MINUS}\u221e`);
  const to = end(high, '\u221e');
  return `${from.includes('\u221e') ? '(' : '['}${from}, ${to}${to.includes('\u221e') ? ')' : ']'}`;
}

const SUPERSCRIPT = {
  '-': '\u207b',
  0: '\u2070',
  1: '\u00b9',
  2: '\u00b2',
  3: '\u00b3',
  4: '\u2074',
  5: '\u2075',
  6: '\u2076',
  7: '\u2077',
  8: '\u2078',
  9: '\u2079',
};

function power(value, digits) {
  const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 2)).split('e');
  const raised = [...String(Number(exponent))].map((c) => SUPERSCRIPT[c]).join('');
  return `${mantissa}\u00d710${raised}`;
}
