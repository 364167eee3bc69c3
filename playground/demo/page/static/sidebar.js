/**
 * The places one can go to, and the people one can be.
 */

import { avatar } from "./avatar.js";
import { fill, h, icon } from "./dom.js";
import { city } from "./when.js";

/** Shows the channels, the bot's two places, and the people. */
export class Sidebar {
  /**
   * @param {HTMLElement} nav
   * @param {HTMLElement} people
   * @param {import("./store.js").Store} store
   * @param {{go: function(string): void, be: function(string): void}} how `go` gets a channel's id or "home".
   */
  constructor(nav, people, store, how) {
    Object.assign(this, { nav, people, store, how, current: "" });
    for (const type of ["state", "channels"]) store.on(type, () => this.draw());
  }

  /** Mark the current place. */
  at(place) {
    this.current = place;
    this.draw();
  }

  /** Redraw it without losing the focus. */
  draw() {
    const { state } = this.store;
    const held = document.activeElement?.closest?.("[data-place], [data-person]")?.dataset;
    const channels = state.channels.filter((each) => each.kind !== "im");
    const direct = this.store.direct;
    const list = (label, rows) =>
      h(
        "section",
        { "aria-label": label },
        h("h2", { text: label }),
        h(
          "ul",
          {},
          rows.map((row) => h("li", {}, row)),
        ),
      );
    fill(
      this.nav,
      list(
        "Channels",
        channels.map((each) =>
          this._row(
            each.id,
            h("span.hash", { "aria-hidden": "true", text: each.kind === "private" ? "▪" : "#" }),
            each.name,
            each.unread,
            each.archived,
          ),
        ),
      ),
      list(
        state.bot.name,
        [
          this._row("home", icon("home"), "Home", 0),
          direct && this._row(direct.id, icon("chat"), "Messages", direct.unread),
        ].filter(Boolean),
      ),
    );
    fill(
      this.people,
      h("legend", { text: "You are" }),
      state.people.map((person) => this._person(person)),
    );
    if (held)
      document.querySelector(held.place ? `[data-place="${held.place}"]` : `[data-person="${held.person}"]`)?.focus();
  }

  _row(place, glyph, name, unread, archived = false) {
    const here = place === this.current;
    return h(
      "button.place",
      {
        type: "button",
        class: unread && !here ? "unread" : "",
        "aria-current": here ? "page" : null,
        data: { place },
        on: { click: () => this.how.go(place) },
      },
      glyph,
      h("span.name", { text: name }),
      archived && h("span.tag", { text: "archived" }),
      unread > 0 &&
        !here &&
        h(
          "span.badge",
          {},
          h("span", { "aria-hidden": "true", text: unread > 99 ? "99+" : String(unread) }),
          h("span.aside", { text: `${unread} new` }),
        ),
    );
  }

  _person({ id, name, zone }) {
    const me = id === this.store.me;
    return h(
      "button.person",
      {
        type: "button",
        "aria-pressed": String(me),
        data: { person: id },
        title: `${me ? `You are ${name}` : `Be ${name}`}; times are those of ${zone}`,
        on: { click: () => me || this.how.be(id) },
      },
      avatar(id, name),
      h("span", {}, name, zone && h("span.zone", { text: ` ${city(zone)}` })),
    );
  }
}
