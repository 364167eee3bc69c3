/**
 * The text field for messages and commands; commands and names are completed while one types.
 */

import { fill, h } from "./dom.js";
import { recallHere, rememberHere } from "./memory.js";
import { place } from "./menu.js";

/**
 * Return the completions of the typed text (pure).
 *
 * @param {string} typed
 * @param {Array<{name: string, hint: string, what: string, words?: Array<Object>}>} commands
 * @returns {{offers: Array<{put: string, name: string, hint: string, what: string}>, first: boolean}} `first` says
 *   whether Enter takes the first one, as it does until a command's name is complete.
 */
export function offers(typed, commands) {
  if (!typed.startsWith("/")) return { offers: [], first: false };
  const command = commands.find(({ name }) => typed.startsWith(`${name} `));
  if (!command) {
    const fits = commands.filter(({ name }) => name.startsWith(typed));
    const made = fits.map(({ name, hint, what }) => ({ put: `${name} `, name, hint, what }));
    return { offers: made, first: !commands.some(({ name }) => name === typed) };
  }
  const rest = typed.slice(command.name.length + 1).toLowerCase();
  const fits = (command.words ?? []).filter(
    ({ text }) => text.toLowerCase().startsWith(rest) && text.toLowerCase() !== rest,
  );
  const made = fits.map(({ text, hint, what }) => ({
    put: `${command.name} ${text}${hint ? " " : ""}`,
    name: `${command.name} ${text}`,
    hint,
    what,
  }));
  return { offers: made, first: false };
}

/**
 * Return the names that complete an "@" at the end of the typed text (pure).
 *
 * @param {string} typed
 * @param {Array<{name: string, what: string}>} people
 * @returns {{offers: Array<{put: string, name: string, hint: string, what: string}>, first: boolean}}
 */
export function mentions(typed, people) {
  const [, before, said] = /^(.*?(?:^|\s))@([^@]*)$/s.exec(typed) ?? [];
  if (said === undefined) return { offers: [], first: false };
  const fits = people.filter(({ name }) => name.toLowerCase().startsWith(said.toLowerCase()) && said.length <= name.length);
  const made = fits.map(({ name, what }) => ({ put: `${before}@${name} `, name: `@${name}`, hint: "", what }));
  return { offers: made.filter(({ put }) => put.trim() !== typed.trim()), first: said !== "" };
}

/** A text field for a channel or a thread. */
export class Composer {
  /**
   * @param {HTMLElement} parent The element it is put into.
   * @param {import("./store.js").Store} store
   * @param {{id: string, commands: boolean, sending: function(): void, said?: function(string, string, string): void}}
   *   how `commands`: whether they work here (not in threads); `sending` is called when something is sent, `said` once a
   *   message stands there, with its channel, its ts and the thread that it is in ("" for none).
   */
  constructor(parent, store, { id, commands, sending, said }) {
    this.store = store;
    this.said = said;
    this.channel = "";
    this.thread = "";
    this.commands = commands;
    this.sending = sending;
    this.sent = [];
    this.active = -1;
    this.found = { offers: [], first: false };
    this.list = h("ul.options.commands", {
      role: "listbox",
      id: `${id}-list`,
      popover: "manual",
      "aria-label": commands ? "Commands" : "Names",
    });
    this.input = h("input.write", {
      id,
      type: "text",
      autocomplete: "off",
      "aria-label": "Message",
      enterkeyhint: "send",
      maxlength: 40_000,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    });
    this.button = h("button.send", { type: "submit", "aria-label": "Send", title: "Send" });
    this.button.append(h("span.arrow", { "aria-hidden": "true", text: "↵" }));
    this.pending = h("p.pending", { role: "status" });
    this.form = h(
      "form.composer",
      { on: { submit: (event) => this._submit(event) } },
      this.pending,
      this.input,
      this.button,
      this.list,
    );
    parent.append(this.form);
    this.input.addEventListener("input", () => {
      this._keep();
      this._offer();
    });
    this.input.addEventListener("focus", () => this._offer());
    this.input.addEventListener("blur", () => this._close());
    this.input.addEventListener("keydown", (event) => this._key(event));
  }

  /**
   * Write to a channel or thread from now on; the draft of the one before is kept. With `closed` nobody can write there,
   * and `placeholder` says why.
   */
  aim(channel, thread, placeholder, { closed = false } = {}) {
    this.input.disabled = closed;
    this.button.disabled = closed;
    const key = `${this.store.me}/${channel}/${thread}`;
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", placeholder);
    if (key === this.key) return;
    this._keep();
    Object.assign(this, { key, channel, thread });
    this.input.value = recallHere(`draft:${key}`);
    this._close();
  }

