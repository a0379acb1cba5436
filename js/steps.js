import { copyOut } from './outputs.js';

/** How long one step may take before others get their turn. */
const STEP_MILLISECONDS = 12;

/** Blocks of pixels scored between two looks at the clock. */
const STRIDE = 32;

/**
 * An evaluation in steps, so that events arrive between them: the signal's among others. What is no sum, such as a sort or a
 * distance, is one step.
 *
 * @param {import('./instance.js').Instance} instance
 * @param {import('./request.js').Request} request
 * @param {import('./input.js').CheckedInput | import('./instance.js').KeptInput} input copied before this returns
 * @param {import('./outputs.js').Outputs} outputs
 * @param {() => Error | false} stopped why to stop
 */
export async function evaluateSlowly(instance, request, input, outputs, stopped) {
  const job = instance.begin(request, input);
  try {
    await inSteps(job.blocks, stopped, (from, to) => instance.scan(job, from, to));
    const { spread, take } = instance.finish(job);
    await inSteps(job.blocks, stopped, spread);
    return take((view, plane, name) => copyOut(outputs, name, plane, view));
  } finally {
    instance.end(job);
  }
}

/**
 * @param {number} count
 * @param {() => Error | false} stopped
 * @param {(from: number, to: number) => void} run
 */
async function inSteps(count, stopped, run) {
  let start = performance.now();
  for (let from = 0; from < count; from += STRIDE) {
    run(from, Math.min(count, from + STRIDE));
    if (performance.now() - start < STEP_MILLISECONDS) continue;
    await turn();
    const error = stopped();
    if (error) throw error;
    start = performance.now();
  }
}

/** Resolves after the events that wait. A timer would wait for longer, in a hidden page for a second. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
}
