// The page on which somebody approves a partner's app, or not. The app's request is in the address; it is handed to the
// API as it is, for showing and for approving, so that nobody approves anything but what was shown.

import { ask, carryOut } from "./asking.js";
import { at, busy, go, inline, onClick, onSubmit, say, showProblems, write } from "./page.js";

const MORE_STEPS =
  "You sign in with something that this page cannot ask for. Sign in elsewhere in this browser, then reload this page.";
const WRONG = "This is not right. Try again; a password can be reset by mail.";
const CHANGED = "You work in another business by now. This page was loaded again: look once more, then decide.";

const request = location.search.slice(1);
let shown = { accountId: "", declineTo: "" };
let challenge = ""; // in memory only: whoever reloads begins again

function item(text) {
  const line = document.createElement("li");
  line.append(inline(text));
  return line;
}

function link(url) {
  const made = Object.assign(document.createElement("a"), { href: url, textContent: new URL(url).host });
  made.rel = "noreferrer noopener";
  return made;
}

function choices(memberships, accountId) {
  const others = memberships.filter((one) => one.accountId !== accountId);
  at("accountId").replaceChildren(
    ...others.map((one) => Object.assign(new Option(one.accountName, one.accountId), { dir: "auto" })),
  );
  at("switch").hidden = others.length === 0;
}

function showApp({ app, developerName, allows, declineTo }) {
  document.title = `${app.name} asks for access · Calendera`;
  write("name", app.name);
  write("description", app.description);
  write("developer", developerName);
  at("homepage").replaceChildren(link(app.homepage));
  at("allows").replaceChildren(...allows.map(item));
  write("leads-to", `Either way, you go back to ${new URL(declineTo).host}.`);
  at("app").hidden = false;
}

/** Show what is asked, and what this person can do about it. */
async function load({ focus = true } = {}) {
  const { viewer, appAuthorization: asked } = await ask("WhatTheAppAsks", { request });
  showApp(asked);
  shown = { accountId: viewer.account?.id ?? "", declineTo: asked.declineTo };
  const member = viewer.kind === "MEMBER";
  at("switching").hidden = !member;
  at("account-line").hidden = !viewer.account;
  write("account", viewer.account?.name ?? "");
  if (!member) return go("sign-in", { focus });
  const { me } = await ask("WhoDecides", {});
  write("person", `You are signed in as ${me.email}.`);
  choices(me.memberships, shown.accountId);
  go(asked.mayApprove ? "consent" : "not-yours", { focus });
}

/** Whatever kept a step from being done, in words: a refusal's own, or ours for one that this page does not know. */
function refused(result, otherwise) {
  const problems = result.fields?.map(({ message }) => message).join(" ");
  say(problems || result.message || otherwise, { focus: true });
}

onSubmit("enter", async ({ email, password }, form) => {
  const result = await carryOut("SignInToDecide", { email, password });
  if (result.__typename === "SecondFactorNeeded") {
    form.reset(); // what was typed stays no longer than it is needed
    challenge = result.challenge;
    if (result.methods.some((one) => one === "CODE" || one === "RECOVERY_CODE")) return go("second-factor");
    return say(MORE_STEPS, { focus: true });
  }
  if (result.__typename !== "SignInPayload") return refused(result, MORE_STEPS);
  form.reset();
  await load();
});

onSubmit("complete", async ({ code }, form) => {
  const typed = code.replace(/\s/g, "");
  const proof = /^\d{6}$/.test(typed) ? { code: typed } : { recoveryCode: code };
  const result = await carryOut("CompleteSignInToDecide", { challenge, proof });
  form.reset();
  if (result.__typename === "ProofFailed") return showProblems(form, [{ path: "code", message: result.message }]);
  if (result.__typename === "ChallengeEnded") go("sign-in");
  if (result.__typename !== "CompleteSignInPayload") return refused(result, MORE_STEPS);
  await load();
});

onSubmit("switch", async ({ accountId }) => {
  const result = await carryOut("DecideForAnother", { accountId });
  if (result.__typename !== "SwitchAccountPayload") return refused(result, CHANGED);
  await load();
});

onClick("sign-out", async () => {
  await ask("SignOutToDecide", {});
  say("");
  await load();
});

async function approve() {
  const result = await carryOut("ApproveTheApp", { request, accountId: shown.accountId });
  if (result.__typename === "ApproveAppPayload") return location.assign(result.redirectTo);
  if (result.__typename !== "NotFound") return refused(result, CHANGED);
  await load();
  say(CHANGED, { focus: true });
}

onClick("approve", async () => {
  try {
    await approve();
  } catch (error) {
    // Somebody may have left this browser open: letting an app in takes the person themselves.
    if (error.code !== "REAUTH_REQUIRED") throw error;
    go("prove");
  }
});

onSubmit("again", async ({ proof }, form) => {
  const given = /^\s*\d{6}\s*$/.test(proof) ? { code: proof.trim() } : { password: proof };
  const result = await carryOut("ProveItToDecide", given);
  if (result.__typename === "ProofFailed") return showProblems(form, [{ path: "proof", message: WRONG }]);
  if (result.__typename === "ValidationFailed")
    return showProblems(form, result.fields.map(({ message }) => ({ path: "proof", message })));
  if (result.__typename !== "ProveItIsMePayload") return refused(result, MORE_STEPS);
  form.reset();
  await approve();
});

for (const id of ["decline", "decline-still", "back"]) at(id).addEventListener("click", () => location.assign(shown.declineTo));

busy(at("message"), () => load({ focus: false }));
