/**
 * Backstage: the clock, the next issue, faults, and the latest calls and deliveries.
 */

import { fill, h, icon } from "./dom.js";
import { unescape } from "./mrkdwn.js";
import { city, exact, short } from "./when.js";

/** Calls by which the bot checks only that nothing is there: this error means that it still has access. */
const PROBES = { "reactions.get": "message_not_found", "conversations.replies": "thread_not_found" };
/** Connection faults in words; all other errors are Slack's own. */
const WORDS = { limited: "ratelimited (429)", broken: "500", hang: "no answer", cut: "line cut" };
const SHOWN = 80; // calls in the list
const TICK = 1_000;

/** Shows Backstage: a bar that is always there, and a panel that it opens. */
export class Backstage {
  /**
   * @param {HTMLElement} bar
   * @param {HTMLElement} panel
   * @param {import("./store.js").Store} store
   * @param {{toggled: function(boolean): void, here: function(): string}} how `toggled` gets whether it is open;
   *   `here` returns the open channel, "" for none.
   */
  constructor(bar, panel, store, { toggled, here }) {
    Object.assign(this, { bar, panel, store, toggled, here, open: false });
    this.toggle = h("button.backstage-toggle", { type: "button", "aria-expanded": "false", "aria-controls": panel.id });
    this.toggle.append(icon("up"), "Backstage");
    this.toggle.addEventListener("click", () => this.turn(!this.open));
    this.clock = h("span.now");
    this.broken = h("span.is-broken");
    this.doubles = h("span.doubles", { role: "status", data: { testid: "doubles" } });
    fill(bar, this.toggle, h("span.clock", {}, icon("clock"), this.clock), this.broken, this.doubles);
    this.controls = h("section.controls", { "aria-labelledby": "controls-title" });
    this.faults = h("section.faults", { "aria-labelledby": "faults-title" });
    this.table = h("section.deliveries", { "aria-labelledby": "deliveries-title" });
    this.list = h("ol.calls-list", { tabindex: 0, "aria-label": "Calls, newest first" });
    const calls = h(
      "section.calls",
      { "aria-labelledby": "calls-title" },
      h("h3", { id: "calls-title", text: "Calls between bot and chat" }),
      this.list,
    );
    this.shut = h(
      "button.quiet-button.square",
      { type: "button", "aria-label": "Close Backstage", on: { click: () => this.turn(false) } },
      icon("close"),
    );
    fill(
      panel,
      h(
        "header",
        {},
        h("h2", { text: "Backstage" }),
        h("p", { text: "What an operator sees and does. Break something, and watch that nothing comes twice." }),
        this.shut,
      ),
      h("div.columns", {}, this.controls, this.faults, this.table, calls),
    );
    for (const type of ["state", "backstage", "clock"]) store.on(type, () => this._draw());
    store.on("deliveries", () => this._draw());
    store.on("state", () => this.open && this._calls()); // another person's clock
    store.on("call", (call) => this.open && this._called(call));
    panel.addEventListener("keydown", (event) => event.key === "Escape" && this.turn(false));
    setInterval(() => this._tick(), TICK);
  }

  /** Open or close it. */
  turn(open) {
    this.open = open;
    this.panel.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
    this.toggled(open);
    this._draw();
    if (open) {
      this._calls();
      this.panel.querySelector("button")?.focus({ preventScroll: true });
    } else {
      this.toggle.focus();
    }
  }

  _tick() {
    if (!this.store.state) return;
    const { zone } = this.store;
    const [date, hour] = short(this.store.now(), zone).split(", ");
    const cut = date.lastIndexOf(" "); // on a narrow screen the year is left out first
    fill(
      this.clock,
      h("span.date", {}, date.slice(0, cut), h("span.year", { text: date.slice(cut) }), ", "),
      h("span.hour", { text: hour }),
      zone && h("span.city", { text: ` ${city(zone)}` }),
    );
    this.clock.title = `This playground's clock, in ${this.store.zone || "your time zone"}`;
  }

  _draw() {
    const { backstage } = this.store.state;
    this._tick();
    const doubles = this.store.deliveries?.doubles ?? backstage.doubles;
    fill(this.doubles, "Posted twice: ", h("strong", { text: String(doubles) }));
    this.doubles.classList.toggle("bad", doubles > 0);
    const names = backstage.faults.filter(({ what }) => backstage.broken.includes(what)).map(({ name }) => name);
    fill(this.broken, names.length > 0 && [icon("break"), names.join(", ")]);
    if (!this.open) return;
    const held = this.panel.contains(document.activeElement) ? document.activeElement.dataset.do : null;
    this._controls(backstage);
    this._deliveries();
    if (held && !this.panel.contains(document.activeElement)) {
      (this.panel.querySelector(`[data-do="${held}"]:enabled`) ?? this.shut).focus({ preventScroll: true });
    }
  }

