// Times in words. The API says what the clock on the wall shows at the place of the appointment; that is what counts,
// so it is taken as it is and never computed from the browser's own, perhaps older, zone rules.

let language = "en-GB";

/** The words of the pages are English, and so are the dates: in the business's English, or the reader's. */
export function speakLike(locale) {
  const english = [locale, ...navigator.languages].find((tag) => /^en\b/i.test(tag));
  if (english) language = Intl.DateTimeFormat.supportedLocalesOf([english])[0] ?? language;
}

const DAY = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const SHORT_DAY = { weekday: "long", day: "numeric", month: "long" };
const CLOCK = { hour: "numeric", minute: "2-digit" };

const format = (date, options) => new Intl.DateTimeFormat(language, options).format(date);
// A wall time is shown by pretending that it is UTC and asking for UTC.
const onTheWall = (local, options) => format(new Date(`${local.dateTime}Z`), { ...options, timeZone: "UTC" });

export const day = (local) => onTheWall(local, DAY);
export const clock = (local) => onTheWall(local, CLOCK);
export const dayOf = (local) => local.dateTime.slice(0, 10);

/** "Monday, 11 January 2027, 10:00 to 11:00"; the end with its day if it is another. */
export function span(begin, end) {
  const until = dayOf(begin) === dayOf(end) ? clock(end) : `${day(end)}, ${clock(end)}`;
  return `${day(begin)}, ${clock(begin)} to ${until}`;
}

/** "Central Standard Time (America/Chicago)". */
export function zoneInWords(instant, local) {
  return `${inZone(instant, local.zone, { timeZoneName: "long" }, "timeZoneName") ?? local.abbreviation} (${local.zone})`;
}

/** An instant at the place: "Sunday, 10 January 2027, 10:00". Falls back to the reader's clock for a zone too new. */
export function moment(instant, zone) {
  return `${inZone(instant, zone, DAY) ?? format(new Date(instant), DAY)}, ${
    inZone(instant, zone, CLOCK) ?? format(new Date(instant), { ...CLOCK, timeZoneName: "short" })
  }`;
}

function inZone(instant, timeZone, options, part) {
  try {
    const formatter = new Intl.DateTimeFormat(language, { ...options, timeZone });
    if (!part) return formatter.format(new Date(instant));
    return formatter.formatToParts(new Date(instant)).find((one) => one.type === part)?.value;
  } catch {
    return undefined; // a zone that this browser does not know yet
  }
}

/** Whether the reader's clock shows something else then than the clock at the place. */
export function differsHere(instant, local) {
  const [, sign, hours, minutes] = local.offset.match(/([+-])(\d\d):(\d\d)/);
  const there = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return there !== -new Date(instant).getTimezoneOffset();
}

/** The same on the reader's clock: "Monday, 11 January 2027, 17:00 GMT+1". */
export function here(instant) {
  const at = new Date(instant);
  return `${format(at, DAY)}, ${format(at, { ...CLOCK, timeZoneName: "short" })}`;
}

/** The same beside a time at the place: "17:00", or "Tue 02:00" where that is another day. */
export function clockHere(instant, local) {
  const at = new Date(instant);
  const sameDay = format(at, DAY) === day(local);
  return format(at, sameDay ? CLOCK : { ...CLOCK, weekday: "short" });
}

/** Today at a place, as the API takes dates: "2027-01-11". */
export function today(zone) {
  const iso = { year: "numeric", month: "2-digit", day: "2-digit" };
  try {
    return new Intl.DateTimeFormat("en-CA", { ...iso, timeZone: zone }).format(new Date());
  } catch {
    return new Date().toISOString().slice(0, 10);
  }
}

/** A date some days later, or earlier. */
export function plusDays(date, days) {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

export const dayInWords = (date) => onTheWall({ dateTime: `${date}T00:00:00` }, SHORT_DAY);
