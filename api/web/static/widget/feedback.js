// What the customer thinks: a thumb under an FAQ answer, and the one question when a conversation has ended.

import { el, icon } from "./elements.js";

const MAX_COMMENT = 1000; // characters

/** `actions.rate({kind, score, comment, ref})` and `actions.dismissSurvey(ref)` resolve to whether it was recorded. */
export class Feedback {
  #thumbs = new Map(); // seq of the answer → its group
  #surveys = new Map(); // seq of the survey → its list item

  constructor({ say, actions }) {
    Object.assign(this, { say, actions });
  }

  thumbs(seq) {
    const thanks = el("span", { class: "thanks" });
    const buttons = [["up", 1, "helpful_yes"], ["down", 0, "helpful_no"]].map(([name, score, label]) =>
      el("button", {
        type: "button", class: "thumb", "aria-label": this.say(label), title: this.say(label), "aria-pressed": "false",
        "data-score": score, onclick: () => this.#rate(seq, score),
      }, icon(name)));
    const group = el("div", { class: "thumbs", role: "group", "aria-label": this.say("helpful") }, ...buttons, thanks);
    this.#thumbs.set(seq, group);
    return group;
  }

  survey({ seq, kind, text, lowest, highest }) {
    const scores = Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index);
    const hint = el("p", { class: "hint bad", role: "alert" });
    const name = `survey-${seq}`;
    const choices = scores.map((score) => el("label", { class: "score" },
      el("input", { type: "radio", name, value: score, "aria-describedby": `${name}-ends` }), el("span", {}, String(score))));
    const ends = el("p", { class: "ends", id: `${name}-ends` },
      el("span", {}, `${lowest} = ${this.say(`survey_${kind}_low`)}`), " ",
      el("span", {}, `${highest} = ${this.say(`survey_${kind}_high`)}`));
    const comment = el("textarea", { rows: 2, maxlength: MAX_COMMENT, "aria-label": this.say("survey_comment"),
      placeholder: this.say("survey_comment") });
    const form = el("form", { class: "survey", onsubmit: (event) => this.#answer(event, { kind, seq, comment, hint }) },
      el("fieldset", {}, el("legend", {}, text), el("div", { class: "scores" }, ...choices), ends), comment, hint,
      el("div", { class: "row" },
        el("button", { type: "submit", class: "solid" }, this.say("survey_send")),
        el("button", { type: "button", class: "quiet", onclick: () => this.actions.dismissSurvey(seq) },
          this.say("survey_dismiss"))));
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
    else item.replaceChildren(el("p", {}, this.say("survey_thanks")));
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
    hint.textContent = chosen ? "" : this.say("survey_choose");
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
    group.querySelector(".thanks").textContent = recorded ? this.say("helpful_thanks") : "";
  }
}
