// The GraphQL-over-HTTP audits of the graphql-http package, against a running server.
//
//   npm install
//   node graphql_http_audit.mjs http://127.0.0.1:8000/graphql "Authorization: Bearer sk_…"
//
// The address may also come from GRAPHQL_URL, headers from GRAPHQL_HEADERS (one on each line). The credential must be
// one that may introspect: audits send `__type` and documents of their own by GET.
// Prints each audit and exits with 1 when any of them is not ok, with 2 when it was called wrongly.
import { serverAudits } from 'graphql-http';

const [url = process.env.GRAPHQL_URL, ...given] = process.argv.slice(2);
const lines = given.length > 0 ? given : (process.env.GRAPHQL_HEADERS ?? '').split('\n').filter(Boolean);
if (!url || lines.some((line) => !line.includes(':'))) {
  console.error('usage: node graphql_http_audit.mjs URL ["Name: value" …]');
  process.exit(2);
}

const extra = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);

function fetchFn(address, init = {}) {
  const headers = new Headers(init.headers);
  for (const [name, value] of extra) headers.set(name, value);
  return fetch(address, { ...init, headers });
}

let ok = 0;
const audits = serverAudits({ url, fetchFn });
for (const audit of audits) {
  const result = await audit.fn();
  const reason = result.status === 'ok' ? '' : `: ${result.reason}`;
  console.log(`${result.status.padEnd(6)} ${result.id} ${result.name}${reason}`);
  ok += result.status === 'ok' ? 1 : 0;
}
console.log(`${ok} of ${audits.length} audits are ok`);
process.exit(audits.length > 0 && ok === audits.length ? 0 : 1);
