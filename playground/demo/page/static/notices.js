/**
 * What is said beside the conversation: to those who see, a line that goes away; to those who hear, what has just come.
 */

import { fill, h, icon } from "./dom.js";
import { plainly } from "./message.js";

const STAYS = 7_000; // milliseconds that a line stays
const SAID = 20; // lines that the log for screen readers keeps

/** Show a problem in one line. */
export function problem(place, text) {
  const close = h("button.quiet-button.square", { type: "button", "aria-label": "Dismiss" }, icon("close"));
  const line = h("div.notice", {}, h("span", { text }), close);
  const gone = () => line.remove();
  close.addEventListener("click", gone);
  fill(place, line);
  setTimeout(gone, STAYS);
}

/** Tell of an answer that is out of sight, with a way to it. */
export function answered(place, message, show) {
  const look = h("button.quiet-button", { type: "button", text: "Show" });
  const line = h("div.notice", {}, h("span.said", { text: plainly(message) }), look);
  look.addEventListener("click", () => {
    line.remove();
    show();
  });
  fill(place, line);
  setTimeout(() => line.remove(), STAYS);
}

/** Say a message to those who hear the page. */
export function announce(log, message) {
  const who = message.ephemeral ? `${message.name}, only to you` : message.name;
  log.append(h("p", { text: `${who}: ${plainly(message)}` }));
  while (log.children.length > SAID) log.firstChild.remove();
}
