/** The golden conversations: this client asks exactly what is written, and ends each step in the state written. */
import { expect, test } from 'vitest';
import type { Credentials, How } from '../src/core/session';
import type { Entry, Model, Score } from '../src/core/records';
import { sync } from '../src/core/sync';
import { type BucketSize, trend } from '../src/core/trend';
import { codeOf } from '../src/core/trouble';
import { Browser } from './browser';
import { type Conversation, type Step, conversations } from './golden';

const NOW = new Date('2026-11-01T00:00:00Z');

async function act({ session }: Browser, step: Step): Promise<unknown> {
  if (step.do === 'add') return session.store.add(step.record as Entry).then(() => null);
  if (step.do === 'delete') return session.store.delete(step.id as string).then(() => null);
  if (step.do === 'sync') return sync(session.store, session.server, step.limit as number | undefined);
  if (step.do === 'forget_access') return session.server.forgetAccess() ?? null;
  if (step.do === 'sign_in') return signIn(session, step);
  if (step.do === 'consent') return session.profile.consent(step.versions as Record<string, number>).then(() => null);
  throw new Error(`this client does not know how to ${step.do}`);
}

function signIn(session: Browser['session'], step: Step): Promise<string | null> {
  const { email, password, device, code, consents } = step as unknown as Credentials;
  const agreed = Object.keys(consents ?? {}).length ? consents : undefined;
  return session.signIn(step.how as How, { email, password, device, code, consents: agreed }, async () => true);
}

async function play({ steps }: Conversation): Promise<void> {
  const browsers = new Map<string, Browser>();
  const attempts = new Map<string, string>();
  for (const step of steps.filter((one) => one.device && one.do !== 'trend')) {
    const name = step.device as string;
    const browser = browsers.get(name) ?? (await Browser.open(attempts));
    browsers.set(name, browser);
    browser.left = [...step.exchanges];
    const answer = await act(browser, step).catch(codeOf);
    expect(browser.faults).toEqual([]);
    expect(browser.left).toEqual([]);
    expect(answer).toEqual(step.answer);
    expect(await browser.state()).toEqual(step.then);
  }
}

test.each(conversations)('conversation $name is kept to', play);

test('every promised conversation is there', () => {
  const ofAccounts = ['consent', 'recover', 'refresh', 'register'];
  const ofRecords = ['conflict', 'gone', 'mismatch', 'notes', 'paging', 'sync', 'trend'];
  expect(conversations.map((one) => one.name).sort()).toEqual([...ofAccounts, ...ofRecords].sort());
});

test('a client that asks otherwise is noticed', async () => {
  const changed = structuredClone(conversations.find((one) => one.name === 'sync')!);
  const body = changed.steps.find((step) => step.do === 'sync')!.exchanges[0].request.body as { deletes: string[] };
  body.deletes = ['x'];
  await expect(play(changed)).rejects.toThrow();
});

test('another attempt in the place of the one under way is noticed', async () => {
  const changed = structuredClone(conversations.find((one) => one.name === 'register')!);
  const body = changed.steps[1].exchanges[0].request.body as { idempotency_key: string };
  body.idempotency_key = '$attempt.2';
  await expect(play(changed)).rejects.toThrow();
});

/** The trend is worked out here, for it must work offline; what the server would answer is written down. */
test('the trend on the device is the one that the server gives', () => {
  const { steps } = conversations.find((one) => one.name === 'trend')!;
  const scores = steps.flatMap((step) => (step.do === 'add' ? [step.record as Score] : []));
  const { bundle } = steps.find((step) => step.bundle) as unknown as {
    bundle: Model & { graded_parts: Record<string, number[]> };
  };
  const learned = (model: Model) => (model.version === bundle.version ? bundle.graded_parts.oil : undefined);
  const asked = steps.filter((step) => step.do === 'trend' && typeof step.answer === 'object');
  expect(asked.length).toBeGreaterThan(3);
  for (const step of asked) {
    const query = step.query as { attribute: string; bucket?: BucketSize; part?: number };
    const found = trend(scores, { ...query, bucket: query.bucket ?? 'day', learned, now: NOW });
    expect(step.answer).toMatchObject(found);
  }
});
