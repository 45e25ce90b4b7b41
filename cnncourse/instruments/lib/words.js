// @ts-check
// Words in the reader's language, asked for by the English ones, as gettext does.
//
// A page in another language has a catalogue in `cnncourse.words`; without one, English it is.

/** @type {() => Record<string, string> | undefined} */
const catalogue = () => /** @type {any} */ (globalThis).cnncourse?.words;

/**
 * A sentence, t`${used} of ${all} weights`, which the catalogue has as "{0} of {1} weights".
 * @param {TemplateStringsArray} parts
 * @param {...any} values
 * @returns {string}
 */
export function t(parts, ...values) {
  if (!catalogue()) return String.raw({ raw: parts }, ...values);
  const english = parts.reduce((text, part, n) => `${text}{${n - 1}}${part}`);
  return word(english).replace(/\{(\d+)\}/g, (_, n) => String(values[n]));
}

/**
 * A word that Python gave; the instrument's class names it in `words`.
 * @param {string} english
 * @returns {string}
 */
export function word(english) {
  return catalogue()?.[english] ?? english;
}
