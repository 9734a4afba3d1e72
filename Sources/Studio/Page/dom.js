/**
 * An element with attributes, listeners (functions, named after their events) and children, which are elements or
 * text. Text is never parsed as markup.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}

/** A labelled choice among options, each a value or [value, text]. */
export function choice(label, options, value, changed) {
  const select = make("select", { change: () => changed(select.value) }, options.map((option) => {
    const [key, words] = Array.isArray(option) ? option : [option, option];
    return make("option", { value: key, selected: key === value }, words);
  }));
  return make("label", { class: "choice" }, make("span", {}, label), select);
}

/** Announces a text to screen readers. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

/** Copies a text to the clipboard. */
export async function copy(text) {
  await navigator.clipboard.writeText(text);
  say("Copied");
}

/** A word quoted for a shell. */
export function quoted(word) {
  return /^[\w./=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
