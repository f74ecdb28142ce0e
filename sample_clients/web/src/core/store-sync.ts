/**
 * What a sync does to the history, each in one transaction of the store: a page and its cursor are written together,
 * so a closed tab repeats at most one page.
 */
import type { Page, Verdict } from './answers';
import { contentHash, secondId } from './ids';
import type { Entry } from './records';
import { type Tx, bury, isTombstone, keep, queue } from './store-tx';

/** Apply the verdicts of a push of `records` records and then deletes. After a conflict our copy gets a new id. */
export async function settle(tx: Tx, verdicts: Verdict[], records: number): Promise<void> {
  for (const [place, verdict] of verdicts.entries()) await settleOne(tx, verdict, place >= records);
}

/** Store one pulled page and its cursor. A local delete that waits is not undone by it. */
export async function applyPage(tx: Tx, page: Page, etag: string | null): Promise<void> {
  for (const { record, seq } of page.records) {
    if (!isTombstone(await tx.objectStore('record').get(record.id))) await keepBoth(tx, record, seq);
  }
  for (const { id } of page.tombstones) {
    await bury(tx, id);
    await tx.objectStore('outbox').delete(id);
  }
  for (const [name, value] of Object.entries({ cursor: page.next_cursor, etag, head: page.head })) {
    await tx.objectStore('setting').put(value, name);
  }
}

/**
 * Queue every record and tombstone that a full listing (of both) lacked. A tombstone is lacking also where its
 * record is listed as live: the server's backup was older than the delete.
 */
export async function queueMissing(tx: Tx, live: Set<string>, deleted: Set<string>): Promise<void> {
  const parked = new Set(await tx.objectStore('parked').getAllKeys());
  for (const row of await tx.objectStore('record').getAll()) {
    const listed = deleted.has(row.id) || (row.body !== null && live.has(row.id));
    if (listed || parked.has(row.id)) continue;
    await tx.objectStore('record').put({ ...row, seq: null }); // its number was another history's
    await queue(tx, row.id);
  }
}

/** Queue what was refused for that reason, which may have passed. */
export async function tryAgain(tx: Tx, slug: string): Promise<void> {
  for (const id of await tx.objectStore('parked').getAllKeys()) {
    const problem = await tx.objectStore('parked').get(id);
    if (!problem?.type?.endsWith(`:${slug}`)) continue;
    await tx.objectStore('parked').delete(id);
    await queue(tx, id);
  }
}

/** Apply one verdict. */
async function settleOne(tx: Tx, verdict: Verdict, deleting: boolean): Promise<void> {
  const row = await tx.objectStore('record').get(verdict.id);
  if (!deleting && verdict.verdict !== 'deleted' && !row?.body) return; // deleted here meanwhile: that is still to send
  await tx.objectStore('outbox').delete(verdict.id);
  if (verdict.verdict === 'deleted') await bury(tx, verdict.id);
  else if (verdict.verdict === 'conflict') await keepBoth(tx, verdict.record as Entry, verdict.seq);
  else if (verdict.verdict === 'invalid') await tx.objectStore('parked').put(verdict.problem ?? {}, verdict.id);
  else if (row) await tx.objectStore('record').put({ ...row, seq: verdict.seq });
}

/** The server's copy under its id; ours, where it says something else, under a new one. */
async function keepBoth(tx: Tx, theirs: Entry, seq: number): Promise<void> {
  const mine = (await tx.objectStore('record').get(theirs.id))?.body;
  await keep(tx, theirs, seq);
  await tx.objectStore('outbox').delete(theirs.id);
  if (!mine || contentHash(mine) === contentHash(theirs)) return;
  const again = { ...mine, id: secondId(mine) };
  await keep(tx, again, null);
  await queue(tx, again.id);
}
