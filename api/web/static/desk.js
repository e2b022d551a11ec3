// What the desk's conversation page does beyond htmx: follow the transcript, send with Enter, tell failures.
const transcript = document.getElementById("transcript");
const notice = document.getElementById("notice");

const toTheEnd = () => { transcript.scrollTop = transcript.scrollHeight; };
const atTheEnd = () => transcript.scrollHeight - transcript.scrollTop - transcript.clientHeight < 120;

let follow = true;
transcript.addEventListener("scroll", () => { follow = atTheEnd(); });
new MutationObserver(() => { if (follow) toTheEnd(); }).observe(transcript, { childList: true, subtree: true });
toTheEnd();

function tell(text) {
  const line = document.createElement("p");
  line.className = "notice bad";
  line.textContent = text;
  notice.replaceChildren(...(text ? [line] : []));
}

document.addEventListener("keydown", (event) => {
  if (event.target.id === "text" && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.id !== "reply") return;
  if (event.detail.successful) {
    event.target.reset();
    follow = true;
    tell("");
    return;
  }
  let reason = "The server can't be reached. Please try again.";
  try { reason = JSON.parse(event.detail.xhr.responseText).detail; } catch { /* no problem document: nobody answered */ }
  tell(`Not sent. ${reason}`);
});
