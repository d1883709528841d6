// graphql-ws, the client that defined graphql-transport-ws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PARTNER, SERVICES, SOCKET, WATCH, bookingSeen } from './seeded.mjs';
import { serve } from './serving.mjs';

function client(connectionParams, more = {}) {
  return createClient({ url: SOCKET, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0, ...more });
}

const stream = (of, query, variables) => {
  const events = of.iterate({ query, variables });
  return async () => {
    const { value } = await events.next();
    assert.equal(value.errors, undefined, JSON.stringify(value.errors));
    return value.data;
  };
};

test('a query is answered and a subscription receives the booking of a visitor on one socket', async () => {
  const one = client(PARTNER);
  const { services } = await stream(one, SERVICES, { first: 2 })();
  assert.equal(services.nodes.length, 2);
  const seen = await bookingSeen(stream(one, WATCH));
  assert.equal(seen.booking.id, seen.bookingId);
  await one.dispose();
});

test('a credential that is none closes the socket with 4401 or 4403, and the client gives up', async () => {
  for (const connectionParams of [{ authorization: 'Bearer sk_wrong' }, { authorization: 'Bearer ' }]) {
    const one = client(connectionParams, { retryAttempts: 5 });
    await assert.rejects(stream(one, SERVICES, { first: 2 })(), (closed) => [4401, 4403].includes(closed.code));
    await one.dispose();
  }
});

test('a subscription goes on after a restart of the server', { timeout: 60_000 }, async () => {
  let server = await serve();
  let connections = 0;
  const one = client(PARTNER, {
    url: server.url.replace('http', 'ws'),
    retryAttempts: 500,
    retryWait: () => new Promise((again) => setTimeout(again, 100)),
    shouldRetry: () => true,
    on: { connected: () => (connections += 1) },
  });
  try {
    const next = stream(one, WATCH);
    assert.equal((await next()).bookingChanged, null);
    await server.stop();
    server = await serve(server.port);
    assert.ok((await bookingSeen(next)).bookingId); // booked at the other server
    assert.equal(connections, 2);
  } finally {
    await one.dispose();
    await server.stop();
  }
});
