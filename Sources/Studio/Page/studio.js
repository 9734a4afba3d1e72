import { make } from "./dom.js";
import { theme } from "./theme.js";

const pages = {
  "": () => import("./library.js"), run: () => import("./run.js"),
  compare: () => import("./compare.js"), drive: () => import("./drive.js"),
  write: () => import("./write.js"), train: () => import("./train.js"),
  maps: () => import("./maps.js"),
};
/** Pages with a style sheet of their own, which applies while they are shown. */
const styled = ["train", "drive", "write", "maps"];
const main = document.getElementById("main");
let close = () => {};
let visit = 0;
let current;

/** Replaces the last page's style sheet by this page's, and waits for it. */
async function dress(name) {
  const worn = document.getElementById("style");
  if (worn?.dataset.page === name) return;
  if (styled.includes(name)) {
    const link = make("link", { rel: "stylesheet", id: "style", "data-page": name, href: `/page/${name}.css` });
    await new Promise((resolve) => {
      link.addEventListener("load", resolve);
      link.addEventListener("error", resolve);
      document.head.append(link);
    });
  }
  worn?.remove();
}

/** Shows the page of the current address. */
async function show() {
  const address = new URL(location);
  const [name, id] = address.pathname.split("/").slice(1);
  visit += 1;
  const mine = visit;
  close();
  close = () => {};
  main.replaceChildren(make("p", { class: "pending" }, "Loading …"));
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = new URL(link.href).pathname === `/${name}`;
    if (isHere) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  try {
    const [{ page }] = await Promise.all([(pages[name] ?? pages[""])(), dress(name)]);
    if (mine !== visit) return;
    current = page;
    document.title = `${page.title} – Reel Studio`;
    document.body.dataset.page = name || "library";
    main.replaceChildren();
    const closed = await page.open(main, { id, query: address.searchParams });
    if (mine === visit) close = closed ?? close; else closed?.();
  } catch (error) {
    if (mine === visit) {
      main.replaceChildren(make("section", { class: "card failure", role: "alert" },
        make("h1", {}, "That did not work"), make("p", {}, error.message)));
    }
  }
}

/** Goes to another page of the studio. */
export function go(address) {
  history.pushState(null, "", address);
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
  return show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey
    || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.hasAttribute("download") || link.hash
    || link.pathname.startsWith("/api/")) return;
  event.preventDefault();
  go(link.href);
});
addEventListener("popstate", show);

const button = document.getElementById("theme");
const label = () => { button.textContent = theme.isDark ? "Light" : "Dark"; };
button.addEventListener("click", () => {
  theme.toggle();
  localStorage.setItem("theme", theme.name);
});
theme.onChange(label);
const chosen = localStorage.getItem("theme");
if (chosen && chosen !== theme.name) theme.toggle();
label();

const dialog = document.getElementById("keys");
const always = [["?", "these keys"], ["g l", "library"], ["g t", "train"], ["g d", "drive"],
  ["g w", "write"], ["g m", "maps"]];
function showKeys() {
  const rows = [...(current?.keys ?? []), ...always].map(([key, words]) =>
    make("div", {}, make("dt", {}, key.split(" ").map((one) => make("kbd", {}, one))),
      make("dd", {}, words)));
  dialog.querySelector("dl").replaceChildren(...rows);
  dialog.showModal();
}
document.getElementById("help").addEventListener("click", showKeys);

let isGoing = false;
const places = { l: "/", t: "/train", d: "/drive", w: "/write", m: "/maps" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
  if (event.target.matches("input:not([type=range],[type=checkbox]),textarea,select")) return;
  if (isGoing && places[event.key]) {
    event.preventDefault();
    go(places[event.key]);
  } else if (event.key === "?") {
    showKeys();
  }
  isGoing = event.key === "g";
});

show();
