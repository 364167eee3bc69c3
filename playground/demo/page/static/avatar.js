/**
 * A small picture for somebody: the bot's own mark, or the first letter of a name on a colour of theirs.
 */

import { h } from "./dom.js";

const COLOURS = 6;

/** Draw somebody's picture; their name always stands beside it, so it says nothing by itself. */
export function avatar(id, name, isBot = false) {
  if (isBot) return h("span.avatar.of-bot", { "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  const sum = [...id].reduce((total, char) => (total * 31 + char.charCodeAt(0)) % 9973, 7);
  const letter = [...String(name)][0] ?? "?";
  return h(`span.avatar.colour-${sum % COLOURS}`, { "aria-hidden": "true", text: letter.toLocaleUpperCase("en") });
}
