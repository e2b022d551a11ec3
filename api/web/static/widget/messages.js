// How one message, card or step of a conversation looks.

import { clock, el, link, linkified, safeAddress } from "./elements.js";
import { draw } from "./photos.js";
import { blocks } from "./rich.js";

const PHOTO_SIDE = 480; // pixels of the canvas, for screens of twice the usual density

export class Messages {
  constructor({ say, locale, base }) {
    Object.assign(this, { say, locale, base });
  }

  /** A list item. `repeated`: the one above has the same author, so that the name is for screen readers only. */
  message(event, { repeated }) {
    const author = event.author === "customer" ? this.say("you") : event.advisor ?? this.say(event.author);
    return el("li", { class: `message ${event.author}${repeated ? " repeated" : ""}` },
      el("p", { class: "by" }, el("b", {}, author), " ", clock(event.at, this.locale)),
      this.bubble(event),
      ...(event.cards ?? []).map((card) => this.card(card)),
      this.source(event.source));
  }

  bubble({ rich, text }) {
    const hint = this.say("new_window");
    if (rich?.length) return el("div", { class: "bubble rich" }, ...blocks(rich, hint));
    return text ? el("p", { class: "bubble" }, ...linkified(text, hint)) : null;
  }

  /** What the customer sent; `load` brings its content as a blob. */
  photo(event, { repeated, load }) {
    const { id, width, height } = event.photo;
    const scale = Math.min(1, PHOTO_SIDE / Math.max(width, height));
    const canvas = el("canvas", {
      class: "photo", role: "img", "aria-label": this.say("photo"),
      width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)),
    });
    load(id).then((blob) => draw(canvas, blob)).catch(() => canvas.replaceWith(el("p", { class: "bubble" }, event.text)));
    return el("li", { class: `message customer${repeated ? " repeated" : ""}` },
      el("p", { class: "by" }, el("b", {}, this.say("you")), " ", clock(event.at, this.locale)),
      canvas, event.note ? el("p", { class: "source" }, event.note) : null);
  }

  pending({ text, title, at }) {
    const item = this.message({ author: "customer", text: text ?? title, at }, { repeated: false });
    item.classList.add("pending");
    item.append(el("p", { class: "fate" }, this.say("sending")));
    return item;
  }

  step(event) {
    return el("li", { class: "step" }, el("p", {}, ...linkified(event.text, this.say("new_window"))));
  }

  source(source) {
    if (source?.kind !== "faq" && source?.kind !== "backend") return null;
    const policies = source.kind === "backend" && /\/policies\b/.test(source.call);
    return el("p", { class: "source" }, this.say(policies ? "source_policies" : `source_${source.kind}`));
  }

  card({ kind, title, subtitle, fields = [], link: target }) {
    const href = target && safeAddress(target.url, this.base);
    return el("div", { class: `card ${/^[a-z]+$/.test(kind) ? kind : ""}`, role: "group", "aria-label": title },
      el("p", { class: "title" }, title),
      subtitle ? el("p", { class: "subtitle" }, subtitle) : null,
      fields.length ? el("dl", {}, ...fields.map(({ label, value }) =>
        el("div", {}, el("dt", {}, label), el("dd", {}, ...linkified(String(value), this.say("new_window")))))) : null,
      href ? el("p", { class: "more" }, link(href, target.title, this.say("new_window"))) : null);
  }

  replies(buttons, onPress) {
    return el("div", { class: "replies", role: "group", "aria-label": this.say("replies") },
      ...buttons.map(({ title, payload }) =>
        el("button", { type: "button", onclick: () => onPress(payload, title) }, title)));
  }
}
