/**
 * Moments as people read them, in the reader's time zone. All functions are pure; a moment is milliseconds.
 *
 * Source of the tokens: Slack, messaging/formatting-message-text (date formatting).
 */

const formats = new Map();

function format(zone, options) {
  const key = `${zone}|${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    try {
      found = new Intl.DateTimeFormat("en-US", { ...options, timeZone: zone || undefined });
    } catch {
      found = new Intl.DateTimeFormat("en-US", options); // this browser does not know the zone
    }
    formats.set(key, found);
  }
  return found;
}

/** Return the moment of a message's ts ("1355517523.000005"). */
export function moment(ts) {
  return Number.parseFloat(ts) * 1000;
}

/** Return the time of day: 09:05. */
export function time(at, zone) {
  return format(zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** Return the time of day with seconds: 09:05:07. */
export function exact(at, zone) {
  return format(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at);
}

/** Return a day's key, the same for all moments of that day: 2026-11-23. */
export function day(at, zone) {
  const parts = {};
  const cut = format(zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  for (const part of cut.formatToParts(at)) parts[part.type] = part.value;
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/** Return a day's name in a divider: Today, Yesterday, Monday, November 23. */
export function dayName(at, now, zone) {
  const near = nearby(at, now, zone);
  if (near) return near;
  const sameYear = day(at, zone).slice(0, 4) === day(now, zone).slice(0, 4);
  const options = { weekday: "long", month: "long", day: "numeric" };
  return format(zone, sameYear ? options : { ...options, year: "numeric" }).format(at);
}

/** Return a moment in full: Monday, November 23, 2026 at 09:05. */
export function whole(at, zone) {
  return `${format(zone, { weekday: "long", month: "long", day: "numeric", year: "numeric" }).format(at)} at ${time(at, zone)}`;
}

/** Return a moment in short: Mon 23 Nov 2026, 09:05. */
export function short(at, zone) {
  const parts = {};
  const cut = format(zone, { weekday: "short", month: "short", day: "numeric", year: "numeric" });
  for (const part of cut.formatToParts(at)) parts[part.type] = part.value;
  return `${parts.weekday} ${parts.day} ${parts.month} ${parts.year}, ${time(at, zone)}`;
}

/** Return a zone's city: London. */
export function city(zone) {
  return zone.split("/").at(-1).replaceAll("_", " ");
}

function nearby(at, now, zone) {
  const asked = day(at, zone);
  if (asked === day(now, zone)) return "Today";
  if (asked === day(now - 86_400_000, zone)) return "Yesterday";
  return asked === day(now + 86_400_000, zone) ? "Tomorrow" : "";
}

function ago(at, now) {
  const seconds = Math.round((now - at) / 1000);
  const units = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ];
  const [size, unit] = units.find(([each]) => Math.abs(seconds) >= each) ?? [1, "second"];
  const count = Math.floor(Math.abs(seconds) / size);
  const said = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `in ${said}` : `${said} ago`;
}

/**
 * Return a moment formatted by the tokens of a `<!date^…>`; unknown tokens stay as they are.
 *
 * @param {number} seconds Since 1970.
 * @param {string} form "{date_short} at {time}".
 * @param {number} now The moment that is "today".
 * @param {string} [zone] An IANA name; without one, the browser's.
 */
export function tell(seconds, form, now, zone) {
  const at = seconds * 1000;
  const long = { month: "long", day: "numeric", year: "numeric" };
  const brief = { month: "short", day: "numeric", year: "numeric" };
  const pretty = (options) => nearby(at, now, zone).toLowerCase() || format(zone, options).format(at);
  const tokens = {
    date_num: () => day(at, zone),
    date: () => format(zone, long).format(at),
    date_pretty: () => pretty(long),
    date_short: () => format(zone, brief).format(at),
    date_short_pretty: () => pretty(brief),
    date_long: () => format(zone, { ...long, weekday: "long" }).format(at),
    date_long_pretty: () => pretty({ ...long, weekday: "long" }),
    time: () => time(at, zone),
    time_secs: () => exact(at, zone),
    ago: () => ago(at, now),
  };
  const said = form.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(tokens, name) ? tokens[name]() : whole));
  return said.slice(0, 1) === form.slice(0, 1) ? said : said.charAt(0).toUpperCase() + said.slice(1);
}
