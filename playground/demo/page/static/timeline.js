/**
 * A conversation on the screen: a room's messages in a windowed list, with the keyboard and the toolbar.
 */

import { h } from "./dom.js";
import { drawMessage, toolbar } from "./message.js";
import { dayName } from "./when.js";
import { Windowed } from "./windowed.js";

const GUESS = { day: 41, unread: 25, more: 52, start: 150 };
const STEPS = { ArrowUp: -1, ArrowDown: 1 };
const LEAPS = { PageUp: -1, PageDown: 1 };
const PER_LINE = 76; // characters on a line, about

/** Shows one room at a time. */
export class Timeline {
  /**
   * @param {HTMLElement} scroller
   * @param {import("./store.js").Store} store
   * @param {Object} how
   * @param {boolean} [how.inThread]
   * @param {function(Object): void} how.openThread
   * @param {function(string, string): HTMLElement|null} how.start Draws a room's beginning: channel, thread.
   * @param {function(string): string} [how.startVersion] Returns a value that changes with a beginning.
   * @param {function(boolean): void} how.moved Called with whether the newest message is visible.
   */
  constructor(scroller, store, how) {
    this.store = store;
    this.how = how;
    this.channel = "";
    this.thread = "";
    this.unreadFrom = "";
    this.unread = 0;
    this.fresh = false;
    this.canvas = h("div.canvas", { role: "feed", "aria-busy": "true" });
    scroller.replaceChildren(this.canvas);
    this.list = new Windowed(scroller, this.canvas, {
      draw: (item) => this._draw(item),
      guess,
      moved: (atEnd) => {
        this._lower();
        how.moved(atEnd);
      },
      top: () => store.older(this.channel, this.thread),
    });
    this.canvas.addEventListener("keydown", (event) => this._key(event));
    this.canvas.addEventListener("pointerover", (event) => this._equip(event.target.closest("article")));
    this.canvas.addEventListener("focusin", (event) => this._focus(event.target.closest("article")));
    scroller.addEventListener("pointerleave", () => this._strip(null));
    store.on("room", (key) => key === this.key && this.refresh());
  }

  get key() {
    return this.thread ? `${this.channel}/${this.thread}` : this.channel;
  }

  get room() {
    return this.store.room(this.channel, this.thread);
  }

  /** Show a room, from its end. */
  show(channel, thread = "") {
    this.channel = channel;
    this.thread = thread;
    this.unreadFrom = "";
    this.unread = 0;
    this.list.clear();
    this.fresh = true;
    const name = this.store.name(channel);
    this.canvas.setAttribute("aria-label", thread ? "Thread" : `Messages in ${name}`);
    this.refresh();
  }

  /** Mark where unread messages begin: before the newest `count` messages of others. */
  mark(count) {
    this.unread = count;
    if (this.room.loaded) this.refresh();
  }

  /** Show the room's current messages. */
  refresh() {
    const { room } = this;
    this.canvas.setAttribute("aria-busy", String(!room.loaded));
    if (!room.loaded) return;
    if (this.unread) {
      this.unreadFrom = room.messages.filter((message) => message.user !== this.store.me).at(-this.unread)?.ts ?? "";
      this.unread = 0;
    }
    this.list.set(room.items(this.unreadFrom, this.how.startVersion?.(this.channel) ?? ""));
    this._rove();
    this._lower(); // only now is every redrawn row in its place
    if (this.fresh && room.newest) this.arrive(room.newest);
    this.fresh = false;
  }

  /** Scroll to a message and focus it. */
  focus(ts) {
    const node = this.list.reveal(ts);
    node?.focus({ preventScroll: true });
    return node;
  }

  /** Scroll to a linked message, focus it, and highlight it for a moment. */
  find(ts) {
    const node = this.focus(ts);
    node?.classList.add("found");
    setTimeout(() => node?.classList.remove("found"), 2_000);
  }

  /** Scroll a message to the top of the screen and focus it. */
  top(ts) {
    this.focus(ts);
    this.list.top(ts);
  }

  /** Return whether a message's beginning is visible. */
  sees(ts) {
    const node = this.list.node(ts);
    const seen = this.list.scroller.getBoundingClientRect();
    const top = node?.getBoundingClientRect().top;
    return node !== undefined && top >= seen.top - 1 && top < seen.bottom - 20;
  }

  /** Show a new message from its beginning if it is taller than the screen. */
  arrive(ts) {
    const node = this.list.node(ts);
    if (!this.list.stuck || !node || node.offsetHeight <= this.list.scroller.clientHeight) return;
    this.list.stuck = false;
    const { active } = this.list;
    this.list.reveal(ts);
    this.list.active = active;
    this.list.placed = true;
  }

