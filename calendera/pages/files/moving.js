// Moving a booking: days with free times, a fortnight at a time, and the times of the day that is chosen.

import { ask, carryOut } from "./asking.js";
import { at, go, inline, onClick, onSubmit, say, write } from "./page.js";
import { clock, clockHere, day, dayInWords, dayOf, differsHere, plusDays, today, zoneInWords } from "./times.js";

const DAYS_AT_ONCE = 14;
const DAYS_BEFORE = 3; // who moves an appointment mostly wants a day near it

let moving; // { booking, business, token, reload }
let first; // the first day that is looked at
let days = new Map(); // free slots by day

/** Show the free times near the booking. `reload(words)` shows the booking again and says the words. */
export async function beginMoving(what) {
  moving = what;
  first = latest(today(moving.booking.local.zone), plusDays(dayOf(moving.booking.local), -DAYS_BEFORE));
  if (await look()) go("moving");
}

const latest = (...dates) => dates.sort().at(-1);

/** Ask what is free from `first` on. False, and said why, where the service's times are shown to nobody. */
async function look() {
  const { booking, business, token } = moving;
  const range = { from: first, to: plusDays(first, DAYS_AT_ONCE - 1) };
  const asked = { serviceId: booking.service.id, bookingId: booking.id, ...range };
  const { availability } = await ask("FreeTimesToMove", asked, token);
  if (!availability) {
    say(`The free times of this service are not shown here. Please contact ${business} to move it.`, { focus: true });
    return false;
  }
  // Its own time is free for it, and no time to move it to.
  days = byDay(availability.slots.filter((slot) => slot.startsAt !== booking.startsAt));
  showDays(range);
  return true;
}

function byDay(slots) {
  const found = new Map();
  for (const slot of slots) found.set(dayOf(slot.local), [...(found.get(dayOf(slot.local)) ?? []), slot]);
  return found;
}

function showDays({ from, to }) {
  const now = today(moving.booking.local.zone);
  off("earlier", from <= now);
  off("later", to >= plusDays(now, moving.booking.service.horizonDays));
  at("day").replaceChildren(...[...days.keys()].map((date) => new Option(dayInWords(date), date)));
  at("days").hidden = at("times").hidden = at("decide").hidden = days.size === 0;
  const none = days.size ? "Days with free times" : "No free time";
  write("range", `${none} from ${dayInWords(from)} to ${dayInWords(to)}.`);
  if (days.size) showTimes();
}

// Not `disabled`: a button that was just pressed would lose the focus.
const off = (id, is) => at(id).setAttribute("aria-disabled", is);

function showTimes() {
  const slots = days.get(at("day").value);
  write("times-legend", `Free times on ${day(slots[0].local)}`);
  write("times-zone", zoneInWords(slots[0].startsAt, slots[0].local));
  at("slots").replaceChildren(...slots.map((slot, place) => choice(slot, place, slots)));
  showDecision();
}

function choice(slot, place, slots) {
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "startsAt", value: slot.startsAt });
  // In the night when clocks go back the same time comes twice.
  const twice = slots.some((other, where) => where !== place && other.local.dateTime === slot.local.dateTime);
  label.append(radio, inline(twice ? `${clock(slot.local)} ${slot.local.abbreviation}` : clock(slot.local)));
  if (differsHere(slot.startsAt, slot.local)) {
    label.append(Object.assign(document.createElement("small"), { textContent: `your ${clockHere(slot.startsAt, slot.local)}` }));
  }
  return label;
}

function chosen() {
  const value = at("slots").querySelector("input:checked")?.value;
  return days.get(at("day").value)?.find((slot) => slot.startsAt === value);
}

/** The button says what it will do, so that pressing it is the confirmation. */
function showDecision() {
  const slot = chosen();
  at("decide-button").textContent = slot ? `Move it to ${day(slot.local)}, ${clock(slot.local)}` : "Move it";
}

async function turn(id, days) {
  if (at(id).getAttribute("aria-disabled") === "true") return;
  say("");
  first = latest(today(moving.booking.local.zone), plusDays(first, days));
  await look();
}

onClick("earlier", () => turn("earlier", -DAYS_AT_ONCE));
onClick("later", () => turn("later", DAYS_AT_ONCE));
at("day").addEventListener("change", showTimes);
at("slots").addEventListener("change", showDecision);

onSubmit("move", async () => {
  const { booking, business, token, reload } = moving;
  const slot = chosen();
  if (!slot) {
    say("Choose one of the times first.");
    return at("slots").querySelector("input").focus();
  }
  const input = { id: booking.id, expectedVersion: booking.version, startsAt: slot.startsAt };
  const result = await carryOut("MoveByLink", input, token);
  switch (result.__typename) {
    case "RescheduleBookingPayload":
      return reload(`Your appointment is moved to ${day(slot.local)}, ${clock(slot.local)}.`);
    case "SlotTaken":
    case "NotOffered":
      await look();
      return say("That time is no longer free, and the appointment stands where it was. Choose another.", { focus: true });
    case "TooLateToReschedule":
      return reload(`It is too late to move it here, so the appointment stands. Please contact ${business}.`);
    default: // it was changed meanwhile: VersionConflict, WrongState, NotFound
      return reload("The appointment was changed meanwhile, and was not moved. This is how it is now.");
  }
});
