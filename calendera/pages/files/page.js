// What the pages have in common: the link's secret, one step shown at a time, one line that says what happened.
//
// The secret stays in the address bar. Storage of any kind is against the privacy policy, and without either a reload
// would lose the page. It is behind the `#`, so it reaches no server, log or other site from there.

/** A value behind the `#`; "" where there is none of this name. */
export const given = (name) => new URLSearchParams(location.hash.slice(1)).get(name) ?? "";

/** The secret of the link, if it is one of this kind (`mt`, `su`, `rt`, `it`, `cl`, `cs`, `wt`); otherwise "". */
export function secret(kind) {
  // Mail programs like to take a full stop or bracket along.
  return given("token").match(new RegExp(`^${kind}_[A-Za-z0-9_-]+`))?.[0] ?? "";
}

// Another link of the same kind, followed in this tab, changes what is behind the `#` and loads nothing by itself.
addEventListener("hashchange", () => location.reload());

export const NO_LINK =
  "This link is not complete. Open it from the mail again, or copy all of it into the address bar.";

export const at = (id) => document.getElementById(id);

/**
 * A text as an element of its own. Only ever as text: markup in a name stays what somebody typed. In a `bdi`, a Hebrew
 * or Arabic name reads in its direction and still begins where its neighbours do. `language` is that of the text.
 */
export function inline(text, language = "") {
  const place = Object.assign(document.createElement("bdi"), { textContent: text });
  if (language) place.lang = language;
  return place;
}

/** Write a text into an element; nothing, where it is empty. */
export function write(id, text, language = "") {
  at(id).replaceChildren(...(text ? [inline(text, language)] : []));
}

/** Say what happened. It is announced; with `focus` the next Tab goes on from there. */
export function say(text, { focus = false } = {}) {
  const line = at("message");
  line.textContent = text;
  if (focus && text) line.focus();
}

/** Show one of the elements marked `data-step` (none for ""), and begin reading at its heading. */
export function go(id, { focus = true } = {}) {
  for (const step of document.querySelectorAll("[data-step]")) step.hidden = step.id !== id;
  if (focus && id) at(id).querySelector("h2")?.focus();
}

/** Do `work`, once at a time; what fails is said. The element is marked busy, not disabled, so it keeps the focus. */
export async function busy(element, work) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    say(error.message, { focus: true });
  } finally {
    element.removeAttribute("aria-busy");
  }
}

export function onClick(id, work) {
  at(id).addEventListener("click", () => busy(at(id), work));
}

/** When a form is sent: forget earlier problems, then `work` with what was typed. */
export function onSubmit(id, work) {
  const form = at(id);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(form, async () => {
      say("");
      showProblems(form, []);
      await work(Object.fromEntries(new FormData(form)), form);
    });
  });
}

/** Put each `{path, message}` of a ValidationFailed under its field, and go to the first. */
export function showProblems(form, problems) {
  const about = (name) => problems.filter(({ path }) => path === name).map(({ message }) => message);
  for (const line of form.querySelectorAll(".problem")) {
    const field = form.elements[line.dataset.about];
    line.textContent = about(field.name).join(" ");
    line.hidden = line.textContent === "";
    if (line.hidden) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
  }
  form.querySelector("[aria-invalid]")?.focus();
}

for (const box of document.querySelectorAll("[data-reveals]")) {
  box.addEventListener("change", () => {
    at(box.dataset.reveals).type = box.checked ? "text" : "password";
  });
}
