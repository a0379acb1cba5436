// The demo in a real browser, against the library in Node: whatever is painted, both must see the same pixels and give the
// same number, to the last bit.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { suit } from '../../../www/suit.js';
import { fromImageData, load } from '../../index.js';
import { launch } from '../../scripts/chromium.js';
import { serve } from '../../scripts/serve.js';
import { site } from '../../scripts/site.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

let server;
let browser;
let ml;

before(async () => {
  server = await serve(site(root));
  browser = await launch();
  ml = await load();
});

after(async () => {
  ml?.dispose();
  await browser?.close();
  await server?.close();
});

/** Opens the demo, runs a test on it and fails where the page complained. */
async function demo({ address = '', url = server.url, ...options }, run) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  try {
    await page.goto(url + address);
    await settled(page);
    await run(page);
    assert.deepEqual(complaints, [], 'the console is quiet');
  } finally {
    await context.close();
  }
}

/** Waits until every row is scored for the masks as they are. */
const settled = (page) => page.waitForSelector('main[data-ready][aria-busy=false]');

/** Both masks as the page shows them, read from its canvases as any other page would. */
async function masks(page) {
  const read = await page.evaluate(() =>
    Object.fromEntries(
      ['target', 'prediction'].map((id) => {
        const canvas = document.getElementById(id);
        const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let text = '';
        for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
        return [id, { data: btoa(text), width, height }];
      }),
    ),
  );
  const image = ({ data, width, height }) => ({
    data: new Uint8ClampedArray(Buffer.from(data, 'base64')),
    width,
    height,
  });
  return {
    prediction: fromImageData(image(read.prediction), { as: 'probs', channel: 'alpha' }),
    target: fromImageData(image(read.target), { as: 'labels', channel: 'alpha' }),
  };
}

/** What Node says of the masks, in the form that the loss asks for. */
async function evaluate(name, masks, options) {
  const { targets } = ml.describe().losses.find((entry) => entry.name === name);
  const numbered = !targets.includes('labels');
  return ml.evaluate(name, suit(masks, { numbered }), options).catch((error) => {
    if (error.field !== 'prediction.form') throw error;
    return ml.evaluate(name, suit(masks, { numbered, logits: true }), options);
  });
}

/** The chosen loss as the page has it. */
async function chosen(page) {
  const { name, options, value } = await page.locator('#value').evaluate((output) => ({ ...output.dataset }));
  return { name, options: JSON.parse(options), value };
}

/** Checks the chosen loss against Node on the same pixels, and gives its value. */
async function same(page) {
  const { name, options, value } = await chosen(page);
  const want = await evaluate(name, await masks(page), options);
  assert.equal(value, String(want.value), `${name} ${JSON.stringify(options)}`);
  return want.value;
}

/** Draws a line with the mouse between two places of the stage, in shares of its sides. */
async function paint(page, from, to) {
  const box = await page.locator('#stage').boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 8 });
  await page.mouse.up();
  await settled(page);
}

/** What a canvas shows, as one string. */
const picture = (page, id) => page.locator(id).evaluate((canvas) => canvas.toDataURL());

test('every loss and metric shows the number of Node', async () => {
  await demo({}, async (page) => {
    const input = await masks(page);
    const rows = await page
      .locator('#board tr[data-name]')
      .evaluateAll((list) => list.map((row) => ({ ...row.dataset, title: row.title })));
    assert.deepEqual(
      rows.map(({ name }) => name).sort(),
      ml
        .describe()
        .losses.map(({ name }) => name)
        .sort(),
    );
    for (const { name, value, title } of rows) {
      const want = await evaluate(name, input).catch((error) => error);
      if (want instanceof Error) {
        assert.equal(value, '', name);
        assert.equal(title, want.message, name);
      } else assert.equal(value, String(want.value), name);
    }
    const refused = rows.filter(({ value }) => value === '').length;
    assert.ok(refused <= 3, `${refused} of ${rows.length} rows have no number`);
  });
});

