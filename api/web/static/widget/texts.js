// What the widget itself says, by language. What the assistant says comes from the gateway.

const EN = {
  heading: "Customer service",
  launch: "Chat with us",
  launch_unread: "Chat with us, new messages: {count}",
  close: "Close the chat",
  log: "Conversation",
  input: "Your message",
  send: "Send",
  replies: "Suggested replies",
  you: "You",
  bot: "Assistant",
  advisor: "Colleague",
  system: "Note",
  owner_bot: "Digital assistant",
  owner_queued: "Waiting for a colleague · number {position} in line",
  owner_queued_about: "Waiting for a colleague · number {position} in line, about {minutes} min",
  owner_recorded: "Your request is recorded",
  owner_assigned: "You are talking to {advisor}",
  owner_resolved: "Closed. Write again at any time.",
  ask_person: "Talk to a person",
  go_on: "Go on with the assistant",
  write_later: "Write to me later",
  typing_bot: "The assistant is writing",
  typing_advisor: "{advisor} is writing",
  source_faq: "From our FAQ",
  source_backend: "From your account",
  source_policies: "From our shop's rules",
  helpful: "Did this answer your question?",
  helpful_yes: "Yes, it helped",
  helpful_no: "No, it did not help",
  helpful_thanks: "Thank you for telling us.",
  survey_csat_low: "not at all",
  survey_csat_high: "very",
  survey_nps_low: "not likely",
  survey_nps_high: "very likely",
  survey_ces_low: "very hard",
  survey_ces_high: "very easy",
  survey_comment: "What could we do better? (optional)",
  survey_send: "Send",
  survey_dismiss: "No, thank you",
  survey_choose: "Please choose a number first.",
  survey_thanks: "Thank you. Your answer helps us to get better.",
  consent_yes: "Yes, you may",
  consent_no: "No, thank you",
  consent_given: "Thank you. You can change your mind at any time.",
  consent_declined: "All right, we won't.",
  sending: "Sending …",
  refused: "Not sent.",
  refused_unknown_payload: "Not sent: this choice is no longer open.",
  refused_text_too_long: "Not sent: the message is too long.",
  offline: "You are offline. What you write is sent as soon as you are back.",
  lost: "The connection is lost. Trying again …",
  busy: "A lot is going on right now. We try again in {seconds} seconds; nothing is lost.",
  not_now: "That did not work just now. Please try again in a moment.",
  new_conversation: "Your earlier conversation has expired, so this is a new one.",
  too_long: "A message can have {limit} characters; this one has {count}. Please shorten it or send it in parts.",
  left: "{count} characters left",
  new_window: "(opens in a new window)",
};

const LANGUAGES = { en: EN };

/** `say(name, values)` in the locale's language, or in English. */
export function speaker(locale) {
  const texts = LANGUAGES[locale.split("-")[0]] ?? EN;
  return (name, values = {}) => texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

export const has = (name) => name in EN;
