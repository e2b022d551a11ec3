// The gateway's public interface (/openapi.json), and the stream of one conversation's events.

const CALL_SECONDS = 15;
const PHOTO_SECONDS = 90; // on a slow line
const POLL_SECONDS = 25; // the longest wait that the gateway allows
const SOCKET_SECONDS = 8; // to open
const SOCKET_REST_SECONDS = 120; // of polling, after sockets failed
const QUIET_SECONDS = 45; // then the stream is checked, as a cut line tells nobody
const PAGE = 200;

/** `status` is 0 when nothing answered; `wait` is Retry-After in seconds, if any. */
export class CallError extends Error {
  constructor(status, code = "unreachable", wait = 0) {
    super(`${status} ${code}`);
    Object.assign(this, { status, code, wait });
  }

  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export class Gateway {
  constructor(endpoint) {
    this.base = new URL("/v1/conversations", endpoint || location.origin).href;
  }

  create(body) {
    return this.#call("POST", "", { body });
  }

  send(session, { key, text, payload }) {
    const body = payload === undefined ? { text } : { payload };
    return this.#call("POST", `/${session.id}/messages`, { session, body, headers: { "Idempotency-Key": key } });
  }

  sendPhoto(session, blob, key) {
    const headers = { "Idempotency-Key": key, "Content-Type": blob.type };
    return this.#call("POST", `/${session.id}/photos`, { session, content: blob, headers, seconds: PHOTO_SECONDS });
  }

  /** A blob. */
  photo(session, id) {
    return this.#call("GET", `/${session.id}/photos/${id}`, { session, seconds: PHOTO_SECONDS, read: "blob" });
  }

  events(session, after, { wait = 0, signal } = {}) {
    const seconds = wait + CALL_SECONDS;
    return this.#call("GET", `/${session.id}/events?after=${after}&wait=${wait}`, { session, seconds, signal });
  }

  identify(session, token) {
    return this.#call("POST", `/${session.id}/identify`, { session, body: { customer_token: token } });
  }

  logOut(session) {
    return this.#call("DELETE", `/${session.id}/identify`, { session });
  }

  rate(session, feedback) {
    return this.#call("POST", `/${session.id}/feedback`, { session, body: feedback });
  }

  dismissSurvey(session, ref) {
    return this.#call("POST", `/${session.id}/feedback/dismiss`, { session, body: { ref } });
  }

  decide(session, purpose, given) {
    return this.#call("POST", `/${session.id}/consents/${purpose}`, { session, body: { given } });
  }

  askForPerson(session) {
    return this.#call("POST", `/${session.id}/handoff`, { session });
  }

  goOnWithAssistant(session) {
    return this.#call("DELETE", `/${session.id}/handoff`, { session });
  }

  writeLater(session) {
    return this.#call("POST", `/${session.id}/handoff/later`, { session, body: {} });
  }

  socket(session) {
    return new WebSocket(`${this.base.replace(/^http/, "ws")}/${session.id}/stream`);
  }

  /** `content` is sent as it is, `body` as JSON. `read`: how the answer is read, if not as JSON. */
  async #call(method, path, { session, body, content: sent, headers = {}, seconds = CALL_SECONDS, signal, read = "text" }) {
    const bounds = [AbortSignal.timeout(seconds * 1000), ...(signal ? [signal] : [])];
    const all = { ...headers };
    if (session) all.Authorization = `Bearer ${session.token}`;
    if (body) all["Content-Type"] = "application/json";
    let answer;
    let content;
    try {
      answer = await fetch(this.base + path, {
        method, headers: all, body: sent ?? (body && JSON.stringify(body)),
        credentials: "omit", cache: "no-store", signal: AbortSignal.any(bounds),
      });
      content = await (answer.ok ? answer[read]() : answer.text());
    } catch {
      throw new CallError(0);
    }
    if (answer.ok && read !== "text") return content;
    const document = parsed(content);
    if (answer.ok && (document || answer.status === 204)) return document;
    throw new CallError(answer.ok ? 0 : answer.status, document?.code, Number(answer.headers.get("Retry-After")) || 0);
  }
}

/**
 * Brings every event after `after` in order: by WebSocket, or by long-polling where none opens; comes back after every
 * cut. Calls `onEvent(event)`, `onState("live" | "lost" | "offline")`, and `onEnd(error)` when the token is refused.
 */
