// Apollo's and urql's clients with automatic persisted documents, against a running server.
//
//   node persisted_clients.mjs http://127.0.0.1:8000/graphql "Authorization: Bearer sk_…"
//
// The first question sends the hash alone, is told PersistedQueryNotFound, and is repeated with its text; the second
// sends the hash alone. Exits with 1 when an answer or the number of requests is another, with 2 when called wrongly.
import { createHash, randomUUID } from 'node:crypto';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';

const [url, header = ''] = process.argv.slice(2);
if (!url || !header.includes(':')) {
  console.error('usage: node persisted_clients.mjs URL "Name: value"');
  process.exit(2);
}
const headers = { [header.slice(0, header.indexOf(':'))]: header.slice(header.indexOf(':') + 1).trim() };
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const name = `Ask${randomUUID().replaceAll('-', '')}`; // a text that this server has never seen
let sent = [];

async function counting(address, init) {
  sent.push(init.method);
  return fetch(address, init);
}

function apollo(useGETForHashedQueries, document) {
  const link = new PersistedQueryLink({ sha256, useGETForHashedQueries });
  const http = new HttpLink({ uri: url, fetch: counting, headers });
  const client = new ApolloClient({ cache: new InMemoryCache(), link: link.concat(http) });
  return async () => (await client.query({ query: gql(document), fetchPolicy: 'no-cache' })).data;
}

function urql(preferGetForPersistedQueries, document) {
  const generateHash = async (text) => sha256(text);
  const persisted = persistedExchange({ preferGetForPersistedQueries, generateHash });
  const exchanges = [persisted, fetchExchange];
  const client = new Client({ url, fetch: counting, fetchOptions: { headers }, preferGetMethod: false, exchanges });
  return async () => (await client.query(document, {}, { requestPolicy: 'network-only' }).toPromise()).data;
}

const cases = [
  ['Apollo by POST', apollo(false, `query A${name} { account { name } }`), 'POST POST POST'],
  ['Apollo by GET', apollo(true, `query B${name} { account { name } }`), 'GET POST GET'],
  ['urql by POST', urql(false, `query C${name} { account { name } }`), 'POST POST POST'],
  ['urql by GET', urql(true, `query D${name} { account { name } }`), 'GET GET GET'],
];
let ok = 0;
for (const [what, ask, expected] of cases) {
  sent = [];
  const names = [(await ask())?.account?.name, (await ask())?.account?.name];
  const good = Boolean(names[0]) && names[0] === names[1] && sent.join(' ') === expected;
  console.log(`${good ? 'ok' : 'wrong'}  ${what}: ${sent.join(' ')} ${names.join(', ')}`);
  ok += good ? 1 : 0;
}
console.log(`${ok} of ${cases.length} clients are served by hash`);
process.exit(ok === cases.length ? 0 : 1);
