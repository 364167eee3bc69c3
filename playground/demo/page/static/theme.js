/**
 * Light, dark, or the system's setting, stored in this browser.
 */

import { fill, icon } from "./dom.js";
import { recall, remember } from "./memory.js";

const ORDER = ["auto", "light", "dark"];
const ICONS = { auto: "auto", light: "sun", dark: "moon" };
const NAMES = { auto: "as your system is", light: "light", dark: "dark" };

/** Make a button cycle through the themes. */
export function themed(button) {
  let now = recall("theme", "auto");
  if (!ORDER.includes(now)) now = "auto";
  const put = () => {
    document.documentElement.dataset.theme = now;
    button.setAttribute("aria-label", `Colours: ${NAMES[now]}. Change`);
    button.title = `Colours: ${NAMES[now]}`;
    fill(button, icon(ICONS[now]));
  };
  button.addEventListener("click", () => {
    now = ORDER[(ORDER.indexOf(now) + 1) % ORDER.length];
    remember("theme", now);
    put();
  });
  put();
}