  /** Return whether the list is at its end, or where it was moved for a new message and not scrolled since. */
  get following() {
    return this.list.stuck || this.list.placed;
  }

  /** Show a new digest if the list follows its end. */
  follow(ts) {
    this.list.toEnd();
    this.arrive(ts);
  }

  /** Go to the newest message. */
  toEnd() {
    this.list.toEnd();
  }

  _draw(item) {
    if (item.kind === "day") {
      const said = dayName(item.row.at, this.store.now(), this.store.zone);
      return h("div.divider", {}, h("span", { text: said }));
    }
    if (item.kind === "unread") return h("div.divider.unread", {}, h("span", { text: "New" }));
    if (item.kind === "more") return h("p.more", { text: "Older messages are on their way …" });
    if (item.kind === "start") return this.how.start(this.channel, this.thread) ?? h("div.start");
    return drawMessage(item.row.message, this.store, {
      compact: item.compact,
      inThread: Boolean(this.how.inThread),
      openThread: this.how.openThread,
    });
  }

  /** Let the Tab key reach one message: the last focused one, or the newest. */
  _rove() {
    const active = this.list.active && this.room.find(this.list.active) ? this.list.active : this.room.newest;
    if (!active) return;
    for (const each of this.canvas.querySelectorAll("article[tabindex='0']")) each.tabIndex = -1;
    const node = this.list.node(active) ?? [...this.canvas.querySelectorAll("article")].at(-1);
    if (node) node.tabIndex = 0;
  }

  _focus(row) {
    if (!row) return;
    this.list.active = row.dataset.ts;
    this._rove();
    this._equip(row);
  }

  /** Add a message's toolbar and remove those of others, except one that has the focus. */
  _equip(row) {
    if (!row || row.querySelector(":scope > .toolbar")) return;
    this.list.watch(row);
    this._strip(row);
    const message = this.room.find(row.dataset.ts);
    const made =
      message && toolbar(message, this.store, { inThread: this.how.inThread, openThread: this.how.openThread });
    if (!made) return;
    row.append(made);
    this._lower();
  }

  /** Keep the topmost message's toolbar visible. */
  _lower() {
    const all = this.canvas.querySelectorAll(":scope > article > .toolbar");
    if (!all.length) return; // nearly always: measuring costs a layout
    const top = this.list.scroller.getBoundingClientRect().top + 30;
    for (const each of all) each.classList.toggle("low", each.parentElement.getBoundingClientRect().top < top);
  }

  _strip(except) {
    for (const each of this.canvas.querySelectorAll(":scope > article > .toolbar")) {
      const row = each.parentElement;
      if (row === except || row.contains(document.activeElement) || each.querySelector("[aria-expanded=true]"))
        continue;
      each.remove();
    }
  }

  _key(event) {
    const row = event.target.closest("article");
    if (!row || event.target !== row) return;
    const isMessage = (item) => item.kind === "message";
    const from = row.dataset.ts;
    let to;
    if (Object.hasOwn(STEPS, event.key)) to = this.list.neighbour(from, STEPS[event.key], isMessage) ?? from;
    else if (Object.hasOwn(LEAPS, event.key)) to = this.list.leap(from, LEAPS[event.key], isMessage) ?? from;
    else if (event.key === "End") to = this.room.newest;
    else if (event.key === "Home") to = this.room.oldest;
    else if (event.key === "Enter" && !this.how.inThread) {
      const message = this.room.find(row.dataset.ts);
      if (message && !message.ephemeral) this.how.openThread(message);
      return;
    }
    if (!to) return;
    event.preventDefault();
    this.focus(to);
  }
}

/** Return an item's estimated height in pixels before it was drawn. */
function guess(item) {
  if (item.kind !== "message") return GUESS[item.kind];
  const { message } = item.row;
  let height = item.compact ? 8 : 32;
  if (message.ephemeral) height += 20;
  if (message.reactions?.length) height += 32;
  if (message.thread) height += 36;
  if (!message.blocks?.length) return height + lines(message.text) * 22;
  for (const block of message.blocks) {
    if (block.type === "section") height += 8 + lines(block.text?.text) * 22;
    else height += block.type === "actions" ? 44 : 26;
  }
  return height;
}

function lines(text) {
  return String(text ?? "")
    .split("\n")
    .reduce((sum, line) => sum + 1 + Math.floor(line.length / PER_LINE), 0);
}
