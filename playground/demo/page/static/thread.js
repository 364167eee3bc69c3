/**
 * The panel beside the conversation: a message with its replies, and a field to reply.
 */

import { Composer } from "./composer.js";
import { fill, h, icon } from "./dom.js";
import { Timeline } from "./timeline.js";

/** Shows one thread at a time. */
export class ThreadPanel {
  /**
   * @param {HTMLElement} panel
   * @param {import("./store.js").Store} store
   * @param {function(): void} turned Called when it was opened or closed.
   */
  constructor(panel, store, turned) {
    Object.assign(this, { panel, store, turned, channel: "", ts: "", cameFrom: "" });
    const close = h(
      "button.quiet-button.square",
      { type: "button", "aria-label": "Close thread", on: { click: () => this.close() } },
      icon("close"),
    );
    this.about = h("p.about");
    const scroller = h("div.scroller");
    const write = h("div");
    fill(panel, h("header", {}, h("div", {}, h("h2", { text: "Thread" }), this.about), close), scroller, write);
    this.timeline = new Timeline(scroller, store, {
      inThread: true,
      openThread: () => {},
      start: () => null,
      moved: () => {},
    });
    this.composer = new Composer(write, store, { id: "reply", commands: false, sending: () => this.timeline.toEnd() });
    panel.addEventListener("keydown", (event) => event.key === "Escape" && !event.defaultPrevented && this.close());
    store.on("room", (key) => key === this.timeline.key && this.ts && this._focus());
  }

  /** Return whether a message belongs to the open thread. */
  shows(message) {
    return (
      this.ts !== "" && message.channel === this.channel && (message.thread_ts === this.ts || message.ts === this.ts)
    );
  }

  /** Show a message's thread from its beginning, or with `replies` from the first reply; with `write`, to go on there. */
  show(message, { replies = false, write = false } = {}) {
    this.channel = message.channel;
    this.ts = message.thread_ts ?? message.ts;
    this.waiting = true;
    this.replies = replies;
    this.write = write;
    this.panel.hidden = false;
    document.body.dataset.thread = this.ts;
    const direct = this.store.channel(this.channel)?.kind === "im";
    this.about.textContent = direct ? this.store.state.bot.name : `#${this.store.name(this.channel)}`;
    this.turned();
    this.timeline.show(this.channel, this.ts);
    this.timeline.list.stuck = false;
    this.aim();
    this._focus();
  }

  /** Enable the reply field, or say why nobody can reply. */
  aim() {
    if (!this.ts) return;
    const closed = Boolean(this.store.channel(this.channel)?.archived);
    this.composer.aim(this.channel, this.ts, closed ? "The channel is archived: nobody can reply" : "Reply", { closed });
  }

  /** Show the same thread for another person. */
  again() {
    if (this.ts) this.show({ channel: this.channel, ts: this.ts });
  }

  /** Close it, and go back to its parent message. */
  close() {
    const { ts } = this;
    this.hide();
    const node = document.querySelector(`#messages article[data-ts="${ts}"]`);
    (node?.querySelector(".thread-line") ?? node ?? document.getElementById("write"))?.focus({ preventScroll: true });
  }

  /** Close it. */
  hide() {
    if (!this.ts) return;
    this.ts = "";
    this.panel.hidden = true;
    delete document.body.dataset.thread;
    this.turned();
  }

  /** Scroll to the top of the thread, where the parent message is; close a thread without one. */
  _focus() {
    if (!this.waiting || !this.timeline.room.loaded) return;
    this.waiting = false;
    const [first, second] = this.timeline.room.messages;
    if (!first) {
      this.hide(); // the message is gone, as after a restart of the playground
    } else if (this.write) {
      this.timeline.toEnd();
      this.composer.input.focus();
    } else this.timeline.focus(first.ts);
    if (this.replies && second) this.timeline.top(second.ts);
  }
}
