// One conversation: begins it, keeps what the customer says until it is acknowledged, follows its events.

import { EventStream, backoff, history } from "./connection.js";
import { NotAPhoto, send, smaller } from "./photos.js";
import { newKey } from "./storage.js";
import { languageOf } from "./texts.js";

const TYPING_EVERY_MS = 3000;
const KNOWN_MS = 30 * 60 * 1000; // then the gateway is shown the customer token again

/**
 * `view` shows: `greet(session)`, `said(event)`, `step(event)`, `pending(item)`, `sent(item, event)`, `refused(item, code)`,
 * `typing(author)`, `owner({state, advisor, position, minutes, source, actions})`, `feedback(event)`, `connection(state)`,
 * `notice(name, values)`, `clear()`, and `ready()` when it is up to date. `speak(locale)` and `hear(language)` say in which
 * language that is.
 */
export class Conversation {
  #stopped = false;
  #running = null;
  #stream = null;
  #after = 0;
  #outbox = []; // pending items, oldest first; `messageId` once acknowledged
  #sending = null; // settles when the request that is under way has an answer
  #events = Promise.resolve(); // events are taken one after another
  #lastTyping = 0;
  #wake = () => {};

  constructor(gateway, store, view, { locale, customerToken, onTokenRefused }) {
    Object.assign(this, { gateway, store, view, locale, customerToken, onTokenRefused });
    this.language = store.session?.language ?? languageOf(locale);
    this.state = "bot";
    this.spoken = false;
    this.#speak();
  }

  get started() {
    return this.#running !== null;
  }

  /** Take up the stored conversation or begin one. Repeatable. */
  start() {
    this.#running ??= this.#start();
    return this.#running;
  }

  stop() {
    this.#stopped = true;
    this.#stream?.stop();
    this.#wake();
  }

  say(text) {
    this.#put({ text });
  }

  press(payload, title) {
    this.#put({ payload, title });
  }

  typing() {
    if (this.state !== "assigned" || Date.now() - this.#lastTyping < TYPING_EVERY_MS) return;
    this.#lastTyping = Date.now();
    this.#stream?.sayTyping();
  }

  askForPerson() {
    return this.#change(() => this.gateway.askForPerson(this.store.session));
  }

  goOnWithAssistant() {
    return this.#change(() => this.gateway.goOnWithAssistant(this.store.session));
  }

  /** The gateway asks for an address in the conversation. */
  writeLater() {
    return this.#change(() => this.gateway.writeLater(this.store.session));
  }

  /** `{kind, score, comment, ref}`. False when it was not recorded. */
  rate(feedback) {
    return this.#change(() => this.gateway.rate(this.store.session, feedback));
  }

  dismissSurvey(ref) {
    return this.#change(() => this.gateway.dismissSurvey(this.store.session, ref));
  }

  /** Send a file as a photo; the view is told how it goes. */
  async photo(file) {
    this.view.notice("photo_sending");
    try {
      await this.start();
      const { seq } = await send(this.gateway, this.store.session, await smaller(file));
      this.#stream?.expect(seq);
      this.view.notice("photo_sent");
    } catch (error) {
      if (refused(error)) return void this.#stream?.refresh();
      const unreadable = error instanceof NotAPhoto || error.code === "not_a_photo";
      this.view.notice(unreadable ? "photo_unreadable" : error.code === "too_many_photos" ? "photo_too_many" : "photo_failed");
    }
  }

  /** A blob. */
  photoContent(id) {
    return this.gateway.photo(this.store.session, id);
  }

  decide(purpose, given) {
    return this.#change(() => this.gateway.decide(this.store.session, purpose, given));
  }

  async #change(call) {
    try {
      await this.start();
      await call();
      return true;
    } catch (error) {
      if (error.status !== 409) this.view.notice(error.wait ? "busy" : "not_now", { seconds: error.wait });
      return false;
    }
  }

