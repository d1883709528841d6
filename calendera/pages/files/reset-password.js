// The page of a password reset's link; without a link that works, it asks for a new one to be mailed.

import { carryOut } from "./asking.js";
import { go, NO_LINK, onSubmit, say, secret, showProblems, write } from "./page.js";

const DEAD = "This link has expired or was used already, so nothing was changed. You can have a new one mailed.";

const token = secret("rt");

function ended(sessions) {
  if (sessions === 0) return "No browser was signed in.";
  return sessions === 1 ? "The one browser that was signed in is signed out." : `${sessions} browsers were signed out.`;
}

onSubmit("reset", async ({ newPassword }, form) => {
  const result = await carryOut("ResetByLink", { token, newPassword });
  switch (result.__typename) {
    case "ResetPasswordPayload":
      form.reset(); // what was typed stays no longer than it is needed
      write("ended", ended(result.sessionsEnded));
      return go("done");
    case "ValidationFailed":
      return showProblems(form, result.fields);
    default:
      go("again", { focus: false });
      return say(result.__typename === "LinkInvalid" ? DEAD : result.message, { focus: true });
  }
});

onSubmit("mail", async ({ email }, form) => {
  const result = await carryOut("MailNewLink", { email });
  if (result.__typename === "ValidationFailed") return showProblems(form, result.fields);
  if (result.__typename !== "RequestPasswordResetPayload") return say(result.message, { focus: true });
  go("");
  say("If this address signs in here, a mail with a new link is on its way. The link works for one hour.", { focus: true });
});

go(token ? "choose" : "again", { focus: false });
// Without anything behind the `#`, somebody came here to ask for a link.
if (!token && location.hash) say(NO_LINK);
