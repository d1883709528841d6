// The page of a waitlist's link: what is waited for, and what is offered. Nothing is booked before the button is pressed:
// mail programs follow links by themselves.

import { ask, carryOut } from "./asking.js";
import { at, busy, go, NO_LINK, onClick, say, secret, write } from "./page.js";
import { differsHere, here, moment, span, speakLike, zoneInWords } from "./times.js";

const STATES = {
  WAITING: "You are on the waitlist. As soon as a time that suits becomes free, you get a mail.",
  OFFERED: "A time has become free. It is kept for you, and not yet booked.",
  BOOKED: "You have booked the time that was offered. The mail of your appointment has its link.",
  PASSED: "You have let the offered time go, and wait no longer.",
  EXPIRED: "The time that was offered went to somebody else, or the days that suited you are over.",
  LEFT: "You wait no longer.",
  REMOVED: "You are not on the waitlist any more. Please contact the business.",
};
const DEAD = "This link does not work any more. Use the one in the latest mail about the waitlist, or contact the business.";
const OVER = "This time is not kept for you any more.";

const token = secret("wt");

async function reload() {
  const { waitlistByLink: entry } = await ask("WaitlistByLink", { token });
  if (!entry) throw new Error(DEAD);
  speakLike(entry.locale);
  write("business", entry.business, entry.locale);
  write("service", entry.service, entry.locale);
  showOffer(entry);
  at("entry").hidden = false;
  const over = entry.state === "OFFERED" && !entry.startsAt;
  go(entry.startsAt ? "offered" : entry.state === "WAITING" ? "waiting" : "", { focus: false });
  say(over ? OVER : STATES[entry.state], { focus: true });
}

function showOffer({ startsAt, expiresAt, local, localEnd, staff, locale }) {
  write("when", startsAt ? span(local, localEnd) : "");
  write("zone", startsAt ? zoneInWords(startsAt, local) : "");
  at("here").hidden = !startsAt || !differsHere(startsAt, local);
  write("here", startsAt ? `On your clock: ${here(startsAt)}` : "");
  write("staff", staff ?? "", locale);
  write("until", startsAt ? moment(expiresAt, local.zone) : "");
  // Whoever reads another clock must not answer hours too late.
  at("until-here").hidden = at("here").hidden;
  write("until-here", startsAt ? `On your clock: ${here(expiresAt)}` : "");
  for (const id of ["when", "staff", "until"]) at(id).closest("div").hidden = !at(id).textContent;
}

async function leave() {
  const result = await carryOut("LeaveWaitlist", { token });
  if (result.__typename !== "LeaveWaitlistPayload") throw new Error(result.message);
  await reload();
}

onClick("take", async () => {
  const result = await carryOut("AcceptWaitlistOffer", { token });
  if (result.__typename !== "AcceptWaitlistOfferPayload") {
    go("", { focus: false });
    return say(result.message, { focus: true });
  }
  at("until").closest("div").hidden = true;
  at("appointment").href = `/booking#token=${result.manageToken}`;
  go("booked", { focus: false });
  say("It is booked. You get a mail with all about it.", { focus: true });
});
onClick("pass", leave);
onClick("leave", leave);

busy(at("entry"), async () => {
  if (!token) return say(NO_LINK);
  say("Loading…");
  await reload();
});
