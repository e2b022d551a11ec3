// What the widget itself says, in the language of the conversation. What the assistant says comes from the gateway.

import EN from "./texts/en.js";

const LANGUAGES = ["en", "fr", "es", "de", "zh"];

export const has = (name) => name in EN;
export const languageOf = (locale) => locale.split("-")[0];

/** As the gateway takes it: `zh-Hans-CN` of a page is `zh-CN`, and what is no locale is English. */
export function plainLocale(tag) {
  try {
    const { language, region } = new Intl.Locale(tag.replace("_", "-"));
    return /^[A-Z]{2}$/.test(region) ? `${language}-${region}` : language;
  } catch {
    return "en";
  }
}

/** What is labelled within `root` follows when another language is spoken. */
export class Speech {
  language = "en"; // of the texts
  #texts = EN;
  #labels = new WeakMap(); // node → {text or attribute: [name, values]}

  constructor(root, locale) {
    Object.assign(this, { root, locale });
  }

  say(name, values = {}) {
    return this.#texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  }

  /** `label(node, {text: name, "aria-label": name}, values)`, which is the node. Without a name there is no text. */
  label(node, names, values) {
    const labels = this.#labels.get(node) ?? {};
    for (const [place, name] of Object.entries(names)) labels[place] = [name, values];
    this.#labels.set(node, labels);
    node.dataset.said = "";
    this.#write(node);
    return node;
  }

  /** Another locale. Where its texts don't come, those on the screen stay. */
  async speak(locale) {
    this.locale = locale;
    const language = LANGUAGES.find((each) => each === languageOf(locale)) ?? "en";
    try {
      const { default: texts } = await import(`./texts/${language}.js`);
      if (this.locale !== locale) return; // yet another one in the meantime
      this.#texts = texts;
      this.language = language;
    } catch {
      return;
    }
    this.root.lang = language;
    this.root.querySelectorAll("[data-said]").forEach((node) => this.#write(node));
  }

  #write(node) {
    node.lang = this.language;
    for (const [place, [name, values]] of Object.entries(this.#labels.get(node))) {
      const said = name && this.say(name, values);
      if (place !== "text") node.setAttribute(place, said);
      else if (node.textContent !== said) node.textContent = said; // the same again would be announced again
    }
  }
}
