// The page of a notice about a sign-in. Nothing happens until the button is pressed: programs that look into mails
// follow links.

import { carryOut } from "./asking.js";
import { go, NO_LINK, onSubmit, say, secret } from "./page.js";

const DEAD =
  "This link ends nothing: that browser is signed out already, or the link is not whole. If it was not you who signed " +
  "in, choose a new password; that signs every browser out.";

const token = secret("es");

onSubmit("end", async () => {
  const result = await carryOut("EndNewSignIn", { token });
  if (result.__typename === "SignOutByLinkPayload") return go("done");
  go("");
  say(result.__typename === "LinkInvalid" ? DEAD : result.message, { focus: true });
});

if (token) go("asked", { focus: false });
else say(NO_LINK);
