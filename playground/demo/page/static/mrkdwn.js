/**
 * Slack's mrkdwn, parsed into a tree and drawn as nodes. Text is only ever put into text nodes.
 *
 * Source of the rules: Slack, messaging/formatting-message-text.
 */

import { h, put } from "./dom.js";
import { emojis } from "./emoji.js";
import { tell } from "./when.js";

// Each reference is replaced by one private-use character while bold and italic are looked for around it.
const FIRST = 0xe000;
const LAST = 0xf8ff;
const PRIVATE = /[\ue000-\uf8ff]/g;
const REFERENCE = /<([^<>\n]*)>/g;
const SAFE = /^(?:https?:\/\/|mailto:)/i;
// Undocumented: an invisible space after a formatting mark keeps it from being one, as any space does.
const SPANS = [
  ["pre", /```\n?([\s\S]+?)\n?```/],
  ["code", /`(?!\u200b)([^`\n]+)`/],
  ["bold", /(?<![\p{L}\p{N}*])\*(?![\s\u200b])([^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/u],
  ["italic", /(?<![\p{L}\p{N}])_(?![\s\u200b])([^_\n]*[^\s_])_(?![\p{L}\p{N}])/u],
  ["strike", /(?<![\p{L}\p{N}~])~(?![\s\u200b])([^~\n]*[^\s~])~(?![\p{L}\p{N}~])/u],
];
const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", pre: "pre" };

/** Unescape the three escapes, once. */
export function unescape(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/** Return whether a URL may be a link: http, https and mailto. */
export function safe(url) {
  return SAFE.test(url);
}

/**
 * Read mrkdwn into a tree.
 *
 * @param {string} text
 * @returns {Array<Object>} Nodes: {type: "text", text}; {type: "bold" | "italic" | "strike" | "quote" | "item",
 *   children}; {type: "code" | "pre", children}; {type: "break"}; {type: "reference", target, label} with the text in
 *   angle brackets, unescaped.
 */
export function parse(text) {
  const references = [];
  const flat = text.replace(PRIVATE, "").replace(REFERENCE, (whole, inside) => {
    if (FIRST + references.length > LAST) return whole;
    const [target, ...label] = inside.split("|");
    references.push({
      type: "reference",
      target: unescape(target),
      label: label.length ? unescape(label.join("|")) : null,
    });
    return String.fromCharCode(FIRST + references.length - 1);
  });
  return joined(lines(flat).map((line) => whole(line, references)));
}

/** Join lines: text below an item, up to an empty line, belongs to it. */
function joined(all) {
  const made = [];
  let item = null; // the item that the line above belongs to
  let apart = false; // whether the line above needs a break to end it
  for (const nodes of all) {
    if (isBlock(nodes)) {
      made.push(...nodes);
      item = nodes[0].type === "item" ? nodes[0] : null;
      apart = false;
    } else if (item && nodes.length) {
      item.children.push({ type: "break" }, ...nodes);
    } else {
      made.push(...(apart ? [{ type: "break" }] : []), ...nodes);
      item = null;
      apart = true;
    }
  }
  return made;
}

function lines(text) {
  return text.split(/(```[\s\S]+?```)/).flatMap((part, index, all) => {
    if (index % 2) return [part];
    const trimmed = all.length > 1 ? part.replace(/^\n|\n$/g, "") : part;
    return trimmed || all.length === 1 ? trimmed.split("\n") : [];
  });
}

function isBlock(nodes) {
  return nodes.length === 1 && ["pre", "quote", "item"].includes(nodes[0].type);
}

function whole(line, references) {
  const quote = /^(?:&gt;|>) ?/.exec(line);
  if (quote) return [{ type: "quote", children: inline(line.slice(quote[0].length), references) }];
  const item = /^(?:•|\d{1,3}\.) /.exec(line);
  if (item) return [{ type: "item", mark: item[0].trim(), children: inline(line.slice(item[0].length), references) }];
  return inline(line, references);
}

function inline(text, references) {
  let first = null;
  for (const [type, pattern] of SPANS) {
    const match = pattern.exec(text);
    if (match && (!first || match.index < first.match.index)) first = { type, match };
  }
  if (!first) return plain(text, references);
  const { type, match } = first;
  const deeper = type === "code" || type === "pre" ? plain(match[1], references) : inline(match[1], references);
  return [
    ...plain(text.slice(0, match.index), references),
    { type, children: deeper },
    ...inline(text.slice(match.index + match[0].length), references),
  ];
}

function plain(text, references) {
  return text
    .split(/([\ue000-\uf8ff])/)
    .filter(Boolean)
    .map((run) => {
      const found = run.length === 1 ? references[run.charCodeAt(0) - FIRST] : undefined;
      return found ?? { type: "text", text: unescape(run) };
    });
}

/**
 * Draw mrkdwn.
 *
 * @param {string} text
 * @param {{name: function(string): string, now: number, zone: string}} reader Names of ids, the time and the zone.
 * @returns {DocumentFragment}
 */
export function draw(text, reader) {
  return put(document.createDocumentFragment(), drawn(parse(text), reader, true));
}

function drawn(nodes, reader, drawEmoji) {
  const amid = nodes.some((node) => node.type === "text" && node.text.trim());
  return nodes.map((node) => {
    if (node.type === "text") return drawEmoji ? emojis(node.text) : node.text;
    if (node.type === "break") return h("br");
    if (node.type === "reference") return told(reference(node, reader), amid);
    if (node.type === "quote") return h("blockquote", {}, drawn(node.children, reader, drawEmoji));
    if (node.type === "item") {
      return h(
        "span.item",
        {},
        h("span.mark", { text: `${node.mark} ` }),
        h("span", {}, drawn(node.children, reader, drawEmoji)),
      );
    }
    return h(TAGS[node.type], {}, drawn(node.children, reader, drawEmoji && !["code", "pre"].includes(node.type)));
  });
}

/** Mark a link within other text: its colour alone would not distinguish it. */
function told(node, amid) {
  if (amid && node.tagName === "A") node.classList.add("amid");
  return node;
}

function reference({ target, label }, reader) {
  if (target.startsWith("@")) return h("span.mention", { text: `@${label ?? reader.name(target.slice(1))}` });
  if (target.startsWith("#")) return h("span.mention", { text: `#${label || reader.name(target.slice(1))}` });
  const date = /^!date\^(\d{1,12})\^([^^]*)(?:\^(.*))?$/.exec(target);
  if (date) return moment(date, label, reader);
  if (target.startsWith("!")) return h("span.mention", { text: `@${label ?? target.slice(1).split("^")[0]}` });
  return anchor(target, emojis(label ?? target.replace(/^mailto:/, "")));
}

function moment([, seconds, form, link], label, reader) {
  let said = label ?? "";
  try {
    said = tell(Number(seconds), form, reader.now, reader.zone) || said;
  } catch {
    // No calendar has this moment: that is what the fallback is for.
  }
  const at = Number(seconds) * 1000;
  const iso = Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : null;
  const shown = h("time", { datetime: iso, title: label, text: said });
  return link && safe(link) ? anchor(link, shown) : shown;
}

/** Return a link that opens in a new tab without a referrer; a URL that may not be a link stays text. */
export function anchor(url, content) {
  if (!safe(url)) return h("span.unlinked", {}, content);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, content);
}
