import { make } from "./dom.js";
import { download } from "./server.js";
import { theme } from "./theme.js";

/** Offers files of what a run's page shows. */
export function save(run) {
  const { facts, episode, learning } = run;
  const offers = [
    ...(episode ? [
      ["This frame", ["png"], { what: "frame", episode: episode.episode, t: run.t }],
      ["This episode", ["gif", "mp4", "csv"], { what: "episode", episode: episode.episode }],
      ...(run.mind.isMapped ? [["The map", ["png", "csv"], { what: "map", step: run.learned }]] : []),
      ["The explanation", ["png"], { what: "explanation", step: run.step }],
    ] : []),
    ["The curve", ["png", "csv"], { what: "curve", metric: learning.metric, along: learning.along }],
  ];
  offer(run.root, facts.file, offers.map(([words, kinds, query]) => [words, kinds.map((kind) =>
    [kind, run.api("save", { ...query, as: kind, theme: theme.name })])]));
}

/** Offers files: rows of [text, [kind, address] …]. Slow ones can be cancelled. */
function offer(root, file, rows) {
  const abort = new AbortController();
  const state = make("p", { class: "hint", role: "status" }, `From ${file}`);
  const keep = async (kind, address) => {
    state.textContent = `Making the ${kind.toUpperCase()} …`;
    try {
      const { blob, name } = await download(address, { signal: abort.signal });
      const url = URL.createObjectURL(blob);
      make("a", { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      state.textContent = `Saved ${name}`;
    } catch (error) {
      if (error.name !== "AbortError") state.textContent = error.message;
    }
  };
  const dialog = make("dialog", { class: "save", close: () => { abort.abort(); dialog.remove(); } },
    make("h2", {}, "Save"),
    make("dl", {}, rows.map(([words, kinds]) => make("div", {}, make("dt", {}, words), make("dd", {},
      kinds.map(([kind, address]) => make("button", {
        type: "button", class: "small", "aria-label": `${words} as ${kind.toUpperCase()}`,
        click: () => keep(kind, address),
      }, kind.toUpperCase())))))),
    state, make("form", { method: "dialog" }, make("button", {}, "Close")));
  root.append(dialog);
  dialog.showModal();
}
