/**
 * The values of a view's fields, kept while it is on the screen: a view that the bot updates keeps what was filled in
 * if block and element are the same (Slack: surfaces/modals, preserving input entry).
 */

import { initial, isControl } from "./elements.js";

/** Values by block and action. */
export class Values {
  constructor() {
    this._set = new Map();
  }

  /** Return an element's value. */
  get(block, element) {
    const key = `${block}\n${element.action_id}\n${element.type}`;
    return this._set.has(key) ? this._set.get(key) : initial(element);
  }

  /** Set an element's value. */
  set(block, element, value) {
    this._set.set(`${block}\n${element.action_id}\n${element.type}`, value);
  }

  /** Drop all values. */
  clear() {
    this._set.clear();
  }

  /** Return the values of every element of a view: {block_id: {action_id: value}}. */
  all(blocks) {
    const made = {};
    for (const block of blocks) {
      const inside = [block.element, block.accessory, ...(block.type === "actions" ? (block.elements ?? []) : [])];
      for (const element of inside) {
        if (!element || !isControl(element) || ["button", "overflow"].includes(element.type)) continue;
        (made[block.block_id] ??= {})[element.action_id] = this.get(block.block_id, element);
      }
    }
    return made;
  }
}

/**
 * Make the host of a view's blocks.
 *
 * @param {Object} view
 * @param {Values} values
 * @param {import("./store.js").Store} store
 * @param {{known: function(string): Array<Object>, submit?: function(): void}} how
 * @returns {import("./blocks.js").Host}
 */
export function viewHost(view, values, store, { known, submit }) {
  return {
    id: `v${view.id}`,
    reader: store.reader,
    submit,
    known,
    chosen: (block, element) => values.get(block, element),
    choose: async (block, element, chosen, send) => {
      if (element.type !== "button" && element.type !== "overflow") values.set(block, element, chosen);
      if (!send) return;
      await store.do("click", {
        view: view.id,
        block_id: block,
        action_id: element.action_id,
        ...(chosen === null ? {} : { chosen }),
        values: values.all(view.blocks),
      });
    },
    upload: (block, element, file) => store.upload(view.id, block, element.action_id, file),
    suggest: async (block, element, typed) =>
      (await store.do("suggest", { view: view.id, block_id: block, action_id: element.action_id, typed })).options ??
      [],
  };
}
