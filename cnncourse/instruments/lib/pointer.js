// @ts-check
// What a pointer means on a part of a page that scrolls. A mouse or a pen acts at once. A finger that
// soon moves up or down scrolls the page; one that taps, moves sideways or rests first acts.

const REST = 250; // milliseconds for which a finger stays where it is, to act in any direction
const NEAR = 8; // CSS pixels that still count as the same place

/**
 * Follow strokes of a pointer over an element.
 * @param {HTMLElement | SVGElement} element
 * @param {{start: (event: PointerEvent) => boolean | void, move: (event: PointerEvent) => void, end?: () => void}} act
 *   `start` returns false for a stroke that it leaves to the browser
 * @param {{atOnce?: boolean}} [options] `atOnce`: for a sheet to draw on, where a finger never scrolls
 */
export function strokes(element, { start, move, end = () => {} }, { atOnce = false } = {}) {
  element.style.touchAction = atOnce ? "none" : "pan-y pinch-zoom";
  let acting = false;
  /** @type {PointerEvent | null} */
  let waiting = null; // a finger that has not said yet what it wants
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const forget = () => {
    clearTimeout(timer);
    waiting = null;
  };
  /** @param {PointerEvent} event */
  const begin = (event) => {
    forget();
    acting = start(event) !== false;
  };
  const stop = () => {
    forget();
    acting = false;
  };

  /** @param {PointerEvent} event */
  const down = (event) => {
    if (event.button || !event.isPrimary) return;
    if (event.pointerType === "touch" && !atOnce) {
      waiting = event;
      timer = setTimeout(() => begin(event), REST);
      return;
    }
    begin(event);
    if (acting) element.setPointerCapture(event.pointerId);
  };
  /** @param {PointerEvent} event */
  const moved = (event) => {
    if (waiting) {
      const [x, y] = [event.clientX - waiting.clientX, event.clientY - waiting.clientY].map(Math.abs);
      if (Math.max(x, y) < NEAR) return;
      if (x > y) begin(waiting);
      else forget(); // the browser is about to scroll
    }
    if (acting) move(event);
  };
  const up = () => {
    if (waiting) begin(waiting); // a tap
    if (acting) end();
    stop();
  };
  for (const [name, listener] of Object.entries({ pointerdown: down, pointermove: moved, pointerup: up, pointercancel: stop })) {
    element.addEventListener(name, /** @type {EventListener} */ (listener));
  }
  const stay = (/** @type {Event} */ event) => acting && event.cancelable && event.preventDefault();
  element.addEventListener("touchmove", stay, { passive: false }); // who rested first may move up and down
}
