/**
 * The loaded messages of one conversation or thread: in order, found by ts.
 */

import { day, moment } from "./when.js";

const TOGETHER = 5 * 60_000; // milliseconds within which a person's messages share one name

/** Messages in order. The loaded ones are always the newest: older ones are added before them, new ones after. */
export class Room {
  /** @param {string} zone The reader's, which decides where days end. */
  constructor(zone) {
    this.zone = zone;
    this.loaded = false;
    this.more = false;
    this.fetching = null;
    this.version = 0;
    this._order = [];
    this._rows = new Map();
  }

  /** Return the messages, oldest first. */
  get messages() {
    return this._order.map((ts) => this._rows.get(ts).message);
  }

  get oldest() {
    return this._order[0];
  }

  get newest() {
    return this._order.at(-1);
  }

  /** Return a message. */
  find(ts) {
    return this._rows.get(ts)?.message;
  }

  /** Insert a message at its place, or replace it. */
  put(message) {
    const known = this._rows.get(message.ts);
    const at = known?.at ?? moment(message.ts);
    this.version += 1;
    this._rows.set(message.ts, { message, at, day: known?.day ?? day(at, this.zone), version: this.version });
    if (known) return;
    let index = this._order.length;
    while (index > 0 && this._order[index - 1] > message.ts) index -= 1;
    this._order.splice(index, 0, message.ts);
  }

  /** Add older messages before the others. */
  prepend(messages) {
    const fresh = messages.filter((message) => !this._rows.has(message.ts));
    for (const message of fresh) {
      const at = moment(message.ts);
      this._rows.set(message.ts, { message, at, day: day(at, this.zone), version: 0 });
    }
    this._order = [...fresh.map((message) => message.ts), ...this._order].sort();
    this.version += 1;
  }

  /** Remove a message. */
  drop(ts) {
    if (!this._rows.delete(ts)) return;
    this._order.splice(this._order.indexOf(ts), 1);
    this.version += 1;
  }

  /**
   * Return what is drawn, oldest first: the room's start or "load more", dividers of days, messages.
   *
   * @param {string} [unreadFrom] The ts of the first unread message.
   * @param {string} [startVersion] Changes when the room's start is to be redrawn.
   * @returns {Array<{key: string, version: string, kind: string, floats?: boolean, row?: Object, compact?: boolean}>}
   */
  items(unreadFrom = "", startVersion = "") {
    const made = [
      { key: this.more ? "more" : "start", version: startVersion, kind: this.more ? "more" : "start", floats: true },
    ];
    let before = null;
    for (const ts of this._order) {
      const row = this._rows.get(ts);
      if (row.day !== before?.day)
        made.push({ key: `day-${row.day}`, version: row.day, kind: "day", row, floats: true });
      if (ts === unreadFrom) made.push({ key: "unread", version: "", kind: "unread", floats: true });
      const compact = ts !== unreadFrom && follows(row, before);
      made.push({ key: ts, version: `${row.version}${compact ? "c" : ""}`, kind: "message", row, compact });
      before = row;
    }
    return made;
  }
}

function follows(row, before) {
  if (!before || before.day !== row.day) return false;
  const [one, other] = [before.message, row.message];
  return one.user === other.user && one.ephemeral === other.ephemeral && row.at - before.at < TOGETHER && !one.thread;
}
