// An answer in paragraphs and lists, as the gateway read it (`rich` of a message), as elements.

import { el, link, linkified, safeAddress } from "./elements.js";

export function blocks(list, hint) {
  return list.map((block) => (block.type === "list" ? listing(block, hint) : paragraph(block, hint)));
}

function paragraph({ spans = [] }, hint) {
  return el("p", {}, ...spans.flatMap((span) => styled(span, hint)));
}

function listing({ items = [], ordered, start }, hint) {
  const lines = items.map((item) => el("li", {}, ...blocks(item, hint)));
  return ordered ? el("ol", { start: String(start) }, ...lines) : el("ul", {}, ...lines);
}

/** Nodes of one piece of text; an address that is not harmless leaves its text. */
function styled({ text, bold, italic, href }, hint) {
  const address = href && (safeAddress(href) ?? mailAddress(href));
  let nodes = address ? [link(address, text, hint)] : linkified(text, hint);
  if (italic) nodes = [el("em", {}, ...nodes)];
  if (bold) nodes = [el("strong", {}, ...nodes)];
  return nodes;
}

function mailAddress(href) {
  return /^mailto:[^\s]+$/.test(href) ? href : null;
}
