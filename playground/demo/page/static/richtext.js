/**
 * rich_text blocks as nodes (Slack: reference/block-kit/blocks/rich-text-block).
 */

import { h } from "./dom.js";
import { drawing, emojis } from "./emoji.js";
import { anchor } from "./mrkdwn.js";
import { tell } from "./when.js";

const PARTS = {
  rich_text_section: (part, reader) => h("div.text", {}, runs(part.elements, reader)),
  rich_text_quote: (part, reader) => h("blockquote", {}, runs(part.elements, reader)),
  rich_text_preformatted: (part, reader) => h("pre", {}, runs(part.elements, reader)),
  rich_text_list: (part, reader) => {
    const tag = part.style === "ordered" ? "ol" : "ul";
    const items = (part.elements ?? []).map((item) => h("li", {}, runs(item.elements, reader)));
    return h(
      tag,
      { class: `indent-${Math.min(8, part.indent ?? 0)}`, start: part.offset ? part.offset + 1 : null },
      items,
    );
  },
};
const STYLES = [
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
  ["code", "code"],
];

/** Draw a rich_text block for a reader. */
export function richText(block, reader) {
  const parts = (block.elements ?? []).map((part) =>
    Object.hasOwn(PARTS, part.type) ? PARTS[part.type](part, reader) : h("pre", { text: JSON.stringify(part) }),
  );
  return h("div.rich", {}, parts);
}

function runs(elements, reader) {
  return (elements ?? []).map((element) => {
    let made = run(element, reader);
    for (const [name, tag] of STYLES) if (element.style?.[name]) made = h(tag, {}, made);
    return made;
  });
}

function run(element, reader) {
  switch (element.type) {
    case "text":
      return emojis(String(element.text ?? ""));
    case "link":
      return anchor(String(element.url), String(element.text || element.url));
    case "emoji":
      return drawing(element.name);
    case "user":
      return h("span.mention", { text: `@${reader.name(element.user_id)}` });
    case "channel":
      return h("span.mention", { text: `#${reader.name(element.channel_id)}` });
    case "broadcast":
      return h("span.mention", { text: `@${element.range}` });
    case "date":
      return h("time", { text: tell(Number(element.timestamp), String(element.format), reader.now, reader.zone) });
    default:
      return h("code", { text: JSON.stringify(element) });
  }
}
