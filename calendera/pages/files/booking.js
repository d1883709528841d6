// The page of a booking's manage link: what was booked, and whether and until when it can be moved or cancelled.

import { ask, carryOut } from "./asking.js";
import { beginMoving } from "./moving.js";
import { at, busy, given, go, onClick, onSubmit, NO_LINK, say, secret, showProblems, write } from "./page.js";
import { differsHere, here, moment, span, speakLike, zoneInWords } from "./times.js";

const STATES = {
  REQUESTED: "Requested: the business has not confirmed it yet",
  CONFIRMED: "Confirmed",
  DECLINED: "Declined by the business",
  EXPIRED: "Not confirmed in time, so it does not take place",
  CANCELLED: "Cancelled",
  COMPLETED: "Took place",
  NO_SHOW: "Missed",
};
const DEAD = "This link does not work any more. Use the one in the latest mail about your appointment, or contact the business.";

// By the manage link of one appointment, or from the page of all of them: then the fragment says which.
const token = secret("mt") || secret("cs");
const chosen = given("booking");
let business = "";
let booking = null;

/** Read the booking as it is now and show it; then say what happened, if anything did. */
async function reload(what = "") {
  const { viewer, booking: mine } = await ask("Appointment", { id: chosen, signedIn: chosen !== "" }, token);
  const { account, booking: found } = chosen ? { ...viewer, booking: mine } : viewer;
  if (!found) throw new Error(DEAD);
  booking = found;
  business = account.name;
  speakLike(account.locale);
  showBooking(account.locale);
  go("choices", { focus: false });
  say(what, { focus: true });
}

function showBooking(locale) {
  write("business", business, locale);
  write("service", booking.service?.name ?? "", locale);
  write("when", span(booking.local, booking.localEnd));
  write("zone", zoneInWords(booking.startsAt, booking.local));
  at("here").hidden = !differsHere(booking.startsAt, booking.local);
  write("here", `On your clock: ${here(booking.startsAt)}`);
  write("staff", booking.staff?.name ?? "", locale);
  write("place", booking.location?.name ?? "", locale);
  write("address", booking.location?.address ?? "", locale);
  write("reference", booking.reference);
  write("state", STATES[booking.status] ?? booking.status);
  for (const id of ["service", "staff", "place"]) at(id).closest("div").hidden = !at(id).textContent;
  at("appointment").hidden = false;
  showChoices();
}

function showChoices() {
  const pending = ["REQUESTED", "CONFIRMED"].includes(booking.status);
  at("wants-move").hidden = !(pending && isInTime(booking.reschedulableUntil));
  at("wants-cancel").hidden = !(pending && isInTime(booking.cancellableUntil));
  write("until", pending ? deadlines().join(" ") : "");
}

// Only for showing the right button: the server decides by its own clock.
const isInTime = (last) => Date.now() <= Date.parse(last);

function deadlines() {
  const { reschedulableUntil, cancellableUntil } = booking;
  if (reschedulableUntil === cancellableUntil) return [until("move or cancel", cancellableUntil)];
  return [until("move", reschedulableUntil), until("cancel", cancellableUntil)];
}

function until(what, last) {
  const when = moment(last, booking.local.zone);
  if (isInTime(last)) return `You can ${what} it on this page until ${when}.`;
  return `It is too late to ${what} it on this page; that was possible until ${when}. Please contact ${business}.`;
}

onClick("wants-cancel", () => {
  say("");
  go("cancelling");
});
onClick("wants-move", () => {
  say("");
  return beginMoving({ booking, business, token, reload });
});
for (const button of document.querySelectorAll("[data-back]")) {
  button.addEventListener("click", () => {
    say("");
    go("choices", { focus: false });
    at(button.dataset.back).focus();
  });
}

onSubmit("cancel", async ({ reason }, form) => {
  const result = await carryOut("CancelByLink", { id: booking.id, expectedVersion: booking.version, reason }, token);
  switch (result.__typename) {
    case "CancelBookingPayload":
      return reload("Your appointment is cancelled. Its time is free again.");
    case "ValidationFailed":
      return showProblems(form, result.fields);
    case "TooLateToCancel":
      return reload(`It is too late to cancel here, so the appointment stands. Please contact ${business}.`);
    default: // it was changed meanwhile: VersionConflict, WrongState, NotFound
      return reload("The appointment was changed meanwhile, and was not cancelled. This is how it is now.");
  }
});

busy(at("appointment"), async () => {
  if (!token) return say(NO_LINK);
  say("Loading your appointment…");
  try {
    await reload();
  } catch (error) {
    throw error.code === "UNAUTHENTICATED" ? new Error(DEAD) : error;
  }
});
