// TeX to MathML: the part of TeX that formulas of losses are written in. Every browser draws MathML by itself, so the page
// needs neither a library nor fonts.

const MATHML = 'http://www.w3.org/1998/Math/MathML';

/** Names and their signs, in pairs. */
const signs = (text) => new Map([...text.matchAll(/(\S+) (\S+)/g)].map(([, name, sign]) => [name, sign]));
const names = (text) => new Set(text.split(' '));

const LETTERS = signs(`
  alpha α  beta β  gamma γ  delta δ  epsilon ϵ  varepsilon ε  zeta ζ  eta η  theta θ  kappa κ  lambda λ  mu μ
  nu ν  xi ξ  pi π  rho ρ  sigma σ  tau τ  phi ϕ  varphi φ  chi χ  psi ψ  omega ω  Gamma Γ  Delta Δ  Theta Θ
  Lambda Λ  Pi Π  Sigma Σ  Phi Φ  Psi Ψ  Omega Ω  ell ℓ  infty ∞  partial ∂  nabla ∇  emptyset ∅  varnothing ∅
`);

const OPERATORS = signs(`
  cdot ⋅  times ×  ast ∗  star ⋆  circ ∘  pm ±  mp ∓  div ÷  setminus ∖  cap ∩  cup ∪  oplus ⊕  ominus ⊖  odot ⊙
  wedge ∧  vee ∨  neg ¬  le ≤  leq ≤  ge ≥  geq ≥  ne ≠  neq ≠  approx ≈  equiv ≡  sim ∼  propto ∝  in ∈
  notin ∉  ni ∋  subset ⊂  subseteq ⊆  to →  rightarrow →  mapsto ↦  leftarrow ←  Rightarrow ⇒  iff ⇔  mid |
  colon :  ldots …  cdots ⋯  dots …  forall ∀  exists ∃  triangle △  bigtriangleup △  lvert |  rvert |  vert |
  lVert ‖  rVert ‖  Vert ‖  | ‖  { {  } }  langle ⟨  rangle ⟩  lfloor ⌊  rfloor ⌋  lceil ⌈  rceil ⌉  lbrace {
  rbrace }  backslash \\  % %  # #  _ _  & &
`);

const SPACES = { ',': 0.167, ':': 0.222, ';': 0.278, '!': -0.167, ' ': 0.25, quad: 1, qquad: 2, enspace: 0.5 };
const LARGE = signs(`
  sum ∑  prod ∏  int ∫  bigcup ⋃  bigcap ⋂
`);
const NAMED = names('log ln exp cosh sinh tanh sin cos det dim arg deg gcd Pr');
const LIMITS = names('max min sup inf lim argmax argmin');
const ACCENTS = signs(`
  hat ^  widehat ^  bar ¯  tilde ~  widetilde ~  vec →  dot ˙  ddot ¨
`);
const FONTS = names(
  'mathrm mathit mathbf mathsf mathbb mathcal text textrm textit textbf operatorname boldsymbol mathop',
);
const SIZES = names('displaystyle textstyle limits nolimits big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr');
const DOUBLE = signs(`
  1 𝟙  E 𝔼  R ℝ  N ℕ  Z ℤ  P ℙ
`);

/** A formula as a `math` element. Throws a SyntaxError that names what it does not know. */
export function formula(tex) {
  const reader = new Reader(tex);
  const math = node(
    'math',
    reader.row(() => reader.done),
  );
  math.setAttribute('display', 'block');
  math.setAttribute('aria-label', tex);
  return math;
}

class Reader {
  #tokens;
  #next = 0;

  constructor(tex) {
    this.#tokens = tex.match(/\\(?:[A-Za-z]+\*?|.)|\d+(?:\.\d+)?|[A-Z]{2,}|\s+|./gu) ?? [];
  }

  get done() {
    this.#skip();
    return this.#next >= this.#tokens.length;
  }

  get token() {
    this.#skip();
    return this.#tokens[this.#next];
  }

