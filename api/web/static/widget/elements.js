// Builds DOM. Whatever comes from a message becomes a text node or a checked address, never markup.

const SVG = "http://www.w3.org/2000/svg";
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/g;
const TRAILING = /[.,;:!?)\]}]+$/;

const ICONS = {
  chat: "M5 4h14a2.5 2.5 0 0 1 2.5 2.5v8A2.5 2.5 0 0 1 19 17h-6.2L8 21v-4H5a2.5 2.5 0 0 1-2.5-2.5v-8A2.5 2.5 0 0 1 5 4Z",
  camera: "M4 8h3l2-3h6l2 3h3a1 1 0 0 1 1 1v10H3V9a1 1 0 0 1 1-1Zm8 9a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z",
  close: "m6 6 12 12M18 6 6 18",
  up: "M7 11v9H4v-9h3Zm0 0 4-8a2 2 0 0 1 2 2v4h5.2a1.8 1.8 0 0 1 1.8 2.1l-1.2 7.4A1.8 1.8 0 0 1 17 20H7",
  down: "M17 13V4h3v9h-3Zm0 0-4 8a2 2 0 0 1-2-2v-4H5.8a1.8 1.8 0 0 1-1.8-2.1l1.2-7.4A1.8 1.8 0 0 1 7 4h10",
  send: "M4.5 12h14M13 6l6 6-6 6",
};

/** `el("p", {class: "by"}, "text", node, null)`; properties in camelCase with a value are attributes too. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** The address if it is http or https, else null. */
export function safeAddress(address, base) {
  try {
    const url = new URL(address, base);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function link(href, title, hint) {
  const hidden = el("span", { class: "hidden" }, ` ${hint}`);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, title, hidden);
}

/** Text nodes and links, for an element that keeps white space. */
export function linkified(text, hint) {
  const parts = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(TRAILING, "");
    const href = safeAddress(address);
    if (!href) continue;
    parts.push(text.slice(from, index), link(href, address, hint));
    from = index + address.length;
  }
  return [...parts, text.slice(from)];
}

/** The time of day; before today with the date. */
export function clock(at, locale) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "short" };
  const hours = locale === "en" ? { hourCycle: "h23" } : {}; // a language without a country
  const format = new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit", ...hours });
  return el("time", { datetime: date.toISOString() }, format.format(date));
}
