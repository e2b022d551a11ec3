// The widget's window: launcher, transcript, composer. Knows nothing of the network; `actions` is what people do.

import { clock, el, icon, linkified } from "./elements.js";
import { Consents } from "./consents.js";
import { Feedback } from "./feedback.js";
import { Messages } from "./messages.js";
import { Speech, has } from "./texts.js";

const LIMIT = 4000; // characters of a message
const WARN = 200; // before the limit
const TYPING_MS = { bot: 30000, advisor: 6000 };
const ROWS = 5;
const SPEAK_MS = 1000;

export class View {
  #pending = new Map(); // key of an item → its list item
  #turn = []; // the bot's messages that answer the same message: their buttons are open
  #lastAuthor = "";
  #language = ""; // of what is said to the customer, where known
  #owner = { state: "bot" };
  #unread = 0;
  #loading = true;
  #typingTimer = 0;
  #noticeTimer = 0;

  constructor(root, { locale, heading, base, actions }) {
    this.speech = new Speech(root, locale);
    this.messages = new Messages({ speech: this.speech, base });
    this.actions = actions;
    this.#build(root, heading);
    this.clear();
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  open({ focus = true } = {}) {
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.launcher.setAttribute("aria-expanded", "true");
    this.#count(0);
    this.#toEnd();
    if (focus) this.input.focus();
  }

  close() {
    const inside = this.panel.contains(this.panel.getRootNode().activeElement);
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    if (inside) this.launcher.focus();
  }

  clear() {
    this.#pending.clear();
    this.#turn = [];
    this.#lastAuthor = "";
    this.#language = "";
    this.opinions = new Feedback({ speech: this.speech, actions: this.actions });
    this.consents = new Consents({ speech: this.speech, actions: this.actions });
    this.#loading = true;
    this.log.setAttribute("aria-busy", "true");
    this.list.replaceChildren();
    this.connection("live");
    this.owner({ state: "bot" });
  }

  /** What the widget itself says is in this locale from now on; nothing waits for its texts for long. */
  speak(locale) {
    return Promise.race([this.speech.speak(locale), new Promise((resolve) => setTimeout(resolve, SPEAK_MS))]);
  }

  /** What comes next is in this language; what was said stays. */
  hear(language) {
    this.#language = language;
  }

  greet({ greeting, disclosure, greeted: lang, photos = false }) {
    this.camera.hidden = !photos;
    if (this.list.querySelector(".greeting")) return;
    this.list.prepend(
      el("li", { class: "step greeting", lang }, el("p", {}, disclosure)),
      el("li", { class: "message bot", lang },
        this.messages.by(this.speech.say("bot")), el("p", { class: "bubble" }, greeting)));
    this.hear(lang);
  }

  ready() {
    this.#loading = false;
    this.log.setAttribute("aria-busy", "false");
    this.#toEnd();
  }

  said(event) {
    const item = this.messages.message(event, { repeated: this.#lastAuthor === (event.advisor ?? event.author) });
    this.#closeReplies(event);
    if (event.author === "bot" && event.buttons?.length) {
      item.append(this.messages.replies(event.buttons, (payload, title) => this.#press(payload, title)));
    }
    if (event.source?.kind === "faq" && event.seq) item.append(this.opinions.thumbs(event.seq));
    this.#turn.push({ reply: event.in_reply_to, item });
    this.#insert(item, event.advisor ?? event.author);
    if (event.author !== "customer") this.#news();
  }

  /** It answers nothing that was asked: choices stay open. */
  photo(event) {
    const repeated = this.#lastAuthor === "customer";
    this.#insert(this.messages.photo(event, { repeated, load: this.actions.photoContent }), "customer");
  }

  step(event) {
    if (!event.text) return; // a new place in line: the status line shows it
    this.#closeReplies(event);
    this.#insert(this.messages.step(event), "");
    this.#news();
  }

  /** A survey that is asked, or what the customer thinks of something: from here, another tab or an earlier day. */
  feedback(event) {
    if (event.author !== "system") {
      const inside = this.opinions.given(event);
      if (inside) this.input.focus();
      return;
    }
    this.#insert(this.opinions.survey(event), "");
    this.#news();
  }

  /** A question whether we may, or what was said to it. */
  consent(event) {
    if (event.author !== "system") {
      const inside = this.consents.decided(event);
      if (inside) this.input.focus();
      return;
    }
    this.#insert(this.consents.question(event), "");
    this.#news();
  }

  pending(item) {
    const node = this.messages.pending(item);
    this.#pending.set(item.key, node);
    this.#closeReplies({});
    this.list.append(node);
    this.#toEnd();
  }

  sent(item, event) {
    const node = this.#pending.get(item.key);
    this.#pending.delete(item.key);
    node.classList.remove("pending");
    node.querySelector(".fate").remove();
    node.querySelector(".bubble").replaceChildren(...linkified(event.text, this.speech.say("new_window")));
    node.querySelector("time").replaceWith(clock(event.at, this.speech.locale));
    this.#lastAuthor = "customer";
  }

  refused(item, code) {
    const node = this.#pending.get(item.key);
    this.#pending.delete(item.key);
    node.classList.replace("pending", "refused");
    this.speech.label(node.querySelector(".fate"), { text: has(`refused_${code}`) ? `refused_${code}` : "refused" });
    if (item.text && !this.input.value) this.#write(item.text);
  }

  typing(author) {
    const advisor = this.#owner.advisor ?? this.speech.say("advisor");
    this.speech.label(this.writing.lastChild, { text: author === "bot" ? "typing_bot" : "typing_advisor" }, { advisor });
    this.writing.hidden = false;
    this.#toEnd();
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.#stopTyping(), TYPING_MS[author] ?? TYPING_MS.advisor);
  }

  owner(owner) {
    // A step that says nothing of the place in line leaves it as it was.
    const waits = owner.state === "queued" && this.#owner.state === "queued" && !owner.position;
    this.#owner = waits ? { ...this.#owner, ...owner, source: this.#owner.source } : owner;
    const { state, advisor, position, minutes, source, actions = [] } = this.#owner;
    const recorded = source?.name.startsWith("handoff_recorded"); // nobody is at the desk: a place in line says nothing
    const name = state === "queued" ? `owner_${recorded ? "recorded" : minutes ? "queued_about" : "queued"}` : `owner_${state}`;
    this.speech.label(this.status, { text: name }, { advisor: advisor ?? this.speech.say("advisor"), position, minutes });
    this.panel.dataset.state = state;
    this.#show(this.person, state === "bot" || state === "resolved");
    this.#show(this.goOn, state === "queued");
    this.#show(this.later, state === "queued" && actions.some(({ action }) => action === "write_later"));
    if (state !== "bot") this.#closeReplies({});
  }

  /** `live`, `lost` or `offline`. */
  connection(state) {
    this.speech.label(this.line, { text: state === "live" ? "" : state });
  }

  notice(name, values) {
    this.speech.label(this.note, { text: name }, values);
    clearTimeout(this.#noticeTimer);
    const seconds = Math.max(8, values?.seconds ?? 0);
    this.#noticeTimer = setTimeout(() => this.speech.label(this.note, { text: "" }), 1000 * seconds);
  }

  #build(root, heading) {
    const { speech, actions } = this;
    const button = (text, onclick) => speech.label(el("button", { type: "button", class: "quiet", onclick }), { text });
    const title = el("h2", { id: "heading" }, heading);
    if (!heading) speech.label(title, { text: "heading" });
    const close = el("button", { type: "button", class: "close", onclick: actions.close }, icon("close"));
    this.badge = el("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.launcher = el("button", {
      type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel", "aria-haspopup": "dialog",
      onclick: actions.open,
    }, icon("chat"), this.badge);
    speech.label(this.launcher, { "aria-label": "launch" });
    this.status = el("p", { class: "owner", role: "status" });
    this.list = el("ol");
    this.writing = el("p", { class: "writing", role: "status", hidden: true },
      el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), el("span", { class: "hidden" }));
    this.log = el("div", { class: "log", role: "log", "aria-live": "polite", tabindex: 0 }, this.list, this.writing);
    speech.label(this.log, { "aria-label": "log" });
    this.line = el("p", { class: "line", role: "status" });
    this.note = el("p", { class: "note", role: "status" });
    this.person = button("ask_person", actions.askForPerson);
    this.goOn = button("go_on", actions.goOnWithAssistant);
    this.later = button("write_later", () => { actions.writeLater(); this.input.focus(); });
    this.panel = el("section", {
      id: "panel", class: "panel", role: "dialog", "aria-labelledby": "heading", hidden: true,
      onkeydown: (event) => this.#key(event),
    },
    el("div", { class: "head" },
      el("div", {}, title, this.status), speech.label(close, { "aria-label": "close" })),
    this.log, this.line, this.note, this.#composer());
    root.append(this.launcher, this.panel);
  }

  #composer() {
    this.input = el("textarea", {
      id: "input", rows: 1, "aria-describedby": "hint", autocomplete: "off", enterkeyhint: "send",
      oninput: () => this.#typed(),
    });
    this.hint = el("p", { id: "hint", class: "hint", role: "status" });
    this.button = el("button", { type: "submit", class: "send" }, icon("send"));
    this.file = el("input", {
      type: "file", accept: "image/*", hidden: true, tabindex: -1, "aria-hidden": "true", onchange: () => this.#chosen(),
    });
    this.camera = el("button", {
      type: "button", class: "camera", hidden: true, onclick: () => this.file.click(),
    }, icon("camera"));
    this.speech.label(this.input, { "aria-label": "input", placeholder: "input" });
    this.speech.label(this.button, { "aria-label": "send" });
    this.speech.label(this.camera, { "aria-label": "photo_add" });
    const submit = (event) => { event.preventDefault(); this.#submit(); };
    return el("form", { onsubmit: submit }, this.hint,
      el("div", { class: "row" }, this.camera, this.file, this.input, this.button), el("div", { class: "ways" }, this.person, this.goOn, this.later));
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.actions.close();
    } else if (event.key === "Enter" && !event.shiftKey && event.target === this.input) {
      event.preventDefault();
      this.#submit();
    }
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text || this.#tooLong()) return;
    this.#write("");
    this.actions.say(text);
    this.input.focus();
  }

  #press(payload, title) {
    this.actions.press(payload, title);
    this.input.focus();
  }

  /** The same file may be chosen again. */
  #chosen() {
    const [file] = this.file.files;
    this.file.value = "";
    if (file) this.actions.photo(file);
    this.input.focus();
  }

  #write(text) {
    this.input.value = text;
    this.#typed();
  }

