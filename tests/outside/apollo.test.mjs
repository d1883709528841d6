// Apollo Client: its cache, its union of results and its link over graphql-ws.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { GRAPHQL, PARTNER, SERVICES, SOCKET, WATCH, book, bookingSeen, owner } from './seeded.mjs';

const clients = [];
after(() => clients.forEach((one) => one.stop()));

function apollo(link, possibleTypes = {}) {
  const one = new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes }) });
  clients.push(one);
  return one;
}

test('a partner reads, and reads again from the cache', async () => {
  const one = apollo(new HttpLink({ uri: GRAPHQL, headers: PARTNER }));
  const read = () => one.query({ query: gql(SERVICES), variables: { first: 2 } });
  const { data } = await read();
  assert.equal(data.services.nodes[0].__typename, 'Service');
  assert.deepEqual((await read()).data, data);
});

test('what a mutation answers is told apart by its type, and a refusal says what to do', async () => {
  const headers = await owner();
  const types = await apollo(new HttpLink({ uri: GRAPHQL, headers })).query({
    query: gql`{ __type(name: "Refusal") { possibleTypes { name } } }`,
  });
  const possibleTypes = { Refusal: types.data.__type.possibleTypes.map((type) => type.name) };
  const one = apollo(new HttpLink({ uri: GRAPHQL, headers }), possibleTypes);
  const mutation = gql`
    mutation Cancel($input: CancelBookingInput!) {
      cancelBooking(input: $input) {
        ... on CancelBookingPayload { booking { id status version } }
        ... on Refusal { code message }
        ... on WrongState { status }
      }
    }
  `;
  const id = await book();
  const cancel = async () => (await one.mutate({ mutation, variables: { input: { id } } })).data.cancelBooking;
  const done = await cancel();
  assert.deepEqual([done.__typename, done.booking.status], ['CancelBookingPayload', 'CANCELLED']);
  const refused = await cancel();
  assert.deepEqual([refused.__typename, refused.code, refused.status], ['WrongState', 'WRONG_STATE', 'CANCELLED']);
  assert.ok(refused.message);
});

test('a subscription receives the booking of a visitor', async () => {
  const socket = createClient({ url: SOCKET, webSocketImpl: WebSocket, connectionParams: PARTNER });
  const events = [];
  let wake = () => {};
  const one = apollo(new GraphQLWsLink(socket)).subscribe({ query: gql(WATCH) }).subscribe((result) => {
    events.push(result);
    wake();
  });
  const seen = await bookingSeen(async () => {
    if (events.length === 0) await new Promise((told) => (wake = told));
    const { data, error } = events.shift();
    assert.equal(error, undefined);
    return data;
  });
  assert.equal(seen.booking.__typename, 'Booking');
  one.unsubscribe();
  await socket.dispose();
});
