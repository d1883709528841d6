// The seeded server whose endpoint GRAPHQL_URL names, as its widget and its people use it: what causes the events that clients
// written by others are to receive.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const GRAPHQL = process.env.GRAPHQL_URL ?? 'http://127.0.0.1:8000/graphql';
export const SOCKET = GRAPHQL.replace('http', 'ws');
export const PARTNER = { authorization: 'Bearer sk_demo_6ad8a00e908fff2f21737b72cf969670' };
const WIDGET = new URL('/embed/v1/pk_demo_63f78a707f1db31c51d8784b8412c613/graphql', GRAPHQL);
const PASSWORD = 'four lanterns by the river';
const DAY = 86_400_000;

export const WATCH = 'subscription Watch { bookingChanged { bookingId booking { id status reference } } }';
export const SERVICES = 'query Two($first: Int!) { services(first: $first) { nodes { id name } } }';

async function ask(url, body, headers = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  assert.equal(said.errors, undefined, JSON.stringify(said.errors));
  return { data: said.data, answer };
}

async function trusted(name, variables) {
  const text = readFileSync(new URL(`../../graph/documents/widget/${name}.graphql`, import.meta.url));
  const documentId = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  return (await ask(WIDGET, { documentId, variables })).data;
}

/** Headers of the salon's owner, who has just signed in on a dashboard. */
export async function owner() {
  const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
  const client = { 'x-calendera-client': 'dashboard' };
  const input = { email: 'marisol@example.com', password: PASSWORD };
  const { data, answer } = await ask(GRAPHQL, { query, variables: { input } }, client);
  assert.equal(data.signIn.__typename, 'SignInPayload');
  return { ...client, cookie: answer.headers.get('set-cookie').split(';')[0] };
}

/** Book any free time as a visitor of the widget: the id of the booking. */
export async function book() {
  const day = (ahead) => new Date(Date.now() + ahead * DAY).toISOString().slice(0, 10);
  for (const service of (await trusted('Services', { first: 20 })).services.nodes) {
    const variables = { serviceId: service.id, from: day(2), to: day(12) };
    const { slots } = (await trusted('Availability', variables)).availability;
    const slot = slots[Math.floor(Math.random() * slots.length)];
    if (!slot) continue;
    const customer = { name: 'Ada', email: `ada.${Math.random().toString(36).slice(2)}@example.net` };
    const { book } = await trusted('Book', { input: { serviceId: service.id, startsAt: slot.startsAt, customer } });
    if (book.__typename === 'BookPayload') return book.booking.id;
  }
  throw new Error('Nothing can be booked.');
}

/** Book as soon as `next` says that watching has begun; the event of that booking. */
export async function bookingSeen(next) {
  assert.equal((await next()).bookingChanged, null);
  const id = await book();
  for (;;) {
    const { bookingChanged } = await next(); // others book at the same time
    if (bookingChanged.bookingId === id) return bookingChanged;
  }
}
