/**
 * The beginning of a conversation: what this place is, and what one can do while it is empty.
 */

import { h } from "./dom.js";

/** Return a channel's schedule, or "" if it is not subscribed. */
export function subscription(store, id) {
  return store.deliveries?.subscriptions.find(({ channel }) => channel === id)?.schedule ?? "";
}

/**
 * Draw the beginning of a channel.
 *
 * @param {import("./store.js").Store} store
 * @param {string} id The channel's.
 * @param {function(string): void} write Puts text into the composer.
 * @returns {HTMLElement}
 */
export function startOf(store, id, write) {
  const channel = store.channel(id);
  const { bot, commands } = store.state;
  const command = commands[0]?.name ?? "/weekly";
  const offer = (text) => h("button.link.code", { type: "button", text, on: { click: () => write(text) } });
  if (channel?.kind === "im") {
    return h(
      "div.start",
      { role: "article", "aria-label": bot.name },
      h("h3", { text: bot.name }),
      h("p", {}, "Only you and the bot are here. Ask in your own words; it answers in a thread."),
      h(
        "p.prompts",
        {},
        store.state.prompts.map(({ title, message }) =>
          h("button", { type: "button", text: title, title: message, on: { click: () => write(message) } }),
        ),
      ),
    );
  }
  const schedule = subscription(store, id);
  let what = ["Nothing is posted here until the channel is subscribed: ", offer(`${command} subscribe`)];
  if (!channel?.bot) {
    what = [
      `${bot.name} is not in this channel, so it cannot post here. Its answers reach you all the same: `,
      offer(`${command} latest`),
    ];
  }
  if (schedule) what = [`Each new issue is posted here: ${schedule}. To change that: `, offer(`${command} status`)];
  return h(
    "div.start",
    { role: "article", "aria-label": "Where the channel begins" },
    h("h3", {}, h("span.hash", { text: "#" }), channel?.name ?? ""),
    h("p", {}, "This is where the channel begins. ", what),
  );
}
