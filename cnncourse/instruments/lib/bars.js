// @ts-check
// What a network says: a bar for each class.
import { h } from "./ui.js";

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
  ui.onChange(() => {
    const { classes, shares } = answer();
    const order = classes.map((_, i) => i);
    if (order.length > MOST) order.sort((a, b) => shares[b] - shares[a]).splice(MOST);
    const most = Math.max(...shares);
    list.replaceChildren(
      ...order.map((i) => {
        const bar = h("span", { class: "cnn-bar" });
        bar.style.setProperty("--share", String(shares[i]));
        return h("li", { class: shares[i] === most ? "cnn-first" : "" }, h("span", { class: "cnn-class" }, classes[i]), bar, h("span", { class: "cnn-share" }, percent(shares[i])));
      }),
    );
  });
  return list;
}