  _controls(backstage) {
    const { clock } = this.store.state;
    const { zone } = this.store;
    const slot = clock.next_slot ? short(Date.parse(clock.next_slot), zone) : "";
    fill(
      this.controls,
      h("h3", { id: "controls-title", text: "The newsletter" }),
      h("p.quiet", {
        text: backstage.held
          ? `${backstage.held} ${backstage.held === 1 ? "issue waits" : "issues wait"} to come out. Next: ${backstage.next}.`
          : "Every issue is out. Restart the demo to publish them again.",
      }),
      h("div.row", {}, this._do("publish", "Publish the next issue", "press", !backstage.held)),
      h("h3", { text: "Time" }),
      h("p.quiet", {
        text: slot ? `The next digest is due ${slot}${zone ? ` ${city(zone)}` : ""}.` : "No channel has a set time; issues come as they appear.",
      }),
      h(
        "div.row",
        {},
        this._do("next_slot", "Jump to the next slot", "clock", !slot),
        this._do("week", "Jump a week", "clock"),
      ),
    );
    fill(
      this.faults,
      h(
        "div.title-row",
        {},
        h("h3", { id: "faults-title", text: "Break something" }),
        this._do("mend", "Mend everything", "mend", !backstage.broken.length),
      ),
      h(
        "div.breaks",
        {},
        backstage.faults.map((each) => this._break(each, backstage.broken.includes(each.what))),
      ),
    );
  }

  _do(verb, label, glyph, disabled = false) {
    const made = h("button.button.plain", { type: "button", disabled, data: { do: verb } }, icon(glyph), label);
    made.addEventListener("click", async () => {
      made.setAttribute("aria-busy", "true");
      await this.store.operate(verb);
      made.removeAttribute("aria-busy");
    });
    return made;
  }

  _break({ what, name, text }, on) {
    const made = h(
      "button.break",
      { type: "button", "aria-pressed": String(on), data: { do: `break-${what}` } },
      icon("break"),
      h("span", {}, h("strong", { text: name }), h("span.description", { text })),
    );
    made.addEventListener("click", () => this.store.operate("break", { what, channel: this.here() }));
    return made;
  }

  _deliveries() {
    const known = this.store.deliveries;
    const rows = known?.deliveries ?? [];
    const cells = ({ issue, label, channel_name: channel, state, sent, parts, reason }) =>
      h(
        "tr",
        { title: [issue, this._named(reason)].filter(Boolean).join(": ") },
        h("td", { text: label }),
        h("td.where", { text: `#${channel}` }),
        h("td", {}, h("span.state", { class: `state-${state.replace(/\W/g, "-")}`, text: state })),
        h("td.number", { text: `${sent}/${parts}` }),
      );
    fill(
      this.table,
      h("h3", { id: "deliveries-title", text: "Deliveries" }),
      (known?.subscriptions ?? []).map(({ channel_name: channel, schedule, paused }) =>
        h("p.quiet", { text: `#${channel}: ${schedule}${paused ? ` (paused: ${this._named(paused)})` : ""}` }),
      ),
      rows.length === 0
        ? h("p.empty", { text: "Nothing has been delivered yet. Publish an issue and it appears here." })
        : h(
            "div.scrolled",
            { tabindex: 0, role: "group", "aria-label": "Deliveries, newest first" },
            h(
              "table",
              {},
              h(
                "thead",
                {},
                h(
                  "tr",
                  {},
                  ["Issue", "Channel", "State", "Posted"].map((text) => h("th", { scope: "col", text })),
                ),
              ),
              h("tbody", {}, rows.map(cells)),
            ),
          ),
    );
  }

  /** Replace channel ids by their names. */
  _named(text) {
    return (text ?? "").replace(/\b[CG]\d{8}\b/g, (id) => (this.store.channel(id) ? `#${this.store.name(id)}` : id));
  }

  _calls() {
    fill(
      this.list,
      this.store.state.backstage.calls
        .slice(-SHOWN)
        .reverse()
        .map((call) => this._call(call)),
    );
  }

  _called(call) {
    this.list.prepend(this._call(call));
    while (this.list.children.length > SHOWN) this.list.lastChild.remove();
  }

  _call(call) {
    const probe = !call.ok && PROBES[call.method] === call.answer;
    const lost = call.landed && !call.ok;
    const answer = WORDS[call.answer] ?? call.answer;
    const said = lost ? `${answer}: the answer was lost, the message was not` : answer;
    const asked = probe && "a look whether the bot is in the channel: this answer means yes";
    const toBot = call.to === "bot";
    const about = [call.channel_name && `#${call.channel_name}`, asked, unescape(call.summary)].filter(Boolean).join(" · ");
    return h(
      "li.call",
      { class: call.ok ? "fine" : probe ? "expected" : "failed" },
      h("time", { text: exact(Date.parse(call.at), this.store.zone) }),
      h(
        "span.to",
        { title: toBot ? "from the chat to the bot" : "from the bot to the chat" },
        h("span", { "aria-hidden": "true", text: toBot ? "→" : "←" }),
        h("span.aside", { text: toBot ? "to the bot" : "from the bot" }),
      ),
      h("code", { text: call.method }),
      h("span.answer", {
        text: call.ms === null || call.ms === undefined ? said : `${said} · ${Math.round(call.ms)} ms`,
      }),
      about && h("span.summary", { text: about }),
      (call.details ?? []).map((text) => h("span.detail", { text })),
    );
  }
}
