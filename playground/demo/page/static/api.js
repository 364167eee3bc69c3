/**
 * The page's requests to its server, and the server's pushes (the server's `page` package documents the protocol).
 */

/** A request that the server refused; the message is one clear line. */
export class Refused extends Error {}

async function asked(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused("The playground does not answer. Is it still running in your terminal?");
  }
  const body = await answer.json().catch(() => null);
  if (!answer.ok || !body) throw new Refused(body?.problem ?? `The playground answered ${answer.status}.`);
  return body;
}

function query(path, fields) {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return `${path}?${new URLSearchParams(given)}`;
}

async function post(path, body, type = "application/json") {
  const answer = await asked(path, { method: "POST", headers: { "Content-Type": type }, body });
  if (!answer.ok) throw new Refused(answer.problem ?? "That could not be done.");
  return answer;
}

/** Fetch the state as a person ("" for the first one). */
export function fetchState(as) {
  return asked(query("/page/state", { as }));
}

/**
 * Ask for messages, oldest first.
 *
 * @param {{as: string, channel: string, thread?: string, before?: string, after?: string, limit?: number}} which
 * @returns {Promise<{messages: Array<Object>, more: boolean}>}
 */
export function fetchMessages(which) {
  return asked(query("/page/messages", which));
}

/** Fetch the deliveries and the subscriptions. */
export function fetchDeliveries() {
  return asked("/page/deliveries");
}

/** Act in the workspace as a person. Throws Refused if it cannot be done. */
export function act(as, verb, fields) {
  return post("/page/do", JSON.stringify({ as, do: verb, ...fields }));
}

/** Act in Backstage. Throws Refused if it cannot be done. */
export function operate(verb, fields = {}) {
  return post("/page/backstage", JSON.stringify({ do: verb, ...fields }));
}

/** Upload a file for a form's field; return its id there. Throws Refused if the field does not accept it. */
export async function upload(where, file) {
  return (await post(query("/page/upload", where), file, "application/octet-stream")).file;
}

/** Return the server run that a push belongs to. */
function run(id) {
  return id.slice(0, id.lastIndexOf("-"));
}

/**
 * Listen to pushes from the one after `after`, reconnecting when the connection is lost.
 *
 * @param {string} as
 * @param {string} after The id of the last known push.
 * @param {{heard: function(Object): void, connected: function(boolean): void}} listener `heard` gets each push in order,
 *   `anew` with the first of another run of the server.
 * @returns {function(): void} Stops listening.
 */
export function listen(as, after, { heard, connected }) {
  let last = after;
  let source = null;
  let timer = 0;
  let stopped = false;
  const open = () => {
    source = new EventSource(query("/page/push", { as, after: last }));
    source.onopen = () => connected(true);
    source.onmessage = (event) => {
      const anew = event.lastEventId && run(event.lastEventId) !== run(last);
      if (event.lastEventId) last = event.lastEventId;
      heard({ ...JSON.parse(event.data), anew });
    };
    source.onerror = () => {
      connected(false);
      // The browser reconnects by itself after a lost connection, but not after a refusal.
      if (source.readyState === EventSource.CLOSED && !stopped) timer = setTimeout(open, 1_500);
    };
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source.close();
  };
}