  async #start() {
    for (let failures = 0; !this.#stopped; failures += 1) {
      try {
        if (!this.store.session) await this.#begin();
        if (this.customerToken) await this.identify(this.customerToken);
        await this.#speak();
        if (this.#stopped) return;
        this.view.greet(this.store.session);
        this.store.outbox.forEach((item) => this.#add(item));
        this.#after = await history(this.gateway, this.store.session, (event) => this.#queue(event));
        await this.#events;
        break;
      } catch (error) {
        if (this.#stopped) return;
        if (refused(error)) this.#expired();
        else await this.#wait(error, failures);
      }
    }
    await this.#speak();
    if (this.#stopped) return;
    this.store.outbox.forEach((item) => this.#add(item)); // said in the meantime
    this.#follow();
    this.#flush();
    this.view.ready();
  }

  /** The store may be another one by then. */
  async #begin() {
    const session = await this.#create();
    this.store.session = session;
    this.language = session.language;
  }

  async #create() {
    const { customerToken } = this;
    try {
      const body = { channel: "web", locale: this.locale };
      if (customerToken) body.customer_token = customerToken;
      const { id, token, language, greeting, ai_disclosure: disclosure, photos } = await this.gateway.create(body);
      const known = customerToken ? Date.now() : 0;
      return { id, token, language, greeting, greeted: language, disclosure, photos, known };
    } catch (error) {
      if (!customerToken || error.status !== 401) throw error;
      this.customerToken = "";
      this.onTokenRefused(error.code);
      return this.#create();
    }
  }

  /** Link the conversation to the customer of the token; false where the gateway refuses. */
  async identify(token) {
    const { session } = this.store;
    this.customerToken = token;
    if (!session || Date.now() - session.known < KNOWN_MS) return true;
    try {
      const { language } = await this.gateway.identify(session, token);
      this.store.session = { ...session, known: Date.now() };
      this.language = language;
      await this.#speak();
      return true;
    } catch (error) {
      if (error.passing || refused(error)) throw error;
      this.customerToken = "";
      if (error.status === 401) this.onTokenRefused(error.code);
      return false;
    }
  }

  /** Nobody is known in the conversation any more; a customer who comes back is. */
  async logOut() {
    const { session } = this.store;
    if (!session?.known) return;
    this.store.session = { ...session, known: 0 };
    await this.gateway.logOut(session);
  }

  /** The labels, too, are in the conversation's language; after a reload at once. */
  async #speak() {
    if (this.#stopped) return;
    const { session } = this.store;
    if (session && session.language !== this.language) this.store.session = { ...session, language: this.language };
    await this.view.speak(languageOf(this.locale) === this.language ? this.locale : this.language);
  }

  #follow() {
    this.#stream = new EventStream(this.gateway, this.store.session, this.#after, {
      onEvent: (event) => this.#queue(event),
      onState: (state) => this.view.connection(state),
      onEnd: () => this.#again(),
    });
    this.#stream.run();
  }

  /** The token opens the conversation no more: go on in a new one, with what was not acknowledged yet. */
  #again() {
    if (this.#stopped) return;
    this.#expired();
    this.#running = this.#start();
  }

  #expired() {
    const { greeted } = this.store.session ?? {};
    if (greeted && greeted !== this.language) this.locale = this.language; // the new one begins as this one went on
    this.store.session = null;
    this.#stream = null; // what is said before the new one is there waits for it
    this.#after = 0;
    for (const item of this.store.outbox) {
      this.store.drop(item);
      if (item.text) this.store.keep({ ...item, after: 0 }); // a button belongs to the conversation that offered it
    }
    this.#outbox = [];
    this.state = "bot";
    this.view.clear();
    this.view.notice("new_conversation");
  }

  #queue(event) {
    this.#events = this.#events.then(() => this.#take(event)).catch((error) => console.error(error));
  }

  async #take(event) {
    if (this.#stopped) return;
    if (event.type === "typing") {
      if (event.author !== "customer") this.view.typing(event.author);
      return;
    }
    if (event.language) await this.#heard(event.language);
    if (this.#stopped) return;
    if (event.photo) {
      this.spoken = true;
      this.view.photo(event);
      return;
    }
    if (event.type === "message" && event.author === "customer") {
      const own = await this.#own(event);
      if (this.#stopped) return;
      this.spoken = true;
      if (own) this.view.sent(own, event);
      else this.view.said(event);
      return;
    }
    if (event.type === "survey") this.view.feedback(event);
    else if (event.type === "consent") this.view.consent(event);
    else if (event.type === "handoff") {
      this.#owned(event);
      this.view.step(event);
    } else if (event.type === "message") {
      // An answer: what is only told, such as a follow-up, leaves the conversation closed.
      if (event.author === "bot" && event.in_reply_to && this.state === "resolved") this.#owned({ state: "bot" });
      this.view.said(event);
    }
  }

  /** What happened before the page was loaded says how the last of it was, which is spoken then. */
  async #heard(language) {
    this.view.hear(language);
    const changed = language !== this.language;
    this.language = language;
    if (changed && this.#stream) await this.#speak();
  }

  #owned(owner) {
    this.state = owner.state;
    this.view.owner(owner);
  }

  /** The pending item that this event is, if it is one of this page's. */
  async #own(event) {
    const known = () => this.#outbox.find((item) => item.messageId === event.message_id);
    const alike = this.#outbox.find((item) => !item.shown && !item.messageId);
    if (!known() && alike && event.seq > alike.after && this.#sending && alike.text !== event.text) await this.#sending;
    const own = known() ?? (alike && event.seq > alike.after && (alike.text ?? alike.title) === event.text ? alike : null);
    if (own) own.shown = true;
    return own;
  }

  #put(content) {
    const item = { ...content, key: newKey(), at: Date.now(), after: this.#stream?.after ?? this.#after };
    this.spoken = true;
    this.store.keep(item);
    if (!this.#stream) return; // taken up when the conversation has begun
    this.#add(item);
    this.#flush();
  }

  #add(item) {
    if (this.#outbox.some(({ key }) => key === item.key)) return;
    this.#outbox.push(item);
    this.view.pending(item);
  }

  async #flush() {
    if (this.#sending) return;
    for (let failures = 0; !this.#stopped;) {
      const item = this.#outbox.find(({ messageId }) => !messageId);
      if (!item) return;
      const settled = Promise.withResolvers();
      this.#sending = settled.promise;
      let trouble = null;
      try {
        const { message_id: messageId, seq } = await this.gateway.send(this.store.session, item);
        item.messageId = messageId;
        this.store.drop(item);
        this.#stream?.expect(seq);
        if (failures) this.view.connection("live");
        failures = 0;
      } catch (error) {
        trouble = error;
      }
      settled.resolve();
      this.#sending = null;
      if (this.#stopped) return;
      if (trouble && refused(trouble)) return void this.#stream?.refresh();
      if (trouble && !trouble.passing) this.#refuse(item, trouble.code);
      else if (trouble) await this.#wait(trouble, (failures += 1));
    }
  }

  #refuse(item, code) {
    this.store.drop(item);
    this.#outbox = this.#outbox.filter((other) => other !== item);
    this.view.refused(item, code);
  }

  /** Before the next try: what the gateway asked for, else ever longer; the line coming back ends it. */
  async #wait(error, failures) {
    if (error.wait) this.view.notice("busy", { seconds: error.wait });
    else this.view.connection(navigator.onLine ? "lost" : "offline");
    const line = new AbortController();
    await new Promise((resolve) => {
      this.#wake = resolve;
      if (!error.wait) addEventListener("online", resolve, { signal: line.signal });
      setTimeout(resolve, (error.wait || backoff(failures)) * 1000);
    });
    line.abort();
  }
}

/** The conversation's own token opens it no more; a customer token that is not accepted has another code. */
function refused({ status, code }) {
  return status === 401 && code === "unauthorized";
}