export class EventStream {
  #stopped = false;
  #failures = 0;
  #noSocketUntil = 0;
  #socket = null;
  #wake = () => {};
  #cut = new AbortController();

  constructor(gateway, session, after, { onEvent, onState, onEnd }) {
    Object.assign(this, { gateway, session, after, onEvent, onState, onEnd });
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    for (const name of ["online", "offline"]) addEventListener(name, () => this.refresh(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && this.refresh(), { signal });
    this.watch = setInterval(() => this.#check(), QUIET_SECONDS * 1000);
  }

  async run() {
    while (!this.#stopped) {
      if (!navigator.onLine) {
        this.onState("offline");
        await this.#pause(60);
        continue;
      }
      this.#cut = new AbortController();
      try {
        if (Date.now() < this.#noSocketUntil) await this.#poll();
        else await this.#listen();
      } catch (error) {
        if (error.status === 401 && !this.#stopped) {
          this.stop();
          this.onEnd(error);
        }
      }
      if (this.#stopped) return;
      this.#failures += 1;
      this.onState(navigator.onLine ? "lost" : "offline");
      await this.#pause(backoff(this.#failures - 1));
    }
  }

  /** Connect anew, at once. */
  refresh() {
    this.#failures = 0;
    this.#cut.abort();
    this.#socket?.close();
    this.#wake();
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.watch);
    this.listeners.abort();
    this.refresh();
  }

  /** The gateway stored `seq`: a stream that does not bring it soon is dead. */
  expect(seq) {
    setTimeout(() => { if (!this.#stopped && this.after < seq) this.refresh(); }, 4000);
  }

  sayTyping() {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send('{"type":"typing"}');
  }

  #take(event) {
    this.#failures = 0;
    if (event.type !== "typing") {
      if (event.seq <= this.after) return;
      this.after = event.seq;
    }
    this.onEvent(event);
  }

  /** Until the socket closes. Rejects with the gateway's refusal; after two that never worked, polling takes over. */
  #listen() {
    return new Promise((resolve, reject) => {
      const socket = this.gateway.socket(this.session);
      const opening = setTimeout(() => socket.close(), SOCKET_SECONDS * 1000);
      let worked = false;
      this.#socket = socket;
      socket.onopen = () => {
        clearTimeout(opening);
        socket.send(JSON.stringify({ token: this.session.token, after: this.after }));
        worked = true;
        this.onState("live");
      };
      socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
      socket.onclose = ({ code }) => {
        clearTimeout(opening);
        this.#socket = null;
        if (code === 4401) return reject(new CallError(401));
        if (worked || this.#cut.signal.aborted) return resolve();
        if (this.#failures) this.#noSocketUntil = Date.now() + SOCKET_REST_SECONDS * 1000;
        return reject(new CallError(0));
      };
    });
  }

  async #poll() {
    while (!this.#stopped && Date.now() < this.#noSocketUntil && navigator.onLine) {
      const answer = this.gateway.events(this.session, this.after, { wait: POLL_SECONDS, signal: this.#cut.signal });
      const slow = setTimeout(() => this.onState("live"), 1000); // nobody refuses at once what is fine
      try {
        (await answer).events.forEach((event) => this.#take(event));
      } finally {
        clearTimeout(slow);
      }
      this.onState("live");
    }
  }

  async #check() {
    if (document.hidden || !this.#socket) return;
    try {
      const { events } = await this.gateway.events(this.session, this.after);
      const news = events.filter((event) => event.seq > this.after);
      news.forEach((event) => this.#take(event));
      if (news.length) this.refresh();
    } catch { /* the stream itself will notice */ }
  }

  #pause(seconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, seconds * 1000);
    });
  }
}

/** Every event of a conversation so far, page by page. */
export async function history(gateway, session, take) {
  for (let after = 0; ;) {
    const { events, next } = await gateway.events(session, after);
    events.forEach(take);
    if (events.length < PAGE) return next;
    after = next;
  }
}

/** Seconds before the next try: doubling up to half a minute, with a random part so that not all come back at once. */
export function backoff(failures) {
  return Math.min(30, 0.5 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random() / 2);
}

function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
