// The edge worker. One resident instance of the program answers what is arithmetic alone; everything else, whether it reads
// files or storage, gets an instance of its own that lives for one event.

import '../../build/edge/wasm_exec.js';
import { createRuntimeContext, loadModule } from '../../build/edge/runtime.mjs';

/** Memory of a program never shrinks: above this the resident one is replaced. Requests share the 128 MB of an isolate. */
const MOST_MEMORY = 64 * 2 ** 20;

/** The block of the arena that a body is written into. */
const IN = 0;

/** What the program reads of a request's head. */
const HEADERS = [
  'accept',
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'origin',
  'x-request-id',
];

/** Of all resident programs of this isolate. */
const health = { memory: 0, peak: 0, started: 0, served: 0 };

/** @type {Resident | undefined} */
let resident;

/** A program that outlives requests. It must never wait: its calls are synchronous and it knows no storage. */
class Resident {
  ended = false;
  binding = {};

  constructor(module, env) {
    const go = new globalThis.Go();
    const instance = new WebAssembly.Instance(module, { ...go.importObject, workers: { ready() {} } });
    this.exports = instance.exports;
    const context = { env, ctx: {}, binding: this.binding, resident: true, health: () => health };
    go.run(instance, context).then(
      () => this.end(),
      () => this.end(),
    );
    health.started++;
    this.measure();
  }

  end() {
    this.ended = true;
    if (resident === this) resident = undefined;
  }

  measure() {
    health.memory = this.exports.mem.buffer.byteLength;
    health.peak = Math.max(health.peak, health.memory);
  }

  /** Calls a function of the program; after a crash, or above the mark, the next call gets a new program. */
  call(name, ...given) {
    try {
      const answer = this.binding[name](...given);
      if (answer === undefined || this.ended) throw new Error('the program ended');
      this.measure();
      if (health.memory > MOST_MEMORY) {
        this.end();
        this.binding.close();
      }
      return answer;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  answer(asked, body) {
    try {
      const address = this.exports.reserve(IN, body.length) >>> 0;
      if (address === 0) throw new Error('no memory for the body');
      new Uint8Array(this.exports.mem.buffer, address, body.length).set(body);
    } catch (error) {
      this.end();
      throw error;
    }
    health.served++;
    return this.call('answer', asked, body.length);
  }
}

/** The resident program; made within a request, as nothing may be before. */
async function home(env) {
  const module = await loadModule();
  resident ??= new Resident(module, env);
  return resident;
}

/**
 * Calls a function of a program that is there for this event alone. A program that crashes leaves its promise open for ever,
 * so that its end counts too.
 */
async function event(name, given, env, ctx) {
  const module = await loadModule();
  const go = new globalThis.Go();
  const binding = {};
  const instance = new WebAssembly.Instance(module, { ...go.importObject, workers: { ready() {} } });
  return new Promise((resolve, reject) => {
    const resume = go._resume;
    go._resume = () => {
      try {
        resume.call(go);
      } catch (error) {
        reject(error);
        throw error;
      }
    };
    const run = go.run(instance, createRuntimeContext({ env, ctx, binding }));
    run.then(() => reject(new Error('the program ended')), reject);
    binding[name](given).then(resolve, reject);
  });
}

/** The head of a request as one text: method, address, then names and values of headers in turn. */
function headOf(request) {
  let text = `${request.method}\n${request.url}`;
  for (const name of HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) text += `\n${name}\n${value}`;
  }
  return text;
}

function responseOf([status, lines, body], method) {
  const headers = new Headers();
  const parts = lines.split('\n');
  for (let i = 0; i + 1 < parts.length; i += 2) headers.append(parts[i], parts[i + 1]);
  return new Response(method === 'HEAD' || status === 204 ? null : body, { status, headers });
}

/** What is read of a body that is refused, so that its sender, still sending, comes to read why. */
const DRAIN = { most: 4 * 2 ** 20, seconds: 2 };

/** Hands the pieces of a body to `take`, until it says no, or for so long; gives a verdict, empty where all went well. */
async function pour(reader, seconds, take) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, 'timeout');
  });
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), late]);
      if (next === 'timeout') return 'timeout';
      if (next.done) return '';
      if (!take(next.value)) return 'size';
    }
  } catch {
    return 'body';
  } finally {
    clearTimeout(timer);
  }
}

/** Reads the rest of a body that nobody wants. */
async function drain(reader) {
  let length = 0;
  const verdict = await pour(reader, DRAIN.seconds, (piece) => {
    length += piece.length;
    return length <= DRAIN.most;
  });
  if (verdict) reader.cancel().catch(() => {});
}

/** Reads a body, but no more of it than `most` bytes and no longer than `seconds`; gives the bytes, or a verdict. */
async function bodyOf(request, most, seconds) {
  if (request.body === null) return new Uint8Array(0);
  const reader = request.body.getReader();
  const parts = [];
  let length = 0;
  const verdict = await pour(reader, seconds, (piece) => {
    parts.push(piece);
    length += piece.length;
    return length <= most;
  });
  if (verdict) {
    parts.length = 0;
    await drain(reader);
    return verdict;
  }
  if (parts.length === 1) return parts[0];
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

async function fetch(request, env, ctx) {
  try {
    return await answer(request, env, ctx);
  } catch (error) {
    return broken(request, error);
  }
}

async function answer(request, env, ctx) {
  const asked = headOf(request);
  const limited =
    env.LIMITER &&
    env.RATE_LIMIT !== 'off' &&
    request.method !== 'OPTIONS' &&
    new URL(request.url).pathname.startsWith('/v1/');
  const caller = request.headers.get('cf-connecting-ip') ?? 'unknown';
  const verdict = limited && !(await env.LIMITER.limit({ key: caller })).success ? 'rate' : '';
  let program = await home(env);
  const head = program.call('head', asked, verdict);
  if (Array.isArray(head)) {
    if (request.body) await drain(request.body.getReader());
    return responseOf(head, request.method);
  }

  const body = await bodyOf(request, head.limit, head.seconds);
  program = await home(env);
  if (typeof body === 'string') return responseOf(program.call('head', asked, body), request.method);
  // RESIDENT=off is for measuring what the resident instance is worth.
  if (head.here && env.RESIDENT !== 'off') return responseOf(program.answer(asked, body), request.method);
  const whole =
    request.body === null
      ? request
      : new Request(request.url, { method: request.method, headers: request.headers, body });
  return event('handleRequest', whole, env, ctx);
}

/** What is said where the program itself could not answer. */
function broken(request, error) {
  const id = crypto.randomUUID();
  console.log(
    JSON.stringify({
      event: 'crash',
      id,
      method: request.method,
      detail: String(error?.stack ?? error).slice(0, 2000),
    }),
  );
  const problem = {
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'the request could not be carried out, the log has more under its id',
    code: 'internal',
    instance: id,
  };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'x-request-id': id };
  return new Response(JSON.stringify(problem), { status: 500, headers });
}

/** Works off a batch of messages. */
function queue(batch, env, ctx) {
  return event('handleQueueMessageBatch', batch, env, ctx);
}

export default { fetch, queue };
