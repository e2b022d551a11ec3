// What the studio does beyond htmx: take a suggested phrasing over into the form.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-phrasing]");
  if (!button) return;
  const field = document.getElementById("phrasings");
  field.value = `${field.value.trimEnd()}\n${button.dataset.phrasing}`.trimStart();
  const line = button.closest("li");
  const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector("button");
  line.remove();
  (next ?? field).focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
