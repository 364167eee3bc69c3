/**
 * URLs of messages in this workspace, as the bot links to them: they open here, as no other server has them.
 */

const ADDRESS = /^https:\/\/([\w-]+)\.slack\.com\/archives\/([A-Z0-9]+)\/p(\d{10})(\d{6})(?:\?(.*))?$/;

/**
 * Parse the URL of a message.
 *
 * @param {string} url
 * @param {string} workspace The workspace's own name.
 * @returns {{channel: string, ts: string, thread: string} | null} null for any other URL; `thread`: "" for none.
 */
export function messageAt(url, workspace) {
  const found = ADDRESS.exec(url);
  if (!found || found[1] !== workspace) return null;
  const thread = new URLSearchParams(found[5] ?? "").get("thread_ts") ?? "";
  return { channel: found[2], ts: `${found[3]}.${found[4]}`, thread };
}
