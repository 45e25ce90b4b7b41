// @ts-check
/**
 * Quizzes: make a form of a question that comes near, check an answer, say what is behind a wrong one, keep the progress in localStorage.
 * The markup, readable without this script, is written by book/_ext/quiz.py.
 *
 * @typedef {{
 *   right: any[], feedback: string[], worked: string,
 *   values?: (number | null)[], within?: number, units?: Record<string, number>,
 * }} Sealed
 * @typedef {{ right: boolean, notes: Note[], problem?: string }} Verdict
 * @typedef {{ about: string, note: string }} Note  pieces of HTML
 * @typedef {{ answer: any, right: boolean }} Kept
 */
(() => {
  "use strict";
  /** @type {{t: (parts: TemplateStringsArray, ...values: any) => string}} */
  const { t } = /** @type {any} */ (globalThis).cnncourse.require("lib/words.js");
  const STORE = "cnncourse:quiz:";
  const NEAR = "900px"; // how far below the window a question already becomes a form

  /** @param {string} text @param {string} key @returns {Sealed} */
  function unseal(text, key) {
    const mask = new TextEncoder().encode(key);
    const bytes = Uint8Array.from(atob(text), (c, i) => c.charCodeAt(0) ^ mask[i % mask.length]);
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  // a browser may forbid storage; the quiz then forgets, and works
  /** @param {string} key @returns {Kept | null} */
  function recall(key) {
    try {
      return JSON.parse(localStorage.getItem(STORE + key) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {string} key @param {Kept | null} kept */
  function keep(key, kept) {
    try {
      if (kept) localStorage.setItem(STORE + key, JSON.stringify(kept));
      else localStorage.removeItem(STORE + key);
    } catch {
      // nothing is kept
    }
  }

  /**
   * Read "1,792", "1/9", "−0.5", "2e3" or "86.7 MB".
   * @param {string} text
   * @param {Record<string, number>} units what one of each is in the first
   * @returns {number | null} in the first unit
   */
  function readNumber(text, units) {
    const plain = text.replace(/[\u2212\u2013]/g, "-").replace(/[\u2009\u202f\u00a0]/g, " ").trim();
    const found = /^([-+]?[\d, ]*\.?\d+(?:e[-+]?\d+)?)(?:\s*\/\s*(\d+))?\s*(\D.*)?$/i.exec(plain);
    if (!found) return null;
    const named = (found[3] ?? "").trim();
    const unit = Object.keys(units).find((name) => name.toLowerCase() === named.toLowerCase());
    if (named && unit === undefined) return null;
    const number = Number(found[1].replace(/[, ]/g, "")) / Number(found[2] ?? 1);
    return number * (named && unit !== undefined ? units[unit] : 1);
  }

  /** @param {HTMLFormElement} form @param {string} selector */
  const all = (form, selector) =>
    /** @type {HTMLElement[]} */ ([...form.querySelectorAll(selector)]);

  /** @param {string} name @param {string} text @param {() => void} act */
  function button(name, text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `quiz-${name}`;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  // --- the kinds: what was answered, how to show it again, and what to say about it ---

  const boxes = {
    /** @param {HTMLFormElement} form @returns {number[]} */
    answer: (form) => all(form, "input:checked").map((box) => Number(box.getAttribute("value"))),

    /** @param {HTMLFormElement} form @param {number[]} answer */
    restore(form, answer) {
      for (const box of /** @type {HTMLInputElement[]} */ (all(form, "input")))
        box.checked = answer.includes(Number(box.value));
    },

    /** @param {HTMLFormElement} form @param {number[]} answer @param {Sealed} sealed @returns {Verdict} */
    judge(form, answer, sealed) {
      if (answer.length === 0) return { right: false, notes: [], problem: t`Choose an answer first.` };
      const wrong = sealed.right.map((right, n) => answer.includes(n) !== right);
      const single = form.dataset.kind === "single";
      all(form, ".quiz-option").forEach((option, n) => {
        if (answer.includes(n)) option.dataset.mark = sealed.right[n] ? "right" : "wrong";
        else delete option.dataset.mark;
      });
      const labels = all(form, "label").map((label) => label.innerHTML);
      const notes = labels.flatMap((label, n) => {
        if (!wrong[n] || (single && !answer.includes(n))) return [];
        const missed = sealed.right[n] ? ` <em>${t`(left out)`}</em>` : "";
        return [{ about: label + missed, note: sealed.feedback[n] }];
      });
      return { right: !wrong.includes(true), notes };
    },
  };

  const number = {
    /** @param {HTMLFormElement} form @returns {string} */
    answer: (form) => /** @type {HTMLInputElement} */ (form.querySelector("input")).value,

    /** @param {HTMLFormElement} form @param {string} answer */
    restore(form, answer) {
      /** @type {HTMLInputElement} */ (form.querySelector("input")).value = answer;
    },

    /** @param {HTMLFormElement} form @param {string} answer @param {Sealed} sealed @returns {Verdict} */
    judge(form, answer, sealed) {
      const { values = [], within = 0, units = {} } = sealed;
      const given = readNumber(answer, units);
      if (given === null) {
        const names = Object.keys(units).filter(Boolean);
        const unit = names.length ? t`, in ${names.join(t` or `)}` : "";
        return { right: false, notes: [], problem: t`Type a number such as 12 or 0.5${unit}.` };
      }
      const near = (/** @type {number | null} */ value) =>
        value !== null && Math.abs(given - value) <= within + 1e-9 * Math.abs(value);
      const hit = values.findIndex(near);
      const spoken = hit < 0 ? values.length - 1 : hit;
      const right = Boolean(sealed.right[spoken]);
      const about = document.createElement("span");
      about.textContent = answer.trim();
      return { right, notes: right ? [] : [{ about: about.innerHTML, note: sealed.feedback[spoken] }] };
    },
  };

  const order = {
    /** @param {HTMLFormElement} form @returns {number[]} */
    answer: (form) => all(form, ".quiz-step").map((step) => Number(step.dataset.step)),

    /** @param {HTMLFormElement} form @param {number[]} answer */
    restore(form, answer) {
      const list = /** @type {HTMLElement} */ (form.querySelector(".quiz-steps"));
      for (const step of answer) list.append(all(form, `[data-step="${step}"]`)[0]);
      label(form);
    },

    /** @param {HTMLFormElement} form @param {number[]} answer @param {Sealed} sealed @returns {Verdict} */
    judge(form, answer, sealed) {
      const ranks = answer.map((step) => sealed.right.indexOf(step));
      const first = ranks.findIndex((rank, place) => rank !== place);
      if (first < 0) return { right: true, notes: [] };
      // the first step that stands before one it needs
      const early = ranks.findIndex((rank, place) => ranks.slice(place + 1).includes(rank - 1));
      const words = all(form, ".quiz-words")[early].innerHTML;
      return { right: false, notes: [{ about: words, note: sealed.feedback[ranks[early]] }] };
    },
  };

  /** Name each step's buttons after its words and place. @param {HTMLFormElement} form */
  function label(form) {
    const steps = all(form, ".quiz-step");
    steps.forEach((step, place) => {
      const words = step.querySelector(".quiz-words")?.textContent?.trim();
      for (const [name, last, way] of /** @type {[string, number, string][]} */ ([
        ["up", 0, t`Move up`], ["down", steps.length - 1, t`Move down`],
      ])) {
        const move = /** @type {HTMLElement} */ (step.querySelector(`.quiz-${name}`));
        move.setAttribute("aria-label", t`${way}: ${words} (step ${place + 1} of ${steps.length})`);
        // not disabled: a button that vanishes under the finger takes the focus with it
        move.setAttribute("aria-disabled", String(place === last));
      }
    });
  }

  /**
   * Buttons, arrow keys and dragging for the steps of one quiz.
   * @param {HTMLFormElement} form @param {(text: string) => void} say @param {() => void} changed
   */
  function makeMovable(form, say, changed) {
    const list = /** @type {HTMLElement} */ (form.querySelector(".quiz-steps"));
    /** @param {HTMLElement} step @param {number} by */
    function move(step, by) {
      const other = by < 0 ? step.previousElementSibling : step.nextElementSibling;
      if (!other) return;
      other[by < 0 ? "before" : "after"](step);
      settle(step);
    }
    /** @param {HTMLElement} step */
    function settle(step) {
      label(form);
      changed();
      const steps = all(form, ".quiz-step");
      say(t`Step ${steps.indexOf(step) + 1} of ${steps.length}`);
    }
    /** @type {HTMLElement | null} */
    let dragged = null;
    for (const step of all(form, ".quiz-step")) {
      const buttons = document.createElement("span");
      buttons.className = "quiz-moves";
      for (const [name, by, sign] of /** @type {[string, number, string][]} */ ([
        ["up", -1, "↑"], ["down", 1, "↓"],
      ])) {
        const made = button(name, sign, () => {
          move(step, by);
          made.focus();
        });
        made.addEventListener("keydown", (event) => {
          const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
          if (!way) return;
          event.preventDefault();
          move(step, way);
          made.focus();
        });
        buttons.append(made);
      }
      step.append(buttons);
      step.draggable = true;
      step.addEventListener("dragstart", () => (dragged = step));
      step.addEventListener("dragend", () => (dragged = null));
      step.addEventListener("dragover", (event) => {
        if (!dragged || dragged.parentElement !== list) return;
        event.preventDefault();
        if (dragged === step) return;
        const box = step.getBoundingClientRect();
        step[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
      });
      step.addEventListener("drop", (event) => {
        event.preventDefault();
        if (dragged) settle(dragged);
      });
    }
    label(form);
  }

  // --- one quiz ---

  /** Put the text of a quiz into a form, with fields. @param {HTMLElement} text */
  function asForm(text) {
    const form = document.createElement("form");
    const { id, className, dataset } = text;
    Object.assign(form, { id, className, autocomplete: "off", noValidate: true });
    Object.assign(form.dataset, dataset);
    form.append(...text.childNodes);
    const type = { single: "radio", multiple: "checkbox", number: "text" }[dataset.kind ?? ""];
    const labels = type ? /** @type {HTMLLabelElement[]} */ (all(form, "label")) : [];
    labels.forEach((label, n) => {
      const field = document.createElement("input");
      Object.assign(field, { type, id: label.htmlFor, name: id });
      if (type === "text") field.size = 14;
      else field.setAttribute("value", String(n));
      label[type === "text" ? "after" : "before"](field);
    });
    text.replaceWith(form);
    return form;
  }

  /** @param {HTMLFormElement} form @param {() => void} changed */
  function start(form, changed) {
    const sealedText = form.querySelector(".quiz-sealed")?.textContent ?? "";
    const sealed = unseal(sealedText, form.id);
    const key = form.dataset.key ?? form.id;
    const kind = { single: boxes, multiple: boxes, number, order }[form.dataset.kind ?? ""] ?? boxes;
    const first = kind.answer(form);

    const said = document.createElement("div");
    said.className = "quiz-said";
    said.setAttribute("role", "status");
    const worked = document.createElement("details");
    worked.className = "quiz-worked";
    worked.innerHTML = `<summary>${t`The worked answer`}</summary>`;
    const check = button("check", t`Check`, () => form.requestSubmit());
    const again = button("again", t`Start again`, () => {
      keep(key, null);
      clear();
      kind.restore(form, /** @type {any} */ (first));
      changed();
      const field = /** @type {HTMLElement} */ (form.querySelector("input, .quiz-up"));
      field.focus();
    });
    const actions = document.createElement("div");
    actions.className = "quiz-actions";
    actions.append(check, again);
    form.append(actions, said, worked);
    form.querySelector(".quiz-elsewhere")?.remove();

    function clear() {
      said.replaceChildren();
      delete form.dataset.state;
      worked.hidden = again.hidden = true;
      worked.open = false;
      for (const option of all(form, ".quiz-option")) delete option.dataset.mark;
    }

    /** @param {Verdict} verdict */
    function show(verdict) {
      const words = verdict.right ? t`Right.` : t`Not yet.`;
      said.innerHTML = `<p class="quiz-verdict">${verdict.problem ?? words}</p>`;
      if (verdict.problem) return;
      form.dataset.state = verdict.right ? "right" : "wrong";
      for (const { about, note } of verdict.notes) {
        const box = document.createElement("div");
        box.className = "quiz-note";
        box.innerHTML = `<p class="quiz-about">${about}</p>${note}`;
        said.append(box);
      }
      if (worked.childElementCount === 1) worked.insertAdjacentHTML("beforeend", sealed.worked);
      worked.hidden = again.hidden = false;
      worked.open = verdict.right;
    }

    if (form.dataset.kind === "order")
      makeMovable(form, (text) => (said.textContent = text), clear);
    form.addEventListener("input", clear);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const answer = kind.answer(form);
      const verdict = kind.judge(form, /** @type {any} */ (answer), sealed);
      show(verdict);
      if (!verdict.problem) keep(key, { answer, right: verdict.right });
      changed();
    });

    clear();
    const kept = recall(key);
    if (kept) {
      kind.restore(form, /** @type {any} */ (kept.answer));
      show(kind.judge(form, /** @type {any} */ (kept.answer), sealed));
    }
    return { again, right: () => recall(key)?.right === true || form.dataset.state === "right" };
  }

  // --- the page: how far its reader is ---

  const texts = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("div.quiz")]);
  /** @typedef {{ again: HTMLElement | null, right: () => boolean, key: string }} Known */
  /** @type {Map<Element, Known>} */
  const quizzes = new Map();
  const line = document.createElement("p");
  line.className = "quiz-progress";
  const count = document.createElement("span");
  const reset = button("reset", t`Forget my answers on this page`, () => {
    for (const { again, key } of quizzes.values())
      if (again) again.click();
      else keep(key, null);
    progress();
    reset.focus();
  });
  function progress() {
    const right = [...quizzes.values()].filter((quiz) => quiz.right()).length;
    count.textContent = t`${right} of ${quizzes.size} questions on this page answered. `;
  }
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const known = quizzes.get(target);
        if (!isIntersecting || !known) continue;
        near.unobserve(target);
        Object.assign(known, start(asForm(/** @type {HTMLElement} */ (target)), progress));
      }
      progress();
    },
    { rootMargin: NEAR },
  );
  for (const text of texts) {
    const key = text.dataset.key ?? text.id;
    quizzes.set(text, { key, again: null, right: () => recall(key)?.right === true });
    near.observe(text);
  }
  line.append(count, reset);
  texts.at(-1)?.after(line);
  progress();
})();
