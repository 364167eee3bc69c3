/**
 * A small picture for a person: the bot's own icon, or the first letter of the name on a colour.
 */

import { h } from "./dom.js";

const COLOURS = 6;

/** Draw a person's picture. The name is always beside it, so it is hidden from screen readers. */
export function avatar(id, name, isBot = false) {
  if (isBot) return h("span.avatar.of-bot", { "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const sum = [...id].reduce((total, char) => (total * 31 + char.charCodeAt(0)) % 9973, 7);
  const letter = [...String(name)][0] ?? "?";
  return h(`span.avatar.colour-${sum % COLOURS}`, { "aria-hidden": "true", text: letter.toLocaleUpperCase("en") });
}
