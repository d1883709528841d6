// Asking the API, by the names of the trusted documents in graph/documents/pages/. Nothing is kept: the manage link's
// secret travels in a header, never in an address.

import documents from "./documents.js";

const MUTE = "The server cannot be reached. Check your connection, then try again.";
const OURS = "Something went wrong on our side. Try again in a few minutes.";

/** What kept an operation from being carried out: `message` in words for a person, `code` for us ("" if none came). */
export class Failed extends Error {
  constructor(message, code = "") {
    super(message);
    this.code = code;
  }
}

/** The data of a document without errors; throws Failed. With `token`, the cookie stays at home. */
export async function ask(name, variables, token) {
  const headers = { "Content-Type": "application/json", "X-Calendera-Client": "pages" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const sent = { method: "POST", headers, body: JSON.stringify({ documentId: documents[name], variables }) };
  let answer;
  try {
    const response = await fetch("/graphql", { ...sent, credentials: token ? "omit" : "same-origin" });
    answer = await response.json();
  } catch {
    throw new Failed(MUTE);
  }
  const [error] = answer.errors ?? [];
  if (!error) return answer.data;
  const code = error.extensions?.code ?? "";
  throw new Failed(code === "INTERNAL_SERVER_ERROR" ? OURS : error.message, code);
}

/** Carry out the one mutation of a document; its payload or the refusal, told apart by `__typename`. */
export async function carryOut(name, input, token) {
  const [result] = Object.values(await ask(name, { input }, token));
  return result;
}
