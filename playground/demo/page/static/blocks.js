/**
 * Block Kit, drawn from the bot's own JSON. What this page does not know is shown as JSON in a box, never left out.
 *
 * Source of the shapes: Slack, reference/block-kit/blocks.
 */

import { h } from "./dom.js";
import { emojis } from "./emoji.js";
import { control, controlId, isControl } from "./elements.js";
import { draw } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/**
 * What a view of blocks needs: the reader, and what to do with clicks and values.
 *
 * @typedef {Object} Host
 * @property {string} id A prefix for the ids of elements, different for each host.
 * @property {{name: function(string): string, now: number, zone: string}} reader
 * @property {boolean} form Whether values are kept until the form is sent.
 * @property {function(string, Object): any} chosen Returns an element's current value.
 * @property {function(string, Object, any, boolean): Promise<void>} choose Takes a new value; `send` says whether the
 *   bot is told at once.
 * @property {function(string, Object, string): Promise<Array<Object>>} suggest Returns options for the typed text.
 * @property {function(string): Array<{id: string, name: string}>} known Returns "users", "channels" or "conversations".
 */

const BLOCKS = {
  section,
  header: (block) => h("h3.block-header", {}, emojis(block.text?.text ?? "")),
  divider: () => h("hr"),
  context,
  actions: (block, host) =>
    h(
      "div.actions",
      {},
      (block.elements ?? []).map((each) => piece(each, block, host)),
    ),
  context_actions: (block, host) =>
    h(
      "div.actions.thumbs",
      {},
      (block.elements ?? []).map((each) => piece(each, block, host)),
    ),
  input,
  image: (block) => h("figure.picture", {}, picture(block), block.title && h("figcaption", { text: block.title.text })),
  rich_text: (block, host) => richText(block, host.reader),
  table,
};

/**
 * Draw blocks, in order.
 *
 * @param {Array<Object>} blocks
 * @param {Host} host
 * @returns {Array<HTMLElement>}
 */
export function drawBlocks(blocks, host) {
  return blocks.map((block) => {
    const known = Object.hasOwn(BLOCKS, block.type);
    try {
      const made = known ? BLOCKS[block.type](block, host) : unknown("block", block);
      made.classList.add("block", `block-${String(block.type).replace(/\W/g, "")}`);
      return made;
    } catch {
      return unknown("block", block); // a known type with an unknown shape
    }
  });
}

/** Draw a text object: mrkdwn with its markup, plain text with its emoji. */
export function text(object, reader) {
  if (!object) return "";
  return object.type === "mrkdwn" ? draw(String(object.text ?? ""), reader) : emojis(String(object.text ?? ""));
}

/** Show something unknown as its JSON. */
export function unknown(what, json) {
  return h(
    "details.unknown",
    {},
    h("summary", { text: `A ${what} of type “${json?.type ?? "none"}” that this page cannot draw` }),
    h("pre", { text: JSON.stringify(json, null, 2) }),
  );
}

function section(block, host) {
  const words = h("div.words", {}, block.text && h("div.text", {}, text(block.text, host.reader)));
  if (block.fields) {
    words.append(
      h(
        "div.fields",
        {},
        block.fields.map((field) => h("div.text", {}, text(field, host.reader))),
      ),
    );
  }
  if (!block.accessory) return words;
  return h("div.with-accessory", {}, words, h("div.accessory", {}, piece(block.accessory, block, host)));
}

function context(block, host) {
  const drawn = (block.elements ?? []).map((each) =>
    each.type === "image" ? picture(each) : h("span.text", {}, text(each, host.reader)),
  );
  return h("div.context", {}, drawn);
}

/** Draw an element of a block: a control, a picture, or its JSON if it is unknown. */
function piece(element, block, host) {
  if (element.type === "image") return picture(element);
  return isControl(element) ? control(element, block, host) : unknown("control", element);
}

function picture(image) {
  const url = String(image.image_url ?? "");
  const alt = String(image.alt_text ?? "");
  if (/^(?:data:image\/|\/)/.test(url)) return h("img", { src: url, alt });
  // The page loads nothing from other servers: the alt text stands for the image.
  return h("span.unloaded", { role: "img", "aria-label": alt || "An image" }, `▧ ${alt}`);
}

function input(block, host) {
  if (!isControl(block.element ?? {})) return unknown("field", block);
  const field = `${host.id}-${block.block_id}`;
  const single = !["checkboxes", "radio_buttons", "button"].includes(block.element.type);
  const label = h(
    single ? "label.label" : "span.label",
    { id: `${field}-label`, for: single ? controlId(block.element, block, host) : null },
    emojis(block.label?.text ?? ""),
  );
  if (block.optional) label.append(h("span.optional", { text: " (optional)" }));
  const hint = block.hint && h("p.hint", { id: `${field}-hint` }, emojis(block.hint.text));
  const error = h("p.error", { id: `${field}-error`, hidden: true });
  const made = control(block.element, block, host, {
    labelledBy: `${field}-label`,
    labelled: single,
    describedBy: [hint && `${field}-hint`, `${field}-error`].filter(Boolean).join(" "),
  });
  return h("div.field", { data: { block: block.block_id } }, label, made, hint, error);
}

function table(block, host) {
  const cell = (each, tag) =>
    h(
      tag,
      tag === "th" ? { scope: "col" } : {},
      each.type === "rich_text" ? richText(each, host.reader) : String(each.text ?? ""),
    );
  const [head, ...rows] = block.rows ?? [];
  return h(
    "div.scrolled",
    { tabindex: 0, role: "group", "aria-label": "Table" },
    h(
      "table",
      {},
      head &&
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            head.map((each) => cell(each, "th")),
          ),
        ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((each) => cell(each, "td")),
          ),
        ),
      ),
    ),
  );
}
