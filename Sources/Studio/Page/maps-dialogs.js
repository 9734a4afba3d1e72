import { make } from "./dom.js";

/** Offers the available maps, and files of this computer. `choose` has `name(name)` and `file(file)`. */
export function openDialog(root, kind, choose) {
  const pick = (act) => () => { dialog.close(); act(); };
  const list = (words, maps) => maps.length ? [make("h3", {}, words), make("div", { class: "map-list" },
    maps.map(({ name }) => make("button", { type: "button", click: pick(() => choose.name(name)) }, name)))] : [];
  const file = make("input", { type: "file", accept: `.${kind.ending},.txt,.json`, "aria-label": "A file",
    change: () => { if (file.files[0]) pick(() => choose.file(file.files[0]))(); } });
  const dialog = make("dialog", { class: "map-dialog", "aria-labelledby": "map-open", close: () => dialog.remove() },
    make("h2", { id: "map-open" }, `Open a map: ${kind.world}`),
    list(`In ${kind.folder}`, kind.maps.filter(({ saved }) => saved)),
    list("Built in", kind.maps.filter(({ saved }) => !saved)),
    make("h3", {}, "From a file"), file,
    make("form", { method: "dialog" }, make("button", {}, "Close")));
  root.append(dialog);
  dialog.showModal();
}

/** Asks for the name to save a map under. `keep` has `save(name, replace)` and `download()`, which gives its text. */
export function nameDialog(root, kind, name, keep) {
  const input = make("input", { type: "text", value: name, maxlength: 64, required: true, autocomplete: "off",
    spellcheck: "false", pattern: "[A-Za-z0-9][A-Za-z0-9_\\-]*", input: () => ask() });
  const where = make("p", { class: "hint" });
  const trouble = make("p", { class: "trouble", role: "alert" });
  const button = make("button", { type: "submit", class: "main" }, "Save");
  let replaces = false;
  const ask = (isThere = kind.maps.some((map) => map.saved && map.name === input.value)) => {
    replaces = isThere;
    button.textContent = isThere ? "Replace" : "Save";
    const file = `${kind.folder}/${input.value || "name"}.${kind.ending}`;
    where.textContent = isThere ? `${file} exists` : file;
    trouble.textContent = "";
  };
  const save = async (event) => {
    event.preventDefault();
    try {
      await keep.save(input.value, replaces);
      dialog.close();
    } catch (error) {
      if (error.status === 409 && !replaces) ask(true);
      trouble.textContent = error.message;
    }
  };
  const download = async () => {
    try {
      const url = URL.createObjectURL(await keep.download());
      make("a", { href: url, download: `${input.value || kind.world}.${kind.ending}` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      trouble.textContent = error.message;
    }
  };
  const dialog = make("dialog", { class: "map-dialog", "aria-labelledby": "map-save", close: () => dialog.remove() },
    make("h2", { id: "map-save" }, "Save the map"),
    make("form", { submit: save },
      make("label", {}, make("span", {}, "Name: letters, digits, - and _"), input), where, trouble,
      make("div", { class: "buttons" }, button,
        make("button", { type: "button", click: download }, "Download"),
        make("button", { type: "button", click: () => dialog.close() }, "Cancel"))));
  root.append(dialog);
  ask();
  dialog.showModal();
  input.select();
}
