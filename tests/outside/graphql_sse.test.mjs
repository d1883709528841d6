// graphql-sse with distinct connections: each operation is a request of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-sse';
import { GRAPHQL, PARTNER, SERVICES, WATCH, bookingSeen } from './seeded.mjs';

function next(one, query, variables) {
  const events = one.iterate({ query, variables });
  return async () => {
    const { value } = await events.next();
    assert.equal(value.errors, undefined, JSON.stringify(value.errors));
    return value.data;
  };
}

test('a query is answered and a subscription receives the booking of a visitor as a stream of events', async () => {
  const one = createClient({ url: GRAPHQL, headers: PARTNER, retryAttempts: 0 });
  assert.equal((await next(one, SERVICES, { first: 2 })()).services.nodes.length, 2);
  const seen = await bookingSeen(next(one, WATCH));
  assert.equal(seen.booking.id, seen.bookingId);
  one.dispose();
});

test('a credential that is none is told so', async () => {
  const one = createClient({ url: GRAPHQL, headers: { authorization: 'Bearer sk_wrong' }, retryAttempts: 0 });
  await assert.rejects(next(one, WATCH)());
  one.dispose();
});
