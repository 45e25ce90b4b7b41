// @ts-check
/** The editor of live cells and exercises: CodeMirror, in the book's colours. */

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting,
} from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { t } from "../../../cnncourse/instruments/lib/words.js";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--live-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--live-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--live-number)" },
  { tag: [tags.comment], color: "var(--pst-color-text-muted)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)],
    color: "var(--live-name)" },
]);

/**
 * Put an editor into an element.
 * @param {{parent: HTMLElement, code: string, label: string, run: () => void, leave: () => void,
 *          changed?: (code: string) => void}} options
 */
export function edit({ parent, code, label, run, leave, changed }) {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: code,
      extensions: [
        keymap.of([
          { key: "Shift-Enter", run: () => (run(), true) },
          { key: "Escape", run: () => (leave(), true) },
          indentWithTab,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        indentOnInput(),
        indentUnit.of("    "),
        python(),
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": t`${label}. Shift+Enter runs, Escape leaves.`,
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed?.(update.state.doc.toString());
        }),
      ],
    }),
  });
  // the page's own shortcuts ("/" searches) are not for those who write
  parent.addEventListener("keydown", (event) => event.stopPropagation());
  return {
    get code() {
      return view.state.doc.toString();
    },
    set code(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    focus: () => view.focus(),
    remove: () => view.destroy(),
  };
}
