/** A sync comes to its end, whatever the server answers, and keeps what it has. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { secondId } from '../src/core/ids';
import type { Entry } from '../src/core/records';
import { Server } from '../src/core/server';
import { Store } from '../src/core/store';
import { sync } from '../src/core/sync';
import { type Wire, browserWire } from '../src/core/wire';

const record: Entry = { id: 'a', kind: 'note', score_id: 's', text: 'x' };
const page = { records: [], tombstones: [], has_more: true, head: { seq: 0, count: 0, xor: '0'.repeat(16) } };
const contested = ({ id }: { id: string }, changes = {}) => ({
  id,
  verdict: 'conflict',
  seq: 1,
  record: { ...record, id, text: 'theirs', ...changes },
});
let made = 0;
let store: Store;

beforeEach(async () => {
  store = await Store.open(`ends-${(made += 1)}`);
});

/** A sync with a server that answers this, and nothing any more afterwards. */
async function syncWith(...answers: unknown[]): Promise<unknown> {
  const fetch = async () => {
    if (!answers.length) throw new TypeError('nothing is left to answer');
    return Response.json(answers.shift());
  };
  const wire: Wire = { ...browserWire, fetch, wait: async () => undefined };
  const server = new Server(wire, store, 'me');
  await server.keep({ account_id: 'me', access_token: 't' });
  return sync(store, server);
}

test.each([
  ['without a cursor', [page]],
  ['with none', [{ ...page, next_cursor: null }]],
  ['with one that is no text', [{ ...page, next_cursor: 7 }]],
  ['with one that stays', Array(2).fill({ ...page, next_cursor: 'c' })],
])('pages %s, which do not come to an end, end the pull', async (_, answers) => {
  const ended = { code: 'unexpected', detail: expect.stringContaining('does not come to its end: try again later') };
  await expect(syncWith(...answers)).rejects.toMatchObject(ended);
});

test.each([
  ['of other records', [{ id: 'b', verdict: 'created', seq: 1 }]],
  ['of too few', []],
  ['of too many', Array(2).fill({ id: 'a', verdict: 'created', seq: 1 })],
  ['of none', undefined],
  ['without a word', [{ id: 'a', seq: 1 }]],
  ['without its number', [{ id: 'a', verdict: 'created' }]],
  ['for a later client', [{ id: 'a', verdict: 'later', seq: 1 }]],
  ['of a conflict without the other record', [{ id: 'a', verdict: 'conflict', seq: 1 }]],
  ["of a conflict with another one's record", [contested({ id: 'a' }, { id: 'b' })]],
])('verdicts %s end the push and settle nothing', async (_, results) => {
  await store.add(record);
  const ended = { code: 'unexpected', detail: expect.stringContaining('for every record: try again later') };
  await expect(syncWith({ results })).rejects.toMatchObject(ended);
  expect(await store.unsentIds()).toEqual(new Set(['a']));
});

test.each(['conflict', 'created', 'duplicate'])(
  'a delete is made or refused, %s is no answer to it',
  async (verdict) => {
    await store.delete('a');
    const ended = { detail: expect.stringContaining('for every record: try again later') };
    await expect(syncWith({ results: [{ ...contested({ id: 'a' }), verdict }] })).rejects.toMatchObject(ended);
    expect(await store.unsentIds()).toEqual(new Set(['a']));
  },
);

test('a server that holds another record under every id ends the push', async () => {
  await store.add(record);
  const copy = { ...record, id: secondId(record) };
  const answers = [contested(record), contested(copy)].map((one) => ({ results: [one] }));
  const ended = { code: 'unexpected', detail: expect.stringContaining('another record under every id') };
  await expect(syncWith(...answers)).rejects.toMatchObject(ended);
  expect(await store.get(copy.id)).toEqual(copy);
  expect(await store.unsentIds()).toEqual(new Set([copy.id]));
});
