// How one message, card or step of a conversation looks.

import { clock, el, link, linkified, safeAddress } from "./elements.js";
import { draw } from "./photos.js";
import { blocks } from "./rich.js";

const PHOTO_SIDE = 480; // pixels of the canvas, for screens of twice the usual density

export class Messages {
  constructor({ speech, base }) {
    Object.assign(this, { speech, base });
  }

  /** A list item. `repeated`: the one above has the same author, so that the name is for screen readers only. */
  message(event, { repeated }) {
    const author = event.author === "customer" ? this.speech.say("you") : event.advisor ?? this.speech.say(event.author);
    return el("li", { class: `message ${event.author}${repeated ? " repeated" : ""}` },
      this.by(author, event.at),
      this.bubble(event),
      ...(event.cards ?? []).map((card) => this.card(card)),
      this.source(event.source));
  }

  by(author, at) {
    const time = at ? clock(at, this.speech.locale) : null;
    return el("p", { class: "by", lang: this.speech.language }, el("b", {}, author), " ", time);
  }

  bubble({ rich, text }) {
    const hint = this.speech.say("new_window");
    if (rich?.length) return el("div", { class: "bubble rich" }, ...blocks(rich, hint));
    return text ? el("p", { class: "bubble" }, ...linkified(text, hint)) : null;
  }

  /** What the customer sent; `load` brings its content as a blob. */
  photo(event, { repeated, load }) {
    const { id, width, height } = event.photo;
    const scale = Math.min(1, PHOTO_SIDE / Math.max(width, height));
    const canvas = el("canvas", {
      class: "photo", role: "img",
      width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)),
    });
    this.speech.label(canvas, { "aria-label": "photo" });
    load(id).then((blob) => draw(canvas, blob)).catch(() => canvas.replaceWith(el("p", { class: "bubble" }, event.text)));
    return el("li", { class: `message customer${repeated ? " repeated" : ""}` },
      this.by(this.speech.say("you"), event.at),
      canvas, event.note ? el("p", { class: "source" }, event.note) : null);
  }

  pending({ text, title, at }) {
    const item = this.message({ author: "customer", text: text ?? title, at }, { repeated: false });
    item.classList.add("pending");
    item.append(this.speech.label(el("p", { class: "fate" }), { text: "sending" }));
    return item;
  }

  step(event) {
    return el("li", { class: "step" }, el("p", {}, ...linkified(event.text, this.speech.say("new_window"))));
  }

  source(source) {
    if (source?.kind !== "faq" && source?.kind !== "backend") return null;
    const policies = source.kind === "backend" && /\/policies\b/.test(source.call);
    const name = policies ? "source_policies" : `source_${source.kind}`;
    return el("p", { class: "source", lang: this.speech.language }, this.speech.say(name));
  }

  card({ kind, title, subtitle, fields = [], link: target }) {
    const hint = this.speech.say("new_window");
    const href = target && safeAddress(target.url, this.base);
    return el("div", { class: `card ${/^[a-z]+$/.test(kind) ? kind : ""}`, role: "group", "aria-label": title },
      el("p", { class: "title" }, title),
      subtitle ? el("p", { class: "subtitle" }, subtitle) : null,
      fields.length ? el("dl", {}, ...fields.map(({ label, value }) =>
        el("div", {}, el("dt", {}, label), el("dd", {}, ...linkified(String(value), hint))))) : null,
      href ? el("p", { class: "more" }, link(href, target.title, hint)) : null);
  }

  replies(buttons, onPress) {
    return this.speech.label(el("div", { class: "replies", role: "group" },
      ...buttons.map(({ title, payload }) =>
        el("button", { type: "button", onclick: () => onPress(payload, title) }, title))), { "aria-label": "replies" });
  }
}
