// What the customer thinks: a thumb under an FAQ answer, and the one question when a conversation has ended.

import { el, icon } from "./elements.js";

const MAX_COMMENT = 1000; // characters

/** `actions.rate({kind, score, comment, ref})` and `actions.dismissSurvey(ref)` resolve to whether it was recorded. */
export class Feedback {
  #thumbs = new Map(); // seq of the answer → its group
  #surveys = new Map(); // seq of the survey → its list item

  constructor({ speech, actions }) {
    Object.assign(this, { speech, actions });
  }

  thumbs(seq) {
    const thanks = el("span", { class: "thanks" });
    const buttons = [["up", 1, "helpful_yes"], ["down", 0, "helpful_no"]].map(([name, score, label]) =>
      this.speech.label(el("button", {
        type: "button", class: "thumb", "aria-pressed": "false", "data-score": score, onclick: () => this.#rate(seq, score),
      }, icon(name)), { "aria-label": label, title: label }));
    const group = el("div", { class: "thumbs", role: "group" }, ...buttons, thanks);
    this.speech.label(group, { "aria-label": "helpful" });
    this.#thumbs.set(seq, group);
    return group;
  }

  survey({ seq, kind, text, lowest, highest }) {
    const says = (name, node = el("span")) => this.speech.label(node, { text: name });
    const scores = Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index);
    const hint = el("p", { class: "hint bad", role: "alert" });
    const name = `survey-${seq}`;
    const choices = scores.map((score) => el("label", { class: "score" },
      el("input", { type: "radio", name, value: score, "aria-describedby": `${name}-ends` }), el("span", {}, String(score))));
    const ends = el("p", { class: "ends", id: `${name}-ends` },
      el("span", {}, `${lowest} = `, says(`survey_${kind}_low`)), " ",
      el("span", {}, `${highest} = `, says(`survey_${kind}_high`)));
    const comment = el("textarea", { rows: 2, maxlength: MAX_COMMENT });
    this.speech.label(comment, { "aria-label": "survey_comment", placeholder: "survey_comment" });
    const form = el("form", { class: "survey", onsubmit: (event) => this.#answer(event, { kind, seq, comment, hint }) },
      el("fieldset", {}, el("legend", {}, text), el("div", { class: "scores" }, ...choices), ends), comment, hint,
      el("div", { class: "row" },
        says("survey_send", el("button", { type: "submit", class: "solid" })),
        says("survey_dismiss", el("button", { type: "button", class: "quiet", onclick: () => this.actions.dismissSurvey(seq) }))));
    const item = el("li", { class: "asked" }, form);
    this.#surveys.set(seq, item);
    return item;
  }

  /** Show what was recorded. True when the focus was on what is gone now. */
  given({ kind, ref, score, dismissed }) {
    if (kind === "answer") this.#mark(this.#thumbs.get(ref), score, true);
    const item = kind === "answer" ? null : this.#surveys.get(ref);
    if (!item) return false;
    const inside = item.contains(item.getRootNode().activeElement);
    this.#surveys.delete(ref);
    if (dismissed) item.remove();
    else item.replaceChildren(this.speech.label(el("p"), { text: "survey_thanks" }));
    item.className = "step";
    return inside;
  }

  async #rate(seq, score) {
    const group = this.#thumbs.get(seq);
    const before = group.querySelector('[aria-pressed="true"]')?.dataset.score;
    this.#mark(group, score, false);
    const recorded = await this.actions.rate({ kind: "answer", score, ref: seq });
    if (!recorded) this.#mark(group, before, false);
  }

  async #answer(event, { kind, seq, comment, hint }) {
    event.preventDefault();
    const chosen = event.target.querySelector("input:checked");
    this.speech.label(hint, { text: chosen ? "" : "survey_choose" });
    if (!chosen) return;
    const feedback = { kind, score: Number(chosen.value), ref: seq };
    if (comment.value.trim()) feedback.comment = comment.value.trim();
    await this.actions.rate(feedback);
  }

  #mark(group, score, recorded) {
    if (!group) return;
    for (const button of group.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.score === String(score)));
    }
    this.speech.label(group.querySelector(".thanks"), { text: recorded ? "helpful_thanks" : "" });
  }
}
