const root = document.documentElement;
const preference = matchMedia("(prefers-color-scheme: dark)");
const listeners = [];

const announce = () => listeners.forEach((listener) => listener());

/** The page's theme: the button's choice, else the browser's preference. */
export const theme = {
  get isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : preference.matches;
  },
  /** The name of this theme's pictures. */
  get name() {
    return this.isDark ? "dark" : "light";
  },
  toggle() {
    root.dataset.theme = this.isDark ? "light" : "dark";
    announce();
  },
  /** Calls `listener` at each change, until the returned function is called. */
  onChange(listener) {
    listeners.push(listener);
    return () => listeners.splice(listeners.indexOf(listener), 1);
  },
};

preference.addEventListener("change", announce);
