/** Send what waits, a batch after the other, and settle what the server says of each. */
import type { Verdict } from './answers';
import { secondId } from './ids';
import type { Entry } from './records';
import type { Server } from './server';
import type { Store } from './store';
import { settle } from './store-sync';
import { Trouble } from './trouble';

const BATCH = 200; // items; the server takes no more
const BATCH_BYTES = 900_000; // the server takes 1 MiB
const TAKEN = ['created', 'deleted'];
const NUMBERED = ['created', 'duplicate'];
const ENDED = ['deleted', 'invalid'];

interface Batch {
  records: Entry[];
  deletes: string[];
}

/** How many were taken, and how many refused. Raises `Trouble`, also for answers after which this would never end. */
export async function push(store: Store, server: Server): Promise<{ pushed: number; refused: number }> {
  const counts = { pushed: 0, refused: 0 };
  const copies = new Set<string>();
  for (;;) {
    const waiting = await store.unsent(BATCH);
    if (!waiting.records.length && !waiting.deletes.length) return counts;
    const batch = { ...waiting, records: fitting(waiting.records) };
    const results = await verdicts(server, batch);
    for (const id of newIds(batch, results, copies)) copies.add(id);
    await store.transaction((tx) => settle(tx, results, batch.records.length));
    counts.pushed += results.filter((one) => TAKEN.includes(one.verdict)).length;
    counts.refused += results.filter((one) => one.verdict === 'invalid').length;
  }
}

/** What became of each, in order. A verdict for another id would leave the queue as it is, for ever. */
async function verdicts(server: Server, batch: Batch): Promise<Verdict[]> {
  const answer = await server.call('POST', '/v1/sync', { json: batch });
  const { results = [] }: { results?: Verdict[] } = await answer.json();
  const asked = [...batch.records.map(({ id }) => id), ...batch.deletes];
  const holds = (one: Verdict, place: number) => one.id === asked[place] && isWhole(one, batch.deletes);
  if (results.length !== asked.length || !results.every(holds)) {
    throw new Trouble('unexpected', 'the server did not answer for every record: try again later');
  }
  return results;
}

/** Whether it answers what was asked: a delete is made or refused, a conflict comes with the other record. */
function isWhole({ id, verdict, record, seq }: Verdict, deletes: string[]): boolean {
  if (ENDED.includes(verdict)) return true;
  if (deletes.includes(id) || !Number.isInteger(seq)) return false;
  return NUMBERED.includes(verdict) || (verdict === 'conflict' && record?.id === id);
}

/** Under which ids our copies go on after a conflict. One of `copies` that meets another again would go on for ever. */
function newIds({ records }: Batch, results: Verdict[], copies: Set<string>): string[] {
  const contested = new Set(results.filter((one) => one.verdict === 'conflict').map((one) => one.id));
  if ([...contested].some((id) => copies.has(id))) {
    throw new Trouble('unexpected', 'the server holds another record under every id: try again later');
  }
  return records.filter(({ id }) => contested.has(id)).map(secondId);
}

/** As many from the front as one request may carry. */
function fitting(waiting: Entry[]): Entry[] {
  let size = 0;
  const cut = waiting.findIndex((record, place) => {
    size += new TextEncoder().encode(JSON.stringify(record)).length + 2;
    return size > BATCH_BYTES && place > 0;
  });
  return cut < 0 ? waiting : waiting.slice(0, cut);
}
