// @ts-check
// What a network says: a bar for each class.
import { h, write } from "./ui.js";

const MOST = 12; // of more classes, the likeliest are shown

/** @param {number} share */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

/**
 * @param {import("./ui.js").Shell} ui
 * @param {() => {classes: string[], shares: number[]}} answer
 * @returns {HTMLElement}
 */
export function answerBars(ui, answer) {
  const list = h("ol", { class: "cnn-answer" });
  /** @type {Array<{item: HTMLElement, name: HTMLElement, bar: HTMLElement, share: HTMLElement}>} */
  let rows = [];
  ui.onChange(() => {
    const { classes, shares } = answer();
    const order = classes.map((_, i) => i);
    if (order.length > MOST) order.sort((a, b) => shares[b] - shares[a]).splice(MOST);
    if (rows.length !== order.length) {
      rows = order.map(newRow);
      list.replaceChildren(...rows.map(({ item }) => item));
    }
    const most = Math.max(...shares);
    order.forEach((i, at) => {
      const { item, name, bar, share } = rows[at];
      write(name, classes[i]);
      write(share, percent(shares[i]));
      bar.style.setProperty("--share", shares[i].toFixed(4));
      item.classList.toggle("cnn-first", shares[i] === most);
    });
  });
  return list;
}

function newRow() {
  const [name, bar, share] = ["cnn-class", "cnn-bar", "cnn-share"].map((kind) => h("span", { class: kind }));
  return { item: h("li", {}, name, bar, share), name, bar, share };
}