  #typed() {
    const count = [...this.input.value.trim()].length;
    const tooLong = this.#tooLong();
    this.input.rows = Math.min(ROWS, this.input.value.split("\n").length);
    this.input.setAttribute("aria-invalid", String(tooLong));
    this.hint.classList.toggle("bad", tooLong);
    if (tooLong) this.speech.label(this.hint, { text: "too_long" }, { limit: LIMIT, count });
    else this.speech.label(this.hint, { text: count > LIMIT - WARN ? "left" : "" }, { count: LIMIT - count });
    if (count) this.actions.typing();
  }

  #tooLong() {
    return [...this.input.value.trim()].length > LIMIT;
  }

  /** Choices are open until somebody says something else; all messages of one answer belong together. */
  #closeReplies({ author, in_reply_to: reply }) {
    if (author === "bot" && reply && this.#turn.every((said) => said.reply === reply)) return;
    for (const { item } of this.#turn) {
      const replies = item.querySelector(".replies");
      if (replies) this.#show(replies, false);
      replies?.remove();
    }
    this.#turn = [];
  }

  /** Show or hide; the focus does not get lost with what is hidden. */
  #show(node, shown) {
    const focused = node.contains(this.panel.getRootNode().activeElement);
    node.hidden = !shown;
    if (focused && !shown) this.input.focus();
  }

  #insert(node, author) {
    this.#stopTyping();
    const follow = this.#atEnd();
    if (author !== "customer" && this.#language) node.lang = this.#language;
    this.list.insertBefore(node, this.#pending.values().next().value ?? null);
    this.#lastAuthor = author;
    if (follow) this.#toEnd();
  }

  #stopTyping() {
    this.writing.hidden = true;
  }

  #news() {
    if (!this.isOpen && !this.#loading) this.#count(this.#unread + 1);
  }

  #count(unread) {
    this.#unread = unread;
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread;
    this.speech.label(this.launcher, { "aria-label": unread ? "launch_unread" : "launch" }, { count: unread });
  }

  #atEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.log;
    return scrollHeight - scrollTop - clientHeight < 120;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}
