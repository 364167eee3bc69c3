/**
 * Notices beside the conversation: a line that disappears, and a log for screen readers.
 */

import { fill, h, icon } from "./dom.js";
import { plainly } from "./message.js";

const NOTICE_MS = 7_000; // milliseconds that a notice stays
const LOG_LINES = 20; // lines that the log for screen readers keeps

/** Show a problem in one line. */
export function problem(place, text) {
  const close = h("button.quiet-button.square", { type: "button", "aria-label": "Dismiss" }, icon("close"));
  const line = h("div.notice", {}, h("span", { text }), close);
  const gone = () => line.remove();
  close.addEventListener("click", gone);
  fill(place, line);
  setTimeout(gone, NOTICE_MS);
}

/** Announce an answer outside of the viewport, with a button that leads to it. */
export function answered(place, message, show) {
  const look = h("button.quiet-button", { type: "button", text: "Show" });
  const line = h("div.notice", {}, h("span.said", { text: plainly(message) }), look);
  look.addEventListener("click", () => {
    line.remove();
    show();
  });
  fill(place, line);
  setTimeout(() => line.remove(), NOTICE_MS);
}

/** Announce a message to screen readers. */
export function announce(log, message) {
  const who = message.ephemeral ? `${message.name}, only to you` : message.name;
  log.append(h("p", { text: `${who}: ${plainly(message)}` }));
  while (log.children.length > LOG_LINES) log.firstChild.remove();
}
