// What survives a reload: the conversation's id and token, and the messages that nobody has acknowledged yet.

const memory = new Map(); // where the browser keeps nothing for us
const local = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return memory.get(key) ?? null; } },
  set: (key, value) => { try { localStorage.setItem(key, value); } catch { memory.set(key, value); } },
  remove: (key) => { memory.delete(key); try { localStorage.removeItem(key); } catch { /* never kept */ } },
  keys: () => { try { return Object.keys(localStorage); } catch { return [...memory.keys()]; } },
};

/** Of one customer at one gateway; `customer` is empty for a visitor who is not logged in. */
export class Store {
  constructor(endpoint, customer) {
    this.prefix = `aftercare:${endpoint}:${encodeURIComponent(customer)}:`;
  }

  /**
   * `{id, token, language, greeting, greeted, disclosure, photos, known}`, or null. `greeted`: in which language;
   * `known`: when the gateway accepted the customer token, or 0.
   */
  get session() {
    return JSON.parse(local.get(`${this.prefix}session`));
  }

  set session(session) {
    if (session) local.set(`${this.prefix}session`, JSON.stringify(session));
    else local.remove(`${this.prefix}session`);
  }

  /** Unacknowledged messages, oldest first. Each has an entry of its own, so that two tabs lose none. */
  get outbox() {
    return this.#outboxKeys().map((key) => JSON.parse(local.get(key))).filter(Boolean);
  }

  keep(item) {
    local.set(this.#keyOf(item), JSON.stringify(item));
  }

  drop(item) {
    local.remove(this.#keyOf(item));
  }

  forget() {
    this.session = null;
    this.#outboxKeys().forEach(local.remove);
  }

  /** What a visitor began goes on as the customer's. */
  moveTo(other) {
    other.forget();
    other.session = this.session;
    this.outbox.forEach((item) => other.keep(item));
    this.forget();
  }

  #keyOf({ at, key }) {
    return `${this.prefix}out:${String(at).padStart(15, "0")}:${key}`;
  }

  #outboxKeys() {
    return local.keys().filter((key) => key.startsWith(`${this.prefix}out:`)).sort();
  }
}

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whom a customer token is about. Only the gateway checks the token; here it keeps customers apart. */
export function subjectOf(token) {
  if (!token) return "";
  try {
    const body = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return String(JSON.parse(atob(body)).sub);
  } catch {
    return token.slice(-24);
  }
}
