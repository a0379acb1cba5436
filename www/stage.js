// The stage takes what hand and keys do over the masks and tells it in pixels of the mask: a stroke begins, goes on, ends.

/**
 * @param {HTMLElement} stage square
 * @param {HTMLElement} ring drawn around where the brush is
 * @param {object} brush
 * @param {() => number} brush.resolution pixels of the mask along a side
 * @param {() => number} brush.size diameter in pixels of the mask
 * @param {() => void} brush.begin
 * @param {(from: Point, to: Point, how: {pressure: number, erase: boolean}) => void} brush.draw
 * @param {() => void} brush.end
 * @param {(at: Point | null) => void} brush.hover
 * @typedef {{x: number, y: number}} Point
 */
export function listen(stage, ring, brush) {
  stage.tabIndex = 0;
  let at = null; // the brush, once it was anywhere
  let down = null; // the pointer or key that draws

  const place = (event) => {
    const box = stage.getBoundingClientRect();
    const scale = brush.resolution() / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  };

  const show = (point) => {
    at = point;
    const unit = 100 / brush.resolution();
    ring.style.width = `${brush.size() * unit}%`;
    ring.style.left = `${point.x * unit}%`;
    ring.style.top = `${point.y * unit}%`;
    ring.hidden = false;
    brush.hover(point);
  };

  const hide = () => {
    ring.hidden = true;
    brush.hover(null);
  };

  const draw = (point, how = { pressure: 1, erase: false }) => {
    brush.draw(at ?? point, point, how);
    show(point);
  };

  const how = (event) => ({
    pressure: event.pointerType === 'pen' && event.pressure > 0 ? event.pressure : 1,
    erase: (event.buttons & 32) !== 0, // the other end of a pen
  });

  const lift = (event) => {
    if (down !== event.pointerId) return;
    down = null;
    brush.end();
    if (event.pointerType !== 'mouse') hide();
  };

  stage.addEventListener('pointerdown', (event) => {
    if (down !== null || event.button > 5 || event.button === 2) return;
    down = event.pointerId;
    stage.setPointerCapture(event.pointerId);
    stage.focus({ preventScroll: true, focusVisible: false });
    event.preventDefault();
    at = place(event);
    brush.begin();
    draw(at, how(event));
  });
  stage.addEventListener('pointermove', (event) => {
    if (down === null) return show(place(event));
    if (down !== event.pointerId) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const part of all.length > 0 ? all : [event]) draw(place(part), how(part));
  });
  stage.addEventListener('pointerup', lift);
  stage.addEventListener('pointercancel', lift);
  stage.addEventListener('pointerleave', () => {
    if (down === null) hide();
  });

  stage.addEventListener('focus', () => {
    if (!stage.matches(':focus-visible')) return;
    const middle = brush.resolution() / 2;
    show(at ?? { x: middle, y: middle });
  });
  stage.addEventListener('blur', () => {
    if (down === 'key') {
      down = null;
      brush.end();
    }
    hide();
  });
  stage.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const from = at ?? { x: brush.resolution() / 2, y: brush.resolution() / 2 };
    if (arrow) {
      event.preventDefault();
      const step = (event.shiftKey ? 8 : 2) * Math.max(1, brush.resolution() / 256);
      const end = brush.resolution();
      const to = { x: inside(from.x + arrow[0] * step, end), y: inside(from.y + arrow[1] * step, end) };
      if (down === 'key') draw(to);
      else show(to);
    } else if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      if (event.repeat || down !== null) return;
      down = 'key';
      at = from;
      brush.begin();
      draw(from);
    }
  });
  stage.addEventListener('keyup', (event) => {
    if ((event.key !== ' ' && event.key !== 'Enter') || down !== 'key') return;
    down = null;
    brush.end();
  });

  return { redraw: () => at && !ring.hidden && show(at) };
}

function inside(value, end) {
  return Math.min(end, Math.max(0, value));
}
