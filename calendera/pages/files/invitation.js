// The page of an invitation's link. What it is for is asked for by accepting with the link alone: the API then says
// whether that was enough (somebody who is signed in), or who has to be told apart first. Pressing the button comes
// before that, because programs that look into mails follow links.

import { carryOut } from "./asking.js";
import { go, NO_LINK, onSubmit, say, secret, showProblems, write } from "./page.js";

const DEAD =
  "This invitation has expired, was taken back or was accepted already. Ask whoever invited you for a new one, " +
  "or sign in if you have accepted it.";
const OTHER = "You are signed in, but the invitation was mailed to another address. Sign in with that one.";

const token = secret("it");

function arrive({ role, account }) {
  write("business", account.name);
  write("role", role.toLowerCase());
  for (const form of document.querySelectorAll("form")) form.reset();
  go("done");
}

/** Accept, and go where the answer leads. `unknown` and `known` are called for people who are not told apart yet. */
async function accept(more, { unknown, known }) {
  const result = await carryOut("AcceptByLink", { token, ...more });
  switch (result.__typename) {
    case "AcceptInvitationPayload":
      return arrive(result.viewer);
    case "ValidationFailed":
      return unknown(result.fields);
    case "SignInFirst":
      return known();
    default:
      go("");
      return say(result.__typename === "LinkInvalid" ? DEAD : result.message, { focus: true });
  }
}

const askWho = { unknown: () => go("join"), known: () => go("enter") };

onSubmit("accept", () => accept({}, askWho));

onSubmit("joining", ({ name, password }, form) =>
  accept({ name, password }, { ...askWho, unknown: (fields) => showProblems(form, fields) }),
);

onSubmit("entering", async ({ email, password }) => {
  const result = await carryOut("SignInToAccept", { email, password });
  if (result.__typename !== "SignInPayload") return say(result.message, { focus: true });
  return accept({}, { ...askWho, known: () => say(OTHER, { focus: true }) });
});

if (token) go("asked", { focus: false });
else say(NO_LINK);
