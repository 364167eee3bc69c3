/**
 * The bot's Home tab, drawn from the view that the bot published for this person.
 */

import { drawBlocks } from "./blocks.js";
import { fill, h } from "./dom.js";
import { known } from "./message.js";
import { Values, viewHost } from "./values.js";

/** Shows the current person's Home tab. */
export class Home {
  /**
   * @param {HTMLElement} place
   * @param {import("./store.js").Store} store
   */
  constructor(place, store) {
    this.place = place;
    this.store = store;
    this.values = new Values();
    this.open = false;
    store.on("home", () => this.open && this._draw());
    store.on("state", () => this.values.clear());
  }

  /** Open it: the bot gets an event and publishes it again. */
  async show() {
    this.open = true;
    this._draw();
    this.place.setAttribute("aria-busy", "true");
    await this.store.do("open_home", {});
    this.place.setAttribute("aria-busy", "false");
    if (this.open) this._draw();
  }

  /** Close it. */
  hide() {
    this.open = false;
  }

  _draw() {
    const view = this.store.state.home;
    if (!view) {
      const bot = this.store.state.bot.name;
      fill(this.place, h("div.empty", {}, h("p", { text: `${bot} has not put anything here yet. One moment …` })));
      return;
    }
    const spot = this.place.contains(document.activeElement) ? document.activeElement : null;
    const near = spot && { id: spot.id, action: spot.dataset.action, at: spot.closest("[data-at]")?.dataset.at };
    const host = viewHost(view, this.values, this.store, { known: (what) => known(this.store, what) });
    const drawn = drawBlocks(view.blocks ?? [], host);
    drawn.forEach((block, index) => Object.assign(block.dataset, { at: String(index) }));
    fill(this.place, drawn);
    if (near) this._refocus(near);
  }

  /** Move the focus back to what had it before the page was redrawn. */
  _refocus({ id, action, at }) {
    const all = [...this.place.querySelectorAll("[data-action]")];
    const same = all.find((each) => each.dataset.action === action && each.closest("[data-at]")?.dataset.at === at);
    const found =
      (id && document.getElementById(id)) || same || all.find((each) => each.dataset.action === action) || this.place;
    found.focus({ preventScroll: true });
  }
}
