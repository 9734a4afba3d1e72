/** Calls the function bound to a key, while an element or something in it has the focus. */
export function listen(element, bindings) {
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = bindings[event.key];
    if (!action || belongsTo(event.target, event.key, element)) return;
    event.preventDefault();
    action();
  });
}

/** Buttons, boxes and lists keep their own keys. */
function belongsTo(target, key, element) {
  if (target === element) return false;
  return target.tagName === "SELECT" || key === " " || (target.type === "range" && key.length > 1);
}