test('the number follows the brush, and undo brings it back', async () => {
  await demo({ address: '#dice' }, async (page) => {
    const start = await same(page);
    await paint(page, [0.15, 0.8], [0.4, 0.85]);
    const painted = await same(page);
    assert.ok(painted > start, `a false alarm makes Dice worse: ${start} -> ${painted}`);
    assert.match(await page.locator('#delta').textContent(), /^\+0\.\d+$/);

    await page.check('input[value=eraser]', { force: true });
    await paint(page, [0.1, 0.85], [0.5, 0.85]);
    await page.check('input[value=brush]', { force: true });
    await page.check('input[value=target]', { force: true });
    await paint(page, [0.7, 0.2], [0.9, 0.2]);
    assert.notEqual(await same(page), painted);

    for (let i = 0; i < 3; i++) await page.click('#undo');
    await settled(page);
    assert.equal(await same(page), start);
    assert.ok(await page.locator('#undo').isDisabled());
    await page.keyboard.press('Control+Shift+Z');
    await settled(page);
    assert.equal(await same(page), painted);
  });
});

test('the number is on its way while the brush is down', async () => {
  await demo({ address: '#dice' }, async (page) => {
    const start = (await chosen(page)).value;
    const box = await page.locator('#stage').boundingBox();
    await page.mouse.move(box.x + 40, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 120, box.y + 60, { steps: 4 });
    await page.waitForFunction((old) => document.getElementById('value').dataset.value !== old, start);
    await page.mouse.up();
    await settled(page);
    await same(page);
  });
});

test('another loss and its parameters are a choice away', async () => {
  await demo({}, async (page) => {
    await page.selectOption('#loss', 'tversky');
    await settled(page);
    const plain = await same(page);
    await page.fill('#param-fpWeight', '0.9');
    await settled(page);
    assert.deepEqual((await chosen(page)).options, { fpWeight: 0.9 });
    assert.notEqual(await same(page), plain);
    assert.match(await page.locator('#code').textContent(), /evaluate\('tversky', .*, \{ fpWeight: 0\.9 \}\)/);
    assert.match(page.url(), /#tversky\?fpWeight=0\.9$/);

    await page.fill('#param-fpWeight', '-1');
    await page.waitForSelector('#param-fpWeight[aria-invalid=true]');
    assert.match(await page.locator('#trouble').textContent(), /fpWeight: is -1, must be/);
    await page.click('#defaults');
    await settled(page);
    assert.equal(await same(page), plain);

    await page.click('#board tr[data-name=iou] button');
    await settled(page);
    assert.equal((await chosen(page)).name, 'iou');
    await same(page);
  });
  await demo({ address: '#focal?gamma=1.5' }, async (page) => {
    assert.deepEqual(await chosen(page).then(({ name, options }) => ({ name, options })), {
      name: 'focal',
      options: { gamma: 1.5 },
    });
    await same(page);
  });
});

test('the heat map shows the shares of the value', async () => {
  await demo({ address: '#ce' }, async (page) => {
    const first = await picture(page, '#heat');
    const colours = await page.locator('#heat').evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    assert.ok(colours > 20, `${colours} colours`);
    await paint(page, [0.2, 0.2], [0.3, 0.2]);
    assert.notEqual(await picture(page, '#heat'), first);
    await page.selectOption('#loss', 'boundary');
    await settled(page);
    assert.match(
      await page.locator('#scale-low').textContent(),
      /^\u2212/,
      'inside the target a probability takes away',
    );
    await page.selectOption('#loss', 'iou');
    await settled(page);
    assert.ok(await page.locator('#scale').isHidden());
  });
});

test('scenes, sizes and confidence', async () => {
  await demo({ address: '#ce' }, async (page) => {
    const values = new Set();
    for (const scene of await page.locator('#scene option').evaluateAll((list) => list.map(({ value }) => value))) {
      await page.selectOption('#scene', scene);
      await settled(page);
      values.add(await same(page));
    }
    assert.equal(values.size, await page.locator('#scene option').count());
    await page.selectOption('#size', '512');
    await settled(page);
    assert.deepEqual((await masks(page)).target.shape, [1, 512, 512]);
    const sure = await same(page);
    await page.fill('#confidence', '10');
    await settled(page);
    assert.notEqual(await same(page), sure);
    await paint(page, [0.5, 0.5], [0.7, 0.7]);
    await same(page);
  });
});

test('keys paint too', async () => {
  await demo({ address: '#dice' }, async (page) => {
    const start = await same(page);
    await page.focus('#stage');
    for (const key of ['e', ']', ' ']) await page.keyboard.press(key);
    await settled(page);
    const dot = await same(page);
    assert.ok(dot > start, 'the middle of the organ is erased');
    await page.keyboard.down(' ');
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.up(' ');
    await settled(page);
    assert.ok((await same(page)) > dot, 'and a line from there');
    await page.waitForFunction(() => /Dice.* worse than before/.test(document.getElementById('live').textContent));
  });
});

test('every formula is set', async () => {
  await demo({}, async (page) => {
    for (const { name } of ml.describe().losses) {
      await page.selectOption('#loss', name);
      assert.equal(await page.locator('#formula > math').count(), 1, name);
    }
    await settled(page);
  });
});

test('a phone: touch, nothing to scroll sideways, targets of 44 pixels', async () => {
  for (const width of [360, 390]) {
    await demo({ viewport: { width, height: 780 }, hasTouch: true, isMobile: true }, async (page) => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      const small = await page
        .locator('button:visible, select:visible, summary:visible, input:visible')
        .evaluateAll((list) =>
          list
            .map((control) =>
              control.type === 'checkbox' || control.type === 'radio' ? control.closest('label, .param') : control,
            )
            .filter((control) => control.getBoundingClientRect().height < 44)
            .map((control) => control.outerHTML),
        );
      assert.deepEqual(small, []);
      const start = await same(page);
      const box = await page.locator('#stage').boundingBox();
      await page.touchscreen.tap(box.x + 0.2 * box.width, box.y + 0.2 * box.height);
      await settled(page);
      assert.notEqual(await same(page), start);
    });
  }
});

