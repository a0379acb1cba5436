import { score } from './score.js';

addEventListener('message', async ({ data }) => postMessage(await score(...data)));
