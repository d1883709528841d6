// urql: a query, and subscriptions over graphql-ws as its documentation wires them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { pipe, toAsyncIterable } from 'wonka';
import WebSocket from 'ws';
import { GRAPHQL, PARTNER, SERVICES, SOCKET, WATCH, bookingSeen } from './seeded.mjs';

const settings = { url: GRAPHQL, fetchOptions: { headers: PARTNER }, preferGetMethod: false };

test('a partner reads', async () => {
  const one = new Client({ ...settings, exchanges: [cacheExchange, fetchExchange] });
  const { data, error } = await one.query(SERVICES, { first: 2 }).toPromise();
  assert.equal(error, undefined);
  assert.equal(data.services.nodes.length, 2);
});

test('a subscription receives the booking of a visitor', async () => {
  const socket = createClient({ url: SOCKET, webSocketImpl: WebSocket, connectionParams: PARTNER });
  const one = new Client({
    ...settings,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: (asked) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...asked, query: asked.query ?? '' }, sink) }),
        }),
      }),
    ],
  });
  const events = pipe(one.subscription(WATCH, {}), toAsyncIterable)[Symbol.asyncIterator]();
  const seen = await bookingSeen(async () => {
    const { data, error } = (await events.next()).value;
    assert.equal(error, undefined);
    return data;
  });
  assert.equal(seen.booking.id, seen.bookingId);
  await events.return();
  await socket.dispose();
});
