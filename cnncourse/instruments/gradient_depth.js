// @ts-check
import { chart, short } from "./lib/chart.js";
import { gradientByDepth } from "./lib/depth.js";
import { shell } from "./lib/ui.js";
import { t } from "./lib/words.js";

const SHOWN = { gradient: t`gradient, flowing back`, signal: t`signal, flowing forward` };

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    let computed = "";
    /** @type {{ plain: ReturnType<typeof gradientByDepth>, residual: ReturnType<typeof gradientByDepth> }} */
    let depths;
    const results = () => {
      const [blocks, activation, norm, preactivation, gain, seed] = ["blocks", "activation", "norm", "preactivation", "gain", "seed"].map(ui.get);
      const options = { blocks, activation, norm, preactivation, gain, seed };
      if (computed !== JSON.stringify(options)) {
        depths = { plain: gradientByDepth({ ...options, shortcuts: false }), residual: gradientByDepth({ ...options, shortcuts: true }) };
        computed = JSON.stringify(options);
      }
      return depths;
    };
    const block = () => Math.min(ui.get("block"), ui.get("blocks"));
    const shown = () => /** @type {"gradient" | "signal"} */ (ui.get("show"));

    ui.range("blocks", t`Blocks of two layers`);
    ui.range("gain", t`Gain of the weights`, { step: 0.05 });
    ui.select("activation", t`Activation`, [["relu", "ReLU"], ["tanh", "tanh"], ["none", t`none`]]);
    ui.toggle("norm", t`Batch norm`);
    ui.toggle("preactivation", t`Norm and activation before the weights`);
    ui.select("show", t`Show the`, Object.entries(SHOWN));
    ui.button(t`Draw other weights`, () => ui.set({ seed: (ui.get("seed") + 1) % 1000 }));

    const lines = () => {
      const { accent, second } = ui.colours();
      /** @param {"plain" | "residual"} kind */
      const points = (kind) => results()[kind][shown()].map((value, i) => /** @type {[number, number]} */ ([i, value]));
      return [
        { name: t`plain`, colour: second, points: points("plain"), dashed: true },
        { name: t`residual`, colour: accent, points: points("residual") },
      ];
    };
    chart(ui, {
      label: t`Size by block, plain and residual`,
      x: { label: t`after this many blocks (0 is the input)`, whole: true, write: String },
      y: { label: t`root mean square`, log: true, least: 0.5, most: 20 },
      series: lines,
      height: 290,
      cursor: {
        label: t`Place in the network`,
        steps: () => Array.from({ length: ui.get("blocks") + 1 }, (_, i) => i),
        at: block,
        move: (step) => ui.set({ block: step }),
        say: () => t`after ${block()} of ${ui.get("blocks")} blocks: plain ${short(results().plain[shown()][block()])}, residual ${short(results().residual[shown()][block()])}`,
      },
    });

    ui.onChange(() => {
      const { plain, residual } = results();
      const at = block();
      const place = at === 0 ? t`At the input` : t`After ${at} of ${ui.get("blocks")} blocks`;
      ui.say(
        shown() === "gradient"
          ? t`${place} the plain network's gradient is ${short(plain.gradient[at])} times the one put in at the end, the residual network's ${short(residual.gradient[at])} times.`
          : t`${place} the plain network's numbers have size ${short(plain.signal[at])}, the residual network's ${short(residual.signal[at])}.`,
      );
      ui.table(
        t`Root mean squares; gradients relative to the end`,
        [t`blocks`, t`plain gradient`, t`residual gradient`, t`plain signal`, t`residual signal`],
        plain.gradient.map((_, i) => [i, short(plain.gradient[i]), short(residual.gradient[i]), short(plain.signal[i]), short(residual.signal[i])]),
      );
    });
    return ui.close;
  },
};
