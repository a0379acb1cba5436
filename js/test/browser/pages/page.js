// What the tests call by page.evaluate: page.score(...) scores in the page, page.inWorker(...) in a worker of the page's.

import { fromCanvas, fromImageData, load, pixelBuffer } from '../../../index.js';
import { score } from './score.js';

globalThis.page = {
  score,

  /** @param {Parameters<typeof score>} task */
  inWorker(...task) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(task);
    }).finally(() => worker.terminate());
  },

  /** How load fails. @param {import('../../../index.js').LoadOptions} options */
  async failure(options) {
    try {
      (await load(options)).dispose();
      return undefined;
    } catch (error) {
      return { name: error.name, code: error.code, field: error.field, message: error.message };
    }
  },

  /** Masks of a painted canvas: as fromCanvas reads it, and by the way of a VideoFrame. */
  async frame() {
    const canvas = paint(new OffscreenCanvas(301, 157));
    const pixels = pixelBuffer(canvas.width, canvas.height);
    const frame = new VideoFrame(canvas, { timestamp: 0 });
    await frame.copyTo(pixels.data, { format: 'RGBA' });
    frame.close();
    return [fromCanvas(canvas), fromImageData(pixels)].map(({ data, shape }) => ({ data: [...data], shape }));
  },

  /** Masks of a painted canvas: as fromCanvas reads it, and by the way of WebGL. */
  webgl() {
    const canvas = paint(new OffscreenCanvas(301, 157));
    const { width, height } = canvas;
    const gl = new OffscreenCanvas(width, height).getContext('webgl2');
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true); // what is drawn is upside down in WebGL
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(
      gl.FRAMEBUFFER,
      gl.COLOR_ATTACHMENT0,
      gl.TEXTURE_2D,
      gl.getParameter(gl.TEXTURE_BINDING_2D),
      0,
    );
    const pixels = pixelBuffer(width, height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels.data);
    const masks = [fromCanvas(canvas), fromImageData(pixels, { flipY: true })];
    return masks.map(({ data, shape }) => ({ data: [...data], shape }));
  },

  /** The names of the globals, and what is under those that matter. */
  globals() {
    return { names: Object.getOwnPropertyNames(globalThis).sort(), fs: globalThis.fs.of, Go: globalThis.Go.name };
  },

  /** Aborts in the middle of a big evaluation, and scores again. @param {import('../../../index.js').LoadOptions} options */
  async abort(options) {
    const ml = await load(options);
    const side = 3000;
    const data = Float32Array.from({ length: side * side }, (_, i) => ((i * 7919) % 1013) / 512 - 1);
    const input = {
      prediction: { data, shape: [1, 1, side, side], form: 'logits' },
      target: { data: new Uint8Array(side * side).map((_, i) => i & 1), shape: [1, side, side], kind: 'labels' },
    };
    const controller = new AbortController();
    const evaluation = ml.evaluate('lovasz-hinge', input, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    const code = await evaluation.catch((error) => error.code);
    const { value } = await ml.evaluate('dice', input);
    ml.dispose();
    return { code, value };
  },
};

/** @param {OffscreenCanvas} canvas */
function paint(canvas) {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.fillStyle = 'rgba(200, 30, 90, 0.4)';
  context.beginPath();
  context.arc(90, 60, 50, 0, 7);
  context.fill();
  return canvas;
}
