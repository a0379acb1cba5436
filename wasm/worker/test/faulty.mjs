// The worker with bad luck: its consumer dies, its messages come twice, its files come late. What it meets is real storage.

import worker from '../worker.mjs';

let batches = 0;
const asked = new Map();

/** Storage that dies with `die` before or after the writing of a batch, and has files of `late/` from the third time on. */
function unlucky(env, when, die) {
  const batch = async (statements) => {
    const writes = statements.length > 1;
    if (writes && when === 'before') return die();
    const out = await env.DB.batch(statements);
    if (writes && when === 'after') return die();
    return out;
  };
  const get = async (key) => {
    const times = (asked.get(key) ?? 0) + 1;
    asked.set(key, times);
    return key.includes('late/') && times < 3 ? null : env.MASKS.get(key);
  };
  return {
    ...env,
    DB: { prepare: (sql) => env.DB.prepare(sql), batch },
    MASKS: { get, list: (options) => env.MASKS.list(options) },
  };
}

/** The same batch, whose acknowledgements are lost. */
function deaf(batch) {
  const messages = batch.messages.map(({ id, timestamp, body, attempts }) => ({
    id,
    timestamp,
    body,
    attempts,
    ack() {},
    retry() {},
  }));
  return { queue: batch.queue, messages };
}

export default {
  fetch: worker.fetch,
  async queue(batch, env, ctx) {
    if (batch.queue === 'dead') return worker.queue(batch, env, ctx);
    batches++;
    const when = { 0: 'before', 3: 'after' }[batches % 7];
    if (when) {
      let die = () => {};
      const death = new Promise((_, reject) => {
        die = () => {
          reject(new Error('the consumer died'));
          return new Promise(() => {});
        };
      });
      return Promise.race([worker.queue(deaf(batch), unlucky(env, when, die), ctx), death]);
    }
    const calm = unlucky(env, 'never', () => {});
    if (batches % 5 === 0)
      await Promise.all([worker.queue(deaf(batch), calm, ctx), worker.queue(deaf(batch), calm, ctx)]);
    return worker.queue(batch, calm, ctx);
  },
};