  #skip() {
    while (/^\s/.test(this.#tokens[this.#next] ?? '')) this.#next++;
  }

  take(wanted) {
    const token = this.token;
    if (token === undefined || (wanted !== undefined && token !== wanted)) {
      throw new SyntaxError(`formula: found ${token ?? 'its end'}, expected ${wanted ?? 'more'}`);
    }
    this.#next++;
    return token;
  }

  /** Everything up to where `end` holds. */
  row(end) {
    const list = [];
    while (!end()) {
      const made = this.scripted();
      const named = made.dataset.named ?? made.firstElementChild?.dataset.named;
      if (named && list.length > 0 && list.at(-1).localName !== 'mo') list.push(space(SPACES[',']));
      list.push(made);
      if (named && !end() && !['(', '[', '\\left', ')', ','].includes(this.token)) list.push(space(SPACES[',']));
    }
    return list.length === 1 ? list[0] : node('mrow', ...list);
  }

  /** One thing with what stands above and below it. */
  scripted() {
    const base = this.#atom();
    const limits = base.dataset?.limits === 'true';
    let below;
    let above;
    for (;;) {
      if (this.token === '_' && !below) {
        this.take();
        below = this.#argument();
      } else if (this.token === '^' && !above) {
        this.take();
        above = this.#argument();
      } else if (this.token === "'") {
        this.take();
        above = node('mo', '′');
      } else break;
    }
    if (below && above) return node(limits ? 'munderover' : 'msubsup', base, below, above);
    if (below) return node(limits ? 'munder' : 'msub', base, below);
    if (above) return node(limits ? 'mover' : 'msup', base, above);
    return base;
  }

  /** What a command or a script takes: a group, or the next thing, of a number or a word the first character alone. */
  #argument() {
    const token = this.token;
    if (token === '{') return this.#group();
    if (/^[\dA-Z]./.test(token)) this.#tokens.splice(this.#next, 1, token[0], token.slice(1));
    return this.#atom();
  }

