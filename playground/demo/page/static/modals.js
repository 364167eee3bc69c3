/**
 * Forms that the bot opens, as dialogs over the page: the topmost is shown, those below it wait.
 */

import { drawBlocks } from "./blocks.js";
import { fill, h, icon } from "./dom.js";
import { emojify } from "./emoji.js";
import { known } from "./message.js";
import { Values, viewHost } from "./values.js";

/** Shows the store's modals. */
export class Modals {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.values = new Map();
    this.shown = null;
    this.cameFrom = null;
    this.dialog = h("dialog.modal", { "aria-labelledby": "modal-title" });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this._closed();
    });
    document.body.append(this.dialog);
    store.on("modals", () => this.show());
    store.on("state", () => this.show());
    // Notices over the conversation would be behind the form.
    store.on("problem", (text) => this.dialog.open && this._trouble(text));
  }

  /** Show the topmost modal, or none. */
  show() {
    const view = this.store.state.modals.at(-1);
    if (!view) {
      this._away();
      return;
    }
    if (!this.dialog.open) {
      this.cameFrom = document.activeElement;
      this.dialog.showModal();
    }
    const other = this.shown?.id !== view.id;
    if (!other && this.shown.hash === view.hash && this.shown === view) return;
    this._draw(view, other);
  }

  _draw(view, isNew) {
    const spot = isNew ? null : document.activeElement?.id;
    const scrolled = isNew ? 0 : (this.dialog.querySelector(".fields-of")?.scrollTop ?? 0);
    this.shown = view;
    const values = this.values.get(view.id) ?? new Values();
    this.values.set(view.id, values);
    const host = viewHost(view, values, this.store, {
      known: (what) => known(this.store, what),
      submit: () => this._submit(),
    });
    const close = h(
      "button.quiet-button.square",
      { type: "button", "aria-label": "Close", on: { click: () => this._closed() } },
      icon("close"),
    );
    this.body = h("div.fields-of", { tabindex: -1, on: { change: () => this._errors({}) } }, drawBlocks(view.blocks ?? [], host));
    this.send = view.submit && h("button.button.primary", { type: "submit" }, emojify(view.submit.text));
    const cancel = h(
      "button.button.plain",
      { type: "button", on: { click: () => this._closed() } },
      emojify(view.close?.text ?? "Cancel"),
    );
    const form = h(
      "form",
      { novalidate: true, on: { submit: (event) => this._submit(event) } },
      h("header", {}, h("h2", { id: "modal-title", text: emojify(view.title?.text ?? "") }), close),
      this.body,
      h("div.foot", {}, h("p.trouble", { role: "alert" }), cancel, this.send),
    );
    fill(this.dialog, form);
    this.body.scrollTop = scrolled;
    const first = this.body.querySelector("input, textarea, button, [tabindex='0']");
    (spot ? document.getElementById(spot) : isNew ? (first ?? this.send ?? cancel) : null)?.focus();
    if (!this.dialog.contains(document.activeElement)) (first ?? (this.send || cancel)).focus();
  }

  async _submit(event) {
    event?.preventDefault();
    const view = this.shown;
    const { send } = this; // the next view may be drawn, without a button, before this is answered
    if (!view?.submit || send.getAttribute("aria-busy") === "true") return;
    send.setAttribute("aria-busy", "true");
    this._errors({});
    const answer = await this.store.do("submit", {
      view: view.id,
      values: this.values.get(view.id).all(view.blocks ?? []),
    });
    send.removeAttribute("aria-busy");
    if (answer && this.shown?.id === view.id) this._errors(answer.errors ?? {});
  }

  /** Show each error below its field, and focus the first field with one; a change clears it. */
  _errors(errors) {
    let first = null;
    for (const field of this.body.querySelectorAll(".field")) {
      const words = Object.hasOwn(errors, field.dataset.block) ? errors[field.dataset.block] : "";
      const line = field.querySelector(".error");
      line.textContent = words;
      line.hidden = !words;
      const control = field.querySelector("input, textarea");
      if (words) control?.setAttribute("aria-invalid", "true");
      else control?.removeAttribute("aria-invalid");
      if (words && !first) first = control ?? line;
    }
    const count = Object.keys(errors).length;
    this._trouble(count ? `Please look at ${count === 1 ? "one field" : `${count} fields`}.` : "");
    first?.focus();
  }

  _trouble(text) {
    this.dialog.querySelector(".trouble").textContent = text;
  }

  _closed() {
    if (this.shown) this.store.closeView(this.shown.id);
  }

  _away() {
    this.shown = null;
    this.values.clear();
    if (!this.dialog.open) return;
    this.dialog.close();
    fill(this.dialog);
    if (this.cameFrom?.isConnected) this.cameFrom.focus({ preventScroll: true });
  }
}
