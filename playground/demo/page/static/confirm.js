/**
 * "Are you sure?", as the bot words it (Slack: reference/block-kit/composition-objects/confirmation-dialog-object).
 */

import { h } from "./dom.js";
import { draw } from "./mrkdwn.js";

const NOBODY = { name: (id) => id, now: 0, zone: "UTC" };

/**
 * Ask, and return the answer.
 *
 * @param {{title: Object, text: Object, confirm: Object, deny: Object, style?: string}} asked
 * @returns {Promise<boolean>}
 */
export function confirmed(asked) {
  return new Promise((resolve) => {
    const words = asked.text?.type === "mrkdwn" ? draw(asked.text.text, NOBODY) : (asked.text?.text ?? "");
    const yes = h(
      "button.button",
      { type: "button", class: asked.style === "danger" ? "danger" : "primary" },
      asked.confirm?.text ?? "Yes",
    );
    const no = h("button.button.plain", { type: "button" }, asked.deny?.text ?? "Cancel");
    const dialog = h(
      "dialog.confirm",
      { "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", role: "alertdialog" },
      h("h2", { id: "confirm-title", text: asked.title?.text ?? "Are you sure?" }),
      h("p", { id: "confirm-text" }, words),
      h("div.foot", {}, no, yes),
    );
    let answer = false;
    yes.addEventListener("click", () => {
      answer = true;
      dialog.close();
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