  /** Keep the draft in this tab over a reload. */
  _keep() {
    if (this.key) rememberHere(`draft:${this.key}`, this.input.value);
  }

  /** Put text into the field, ready to be sent. */
  write(text) {
    this.input.value = text;
    this._keep();
    this.input.focus();
    this._offer();
  }

  async _submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this._close();
    this.input.value = "";
    this._keep();
    this.sent = [...this.sent.filter((each) => each !== text), text].slice(-50);
    this.recalled = undefined;
    const command = text.startsWith("/");
    fill(this.pending, h("code", { text }), command ? `${this.store.state.bot.name} is answering …` : "Sending …");
    this.sending();
    const where = { channel: this.channel, text, ...(this.thread ? { thread: this.thread } : {}) };
    const done = await this.store.do("say", where);
    fill(this.pending);
    if (!done && !this.input.value) this.input.value = text;
    if (done && !command) this.said?.(where.channel, done.ts, this.thread);
  }

  _offer() {
    if (this.store.state) this.found = this._found(this.input.value.trimStart());
    if (!this.found.offers.length || document.activeElement !== this.input) {
      this._close();
      return;
    }
    fill(
      this.list,
      this.found.offers.map((offer, index) =>
        h(
          "li",
          {
            role: "option",
            id: `${this.list.id}-${index}`,
            "aria-selected": "false",
            on: { pointerdown: (event) => event.preventDefault(), click: () => this._take(index) },
          },
          h(
            "span.command",
            {},
            h("strong", { text: offer.name }),
            offer.hint && h("span.hint", { text: ` ${offer.hint}` }),
          ),
          h("span.description", { text: offer.what }),
        ),
      ),
    );
    if (!this.open) {
      this.list.showPopover();
      this.input.setAttribute("aria-expanded", "true");
    }
    place(this.list, this.form, { wide: true, above: true });
    this._point(this.found.first ? 0 : -1);
  }

  /** Return what completes the typed text: a command, or somebody's name. */
  _found(typed) {
    const { bot, commands, everywhere, people } = this.store.state;
    if (this.commands && typed.startsWith("/")) {
      const found = offers(typed, commands);
      const more = everywhere.map(({ name, callback_id: shortcut }) => ({ name, hint: "", what: "A shortcut", shortcut }));
      return typed === "/" ? { ...found, offers: [...found.offers, ...more] } : found;
    }
    const others = people.filter(({ id }) => id !== this.store.me).map(({ name }) => ({ name, what: "" }));
    return mentions(typed, [{ name: bot.name, what: "Ask the newsletter’s archive" }, ...others]);
  }

  get open() {
    return this.input.getAttribute("aria-expanded") === "true";
  }

  _close() {
    if (!this.open) return;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.list.hidePopover();
  }

  _point(index) {
    this.active = index;
    [...this.list.children].forEach((row, number) => {
      row.classList.toggle("active", number === index);
      row.setAttribute("aria-selected", String(number === index));
      if (number === index) row.scrollIntoView({ block: "nearest" });
    });
    if (index >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  _take(index) {
    const offer = this.found.offers[index];
    if (offer?.shortcut) {
      this.write("");
      this.store.do("shortcut", { callback_id: offer.shortcut });
    } else if (offer) this.write(offer.put);
  }

  _key(event) {
    if (event.isComposing) return;
    if (this.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const count = this.found.offers.length;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this._point(this.active < 0 ? (step > 0 ? 0 : count - 1) : (this.active + step + count) % count);
    } else if (this.open && event.key === "Tab" && !event.shiftKey && this.input.value.trim()) {
      event.preventDefault();
      this._take(Math.max(0, this.active));
    } else if (this.open && event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this._take(this.active);
    } else if (this.open && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this._close();
    } else if (!this.open && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      this._recall(event);
    }
  }

  /** Recall sent lines, as a terminal does. */
  _recall(event) {
    const own = this.recalled === undefined ? this.input.value : "";
    if (own || !this.sent.length) return;
    event.preventDefault();
    const at = (this.recalled ?? this.sent.length) + (event.key === "ArrowUp" ? -1 : 1);
    this.recalled = at >= this.sent.length ? undefined : Math.max(0, at);
    this.input.value = this.recalled === undefined ? "" : this.sent[this.recalled];
  }
}
