// The page of a customer's own bookings at one business. The mailed link works once, so nothing happens until the button
// is pressed: programs that look into mails follow links. What it opens is put behind the `#` in its place.

import { ask, carryOut } from "./asking.js";
import { at, busy, go, inline, NO_LINK, onClick, onSubmit, say, secret, write } from "./page.js";
import { span, speakLike } from "./times.js";

const DEAD = "This link has expired or was used already. Ask for a new one at the business's booking page.";
const OVER = "You are signed out. Ask for a new link at the business's booking page to see your bookings again.";
const STATES = {
  REQUESTED: "requested",
  DECLINED: "declined",
  EXPIRED: "not confirmed",
  CANCELLED: "cancelled",
  NO_SHOW: "missed",
};

let token = secret("cs");

async function show() {
  const { viewer, upcoming, past } = await ask("MyBookings", { now: new Date().toISOString() }, token);
  speakLike(viewer.account.locale);
  write("business", viewer.account.name, viewer.account.locale);
  write("customer", viewer.customer?.name ?? "", viewer.account.locale);
  list(at("upcoming"), at("none-upcoming"), upcoming.nodes);
  list(at("past"), at("none-past"), past.nodes);
  go("shown");
}

function list(place, none, bookings) {
  place.replaceChildren(...bookings.map(line));
  none.hidden = bookings.length > 0;
}

function line(booking) {
  const link = document.createElement("a");
  link.href = `/booking#${new URLSearchParams({ token, booking: booking.id })}`;
  link.append(span(booking.local, booking.localEnd));
  const words = [booking.service?.name, booking.staff?.name, STATES[booking.status]].filter(Boolean);
  const item = document.createElement("li");
  item.append(link, ...words.flatMap((word) => [", ", inline(word)]));
  return item;
}

onSubmit("open", async () => {
  const result = await carryOut("StartByLink", { token: secret("cl") });
  if (result.__typename !== "StartCustomerSessionPayload") {
    go("");
    return say(result.__typename === "LinkInvalid" ? DEAD : result.message, { focus: true });
  }
  token = result.token;
  history.replaceState(null, "", `#token=${token}`);
  return show();
});

onClick("leave", async () => {
  await carryOut("SignOutAsCustomer", {}, token);
  history.replaceState(null, "", location.pathname);
  go("");
  say(OVER, { focus: true });
});

if (secret("cl")) go("asked", { focus: false });
else if (!token) say(NO_LINK);
else {
  busy(at("shown"), async () => {
    try {
      await show();
    } catch (error) {
      throw error.code === "UNAUTHENTICATED" ? new Error(OVER) : error;
    }
  });
}
