// Whether we may: asked once, answered with one press, taken back by telling the assistant.

import { el } from "./elements.js";

export class Consents {
  #open = new Map(); // purpose → the list item that asks

  /** `actions.decide(purpose, given)` records it; pressed twice it changes nothing. */
  constructor({ speech, actions }) {
    Object.assign(this, { speech, actions });
  }

  question({ purpose, text }) {
    const button = (name, given) =>
      this.speech.label(el("button", { type: "button", onclick: () => this.actions.decide(purpose, given) }), { text: name });
    // Both choices look alike: neither is pushed.
    const item = el("li", { class: "asked" }, el("div", { class: "consent", role: "group", "aria-label": text },
      el("p", {}, text),
      el("div", { class: "replies" }, button("consent_yes", true), button("consent_no", false))));
    this.#open.set(purpose, item);
    return item;
  }

  /** Show what was recorded. True when the focus was on what is gone now. */
  decided({ purpose, given }) {
    const item = this.#open.get(purpose);
    if (!item) return false;
    const inside = item.contains(item.getRootNode().activeElement);
    this.#open.delete(purpose);
    item.className = "step";
    item.replaceChildren(this.speech.label(el("p"), { text: given ? "consent_given" : "consent_declined" }));
    return inside;
  }
}