  #group() {
    this.take('{');
    const row = this.row(() => this.token === '}' || this.done);
    this.take('}');
    return row;
  }

  /** The characters of a group, spaces kept. */
  #words() {
    this.take('{');
    let text = '';
    for (let depth = 1; ; this.#next++) {
      const token = this.#tokens[this.#next];
      if (token === undefined) throw new SyntaxError('formula: a group has no end');
      if (token === '{') depth++;
      if (token === '}' && --depth === 0) break;
      text += token in { '\\,': 1, '\\ ': 1, '\\;': 1 } ? ' ' : token.replace(/^\\(?=[^A-Za-z])/, '');
    }
    this.#next++;
    return text;
  }

  #atom() {
    const token = this.take();
    if (token === '{') {
      this.#next--;
      return this.#group();
    }
    if (token.startsWith('\\')) return this.#command(token.slice(1));
    if (/^\d/.test(token)) return node('mn', token);
    if (/^\p{L}/u.test(token)) return node('mi', token);
    if ('_^}&'.includes(token)) throw new SyntaxError(`formula: ${token} stands where it has no meaning`);
    return operator({ '-': '−', '*': '∗', '~': '\u00a0' }[token] ?? token);
  }

  #command(name) {
    if (LETTERS.has(name)) return node('mi', LETTERS.get(name));
    if (OPERATORS.has(name)) return operator(OPERATORS.get(name));
    if (Object.hasOwn(SPACES, name)) return space(SPACES[name]);
    if (LARGE.has(name)) return limited(node('mo', LARGE.get(name)));
    if (NAMED.has(name)) return upright(name);
    if (LIMITS.has(name)) return limited(upright(name));
    if (name === 'overline') return overlined(this.#argument());
    if (ACCENTS.has(name)) return accented(this.#argument(), ACCENTS.get(name));
    if (FONTS.has(name.replace('*', '')))
      return lettered(name.replace('*', ''), this.token === '{' ? this.#words() : this.take());
    if (SIZES.has(name)) return node('mrow');
    if (['frac', 'dfrac', 'tfrac'].includes(name)) return node('mfrac', this.#argument(), this.#argument());
    if (name === 'binom')
      return node('mrow', node('mo', '('), fraction(0, this.#argument(), this.#argument()), node('mo', ')'));
    if (name === 'sqrt') return this.#root();
    if (name === 'left') return this.#fenced();
    if (name === 'begin') return this.#table();
    if (name === 'underset') return flipped('munder', this.#argument(), this.#argument());
    if (name === 'overset' || name === 'stackrel') return flipped('mover', this.#argument(), this.#argument());
    throw new SyntaxError(`formula: \\${name} is not known`);
  }

  #root() {
    if (this.token !== '[') return node('msqrt', this.#argument());
    this.take('[');
    const degree = this.row(() => this.token === ']' || this.done);
    this.take(']');
    return node('mroot', this.#argument(), degree);
  }

  #fenced() {
    const open = this.#fence();
    const inside = this.row(() => this.token === '\\right' || this.done);
    this.take('\\right');
    return node('mrow', open, inside, this.#fence());
  }

  #fence() {
    const token = this.take();
    const sign = token === '.' ? '' : (OPERATORS.get(token.replace(/^\\/, '')) ?? token);
    const fence = node('mo', sign);
    fence.setAttribute('stretchy', 'true');
    return fence;
  }

  #table() {
    const kind = this.#words();
    if (!['cases', 'aligned', 'matrix'].includes(kind)) throw new SyntaxError(`formula: \\begin{${kind}} is not known`);
    const ends = () => ['&', '\\\\', '\\end'].includes(this.token) || this.done;
    const table = node('mtable');
    let row = table.appendChild(node('mtr'));
    for (;;) {
      const cell = row.appendChild(node('mtd', this.row(ends)));
      cell.style.textAlign = 'left';
      const token = this.take();
      if (token === '\\end') break;
      if (token === '\\\\') row = table.appendChild(node('mtr'));
    }
    this.#words();
    if (kind !== 'cases') return table;
    const brace = node('mo', '{');
    brace.setAttribute('stretchy', 'true');
    return node('mrow', brace, table);
  }
}

function node(name, ...children) {
  const made = document.createElementNS(MATHML, name);
  made.append(...children);
  return made;
}

function operator(sign) {
  const made = node('mo', sign);
  if ('()[]{}|‖⌊⌋⌈⌉⟨⟩'.includes(sign)) made.setAttribute('stretchy', 'false');
  if ('|‖'.includes(sign)) {
    made.setAttribute('lspace', '0.1em');
    made.setAttribute('rspace', '0.1em');
  }
  return made;
}

function upright(name) {
  const made = node('mi', name === 'argmax' ? 'arg max' : name === 'argmin' ? 'arg min' : name);
  made.setAttribute('mathvariant', 'normal');
  made.dataset.named = 'true';
  return made;
}

function limited(made) {
  made.dataset.limits = 'true';
  return made;
}

function lettered(font, text) {
  if (font.startsWith('text')) return node('mtext', text);
  if (font === 'mathbb' && DOUBLE.has(text)) return node('mi', DOUBLE.get(text));
  const made = node('mi', text);
  if (font !== 'mathit') made.setAttribute('mathvariant', 'normal');
  if (font === 'mathbf' || font === 'boldsymbol') made.style.fontWeight = 'bold';
  return made;
}

function accented(base, sign) {
  const made = node('mover', base, node('mo', sign));
  made.setAttribute('accent', 'true');
  return made;
}

/** A line over all of it: a border, since a sign would stretch only where a font for mathematics is installed. */
function overlined(base) {
  const made = node('mrow', base);
  made.style.borderTop = '1px solid';
  made.style.paddingTop = '1px';
  return made;
}

function flipped(name, script, base) {
  return node(name, base, script);
}

function fraction(line, top, bottom) {
  const made = node('mfrac', top, bottom);
  made.setAttribute('linethickness', String(line));
  return made;
}

function space(width) {
  const made = node('mspace');
  made.setAttribute('width', `${width}em`);
  return made;
}
