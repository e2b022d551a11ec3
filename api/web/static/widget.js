// <aftercare-chat>: the customer's side of Aftercare. docs/how-to/embed-the-widget.md says how to put it on a page.

import { Gateway } from "./widget/connection.js";
import { Conversation } from "./widget/conversation.js";
import { el } from "./widget/elements.js";
import { Store, subjectOf } from "./widget/storage.js";
import { plainLocale } from "./widget/texts.js";
import { View } from "./widget/view.js";

const STYLES = new URL("./widget/widget.css", import.meta.url).href;
const OPEN = "aftercare:open"; // in this tab, so that the next page shows the conversation too

class AftercareChat extends HTMLElement {
  static observedAttributes = ["customer-token"];

  #view = null;
  #gateway = null;
  #conversation = null;
  #token = "";
  #refused = false;
  #identifying = Promise.resolve();

  connectedCallback() {
    if (this.#view) return;
    const endpoint = this.getAttribute("endpoint") || new URL(import.meta.url).origin;
    this.#gateway = new Gateway(endpoint);
    this.#token = this.getAttribute("customer-token") ?? this.#token;
    this.#build(endpoint);
    this.#begin(this.#storeOf(this.#token));
    if (flagged()) this.open({ focus: false });
  }

  disconnectedCallback() {
    this.#conversation?.stop();
    this.#view = null;
    this.shadowRoot.replaceChildren();
  }

  attributeChangedCallback(_name, before, after) {
    if (this.#view && before !== after) this.identify(after);
  }

  /** Show the panel. */
  open({ focus = true } = {}) {
    if (this.#view.isOpen) return;
    flag(true);
    this.#conversation.start();
    this.#view.open({ focus });
    this.#tell("open");
  }

  close() {
    if (!this.#view.isOpen) return;
    flag(false);
    this.#view.close();
    this.#tell("close");
  }

  /** Who the customer is now; null once they have logged out. What a visitor began goes on as the customer's. */
  identify(token) {
    this.#identifying = this.#identifying.then(() => this.#identify(token ?? ""));
    return this.#identifying;
  }

  /** Remove this customer's conversation from the browser, such as on a shared computer. */
  forget() {
    this.#conversation.store.forget();
    this.#restart(this.#storeOf(this.#token));
  }

  async #identify(token) {
    const before = subjectOf(this.#token);
    const same = subjectOf(token) === before;
    this.#token = token;
    if (!this.#view) return;
    if (same && token) await this.#linked(token);
    if (same) return;
    const store = this.#storeOf(token);
    // Begun by a visitor; or by somebody whose token was refused, which makes them one.
    const nobodys = before === "" || (this.#refused && !this.#conversation.store.session?.known);
    if (nobodys && this.#conversation.spoken && (!token || (await this.#linked(token)))) {
      this.#conversation.store.moveTo(store);
      this.#conversation.store = store;
      return;
    }
    if (!token) this.#conversation.logOut().catch(() => {}); // it ends by itself, too
    this.#restart(store);
  }

  async #linked(token) {
    try {
      const linked = await this.#conversation.identify(token);
      if (linked) this.#refused = false;
      return linked;
    } catch {
      return false; // tried again when the conversation is taken up next time
    }
  }

  #build(endpoint) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const frame = el("div", { class: "frame", hidden: true });
    const styles = el("link", { rel: "stylesheet", href: STYLES, onload: () => { frame.hidden = false; } });
    root.replaceChildren(styles, frame);
    this.#view = new View(frame, {
      locale: this.#locale,
      heading: this.getAttribute("heading"),
      base: new URL(endpoint, location.href).href,
      actions: {
        open: () => this.open(),
        close: () => this.close(),
        say: (text) => this.#conversation.say(text),
        press: (payload, title) => this.#conversation.press(payload, title),
        rate: (feedback) => this.#conversation.rate(feedback),
        dismissSurvey: (ref) => this.#conversation.dismissSurvey(ref),
        decide: (purpose, given) => this.#conversation.decide(purpose, given),
        photo: (file) => this.#conversation.photo(file),
        photoContent: (id) => this.#conversation.photoContent(id),
        typing: () => this.#conversation.typing(),
        askForPerson: () => this.#conversation.askForPerson(),
        goOnWithAssistant: () => this.#conversation.goOnWithAssistant(),
        writeLater: () => this.#conversation.writeLater(),
      },
    });
  }

  #begin(store) {
    this.#conversation = new Conversation(this.#gateway, store, this.#view, {
      locale: this.#locale,
      customerToken: this.#token,
      onTokenRefused: (code) => this.#refuse(code),
    });
    if (store.session || this.#view.isOpen) this.#conversation.start();
  }

  #restart(store) {
    this.#conversation.stop();
    this.#view.clear();
    this.#begin(store);
  }

  #storeOf(token) {
    return new Store(this.#gateway.base, subjectOf(token));
  }

  /** Told once until a token is accepted, so that a page which answers with another wrong one does not go on for ever. */
  #refuse(code) {
    if (!this.#refused) this.#tell("token-refused", { code });
    this.#refused = true;
  }

  get #locale() {
    return plainLocale(this.getAttribute("locale") || document.documentElement.lang || "en");
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(`aftercare-${name}`, { detail, bubbles: true, composed: true }));
  }
}

function flag(open) {
  try {
    if (open) sessionStorage.setItem(OPEN, "1");
    else sessionStorage.removeItem(OPEN);
  } catch { /* the browser keeps nothing for us */ }
}

function flagged() {
  try {
    return sessionStorage.getItem(OPEN) === "1";
  } catch {
    return false;
  }
}

customElements.define("aftercare-chat", AftercareChat);
