/**
 * Three things to try for a first-time visitor; each is ticked off once it is done.
 */

import { fill, h, icon } from "./dom.js";
import { drawing } from "./emoji.js";
import { recall, remember } from "./memory.js";

/**
 * Which of the three was just done (pure).
 *
 * @param {{verb: string, fields?: Object}} did
 * @returns {"ask" | "save" | "jump" | ""}
 */
export function step({ verb, fields = {} }) {
  if (verb === "say" && String(fields.text).startsWith("/")) return "ask";
  if (verb === "react" || verb === "shortcut" || (verb === "click" && /save/.test(String(fields.action_id))))
    return "save";
  return ["publish", "next_slot", "week"].includes(verb) ? "jump" : "";
}

/** The card with the three. */
export class Hints {
  /**
   * @param {HTMLElement} place
   * @param {import("./store.js").Store} store
   * @param {{ask: function(): void, save: function(): void, jump: function(): void}} ways What shows each.
   */
  constructor(place, store, ways) {
    Object.assign(this, { place, store, ways });
    this.done = new Set(recall("tried", "").split(" ").filter(Boolean));
    this.away = recall("hints", "") === "away";
    store.on("did", (did) => this._did(step(did)));
    store.on("state", () => this.draw());
  }

  /** Show them again. */
  again() {
    this.away = false;
    this.done.clear();
    remember("hints", "");
    remember("tried", "");
    this.draw();
  }

  _did(name) {
    if (!name || this.done.has(name)) return;
    this.done.add(name);
    remember("tried", [...this.done].join(" "));
    this.draw();
  }

  draw() {
    this.place.hidden = this.away;
    if (this.away) return;
    const command = this.store.state.commands[0]?.name ?? "/weekly";
    const all = [
      [
        "ask",
        "Ask for a topic",
        h("span", {}, "Type ", h("code", { text: `${command} service mesh` }), ". A typing error is fine."),
        "Type it for me",
      ],
      [
        "save",
        "Save a link",
        h("span", {}, "Open an issue's replies and react to a link with ", drawing("bookmark"), "."),
        "Show me the links",
      ],
      [
        "jump",
        "Let time pass",
        h("span", {}, "Publish an issue, break something, and see it come exactly once."),
        "Open Backstage",
      ],
    ];
    const finished = all.every(([name]) => this.done.has(name));
    const close = h(
      "button.quiet-button.square",
      { type: "button", "aria-label": "Hide these hints", on: { click: () => this._hide() } },
      icon("close"),
    );
    fill(
      this.place,
      h(
        "p.hints-title",
        {},
        h("strong", { text: finished ? "That’s all." : "Three things to try" }),
        h("span", {
          text: finished
            ? " Look around, and break whatever you like."
            : " The bot here is the real one; only the chat around it is a stand-in, on your machine.",
        }),
      ),
      h(
        "ol",
        {},
        all.map(([name, title, what, label], index) => this._card(name, index + 1, title, what, label)),
      ),
      close,
    );
  }

  _card(name, number, title, what, label) {
    const done = this.done.has(name);
    return h(
      "li",
      { class: done ? "done" : "" },
      h("span.number", { "aria-hidden": "true" }, done ? "✓" : String(number)),
      h(
        "div",
        {},
        h("strong", {}, title, done && h("span.aside", { text: " (done)" })),
        h("p", {}, what),
        h("button.link", { type: "button", text: label, on: { click: () => this.ways[name]() } }),
      ),
    );
  }

  _hide() {
    this.away = true;
    remember("hints", "away");
    this.draw();
    document.getElementById("show-hints")?.focus();
  }
}
