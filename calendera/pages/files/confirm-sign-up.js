// The page of a sign-up's link. Nothing happens until the button is pressed: programs that look into mails follow links.

import { carryOut } from "./asking.js";
import { go, NO_LINK, onSubmit, say, secret, write } from "./page.js";

const DEAD =
  "This link has expired or was used already. If your account is open, sign in with your email and password; " +
  "otherwise sign up again, and a new link is mailed.";

const token = secret("su");

onSubmit("confirm", async () => {
  const result = await carryOut("ConfirmByLink", { token });
  if (result.__typename === "ConfirmSignUpPayload") {
    write("business", result.viewer.account.name);
    return go("done");
  }
  go("");
  say(result.__typename === "LinkInvalid" ? DEAD : result.message, { focus: true });
});

if (token) go("asked", { focus: false });
else say(NO_LINK);