test('axe finds nothing serious, in either theme', async (t) => {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['light', 'dark']) {
    await t.test(colorScheme, () =>
      demo({ colorScheme, address: '#tversky?fpWeight=0.7' }, async (page) => {
        await page.click('#conventions summary');
        await paint(page, [0.2, 0.2], [0.3, 0.2]);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(
          serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
          [],
        );
      }),
    );
  }
});

test('it works below a path, and under a strict content security policy', async () => {
  const headers = { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" };
  const below = await serve(site(root), { base: '/some/where/', headers });
  try {
    await demo({ url: below.url, address: '#exp-log' }, same);
  } finally {
    await below.close();
  }
});

test('what keeps it from starting is told in a sentence', async () => {
  const read = site(root);
  const broken = {
    'without the wasm': { path: 'js/maskloss.wasm', says: /could not start: .*maskloss\.wasm.*make build/ },
    'without the library': { path: 'js/index.js', says: /could not start: .*[Rr]eload the page/ },
  };
  for (const [name, { path, says }] of Object.entries(broken)) {
    const partial = await serve(async (wanted) => (wanted === path ? undefined : read(wanted)));
    const page = await browser.newPage();
    try {
      await page.goto(partial.url);
      await page.waitForSelector('#status[role=alert]');
      assert.match(await page.locator('#status').textContent(), says, name);
    } finally {
      await page.close();
      await partial.close();
    }
  }
  const page = await browser.newPage();
  await page.goto(new URL('../../../www/index.html', import.meta.url).href);
  await page.waitForSelector('#status[role=alert]');
  assert.match(await page.locator('#status').textContent(), /opened as a file .*make demo/);
  await page.close();
});
