/** How long the client waits by itself, and what it says instead of waiting longer. */
import { expect, test, vi } from 'vitest';
import { type Wire, browserWire, read, send } from '../src/core/wire';

const LONGEST = 30; // s

/** A wire on which these answers come one after the other, and the pauses that were made. */
function answers(...given: [number, Record<string, string>][]): { wire: Wire; waits: number[]; left: unknown[] } {
  const waits: number[] = [];
  const fetch = async () => {
    const [status, headers] = given.shift()!;
    return new Response('{}', { status, headers: { 'Content-Type': 'application/json', ...headers } });
  };
  const wait = async (ms: number) => void waits.push(ms / 1000);
  return { wire: { ...browserWire, fetch, wait }, waits, left: given };
}

test('a wait that the server asks for is made', async () => {
  const { wire, waits } = answers([503, { 'Retry-After': '5' }], [200, {}]);
  expect((await send(wire, 'GET', '/healthz')).status).toBe(200);
  expect(waits).toEqual([5]);
});

test('without a word of the server the pauses grow and stay short', async () => {
  const { wire, waits, left } = answers([503, {}], [503, {}], [503, {}], [200, {}]);
  await send(wire, 'GET', '/healthz');
  expect(left).toEqual([]);
  waits.forEach((wait, n) => expect(wait).toBeLessThanOrEqual(2 ** n));
});

test.each([429, 503])('a long wait after %i is not made but told', async (status) => {
  const { wire, waits } = answers([status, { 'Retry-After': '240' }]);
  const before = Date.now();
  const trouble = await send(wire, 'GET', '/healthz').catch((error) => error);
  expect(waits).toEqual([]);
  expect(trouble.values.again).toBeGreaterThanOrEqual(before + 240_000);
  expect(trouble.values.again).toBeLessThanOrEqual(Date.now() + 240_000);
});

test('the client never waits longer by itself than it says', async () => {
  const asked: [number, Record<string, string>] = [429, { 'Retry-After': String(LONGEST) }];
  const { wire, waits } = answers(asked, asked, asked, asked);
  await expect(send(wire, 'GET', '/healthz')).rejects.toMatchObject({ values: { again: expect.any(Number) } });
  expect(waits).toEqual([LONGEST, LONGEST, LONGEST]);
});

test.each([200, 201, 202])('an answer %i of something else than a SkinScore server is noticed', async (status) => {
  const { wire } = answers([status, { 'Content-Type': 'text/html' }]);
  await expect(send(wire, 'GET', '/healthz')).rejects.toMatchObject({ code: 'unexpected-server' });
});

test.each([
  [false, 30],
  [true, 600],
])('a file (%s) has %i s to arrive, also over a slow network', async (file, seconds) => {
  const patience = vi.spyOn(AbortSignal, 'timeout');
  await send(answers([200, {}]).wire, 'GET', '/v1/models/current', { file });
  expect(patience.mock.lastCall).toEqual([seconds * 1000]);
  patience.mockRestore();
});

test('an answer that is cut off in its middle is a network that went away', async () => {
  const cut = new Response(new ReadableStream({ pull: (body) => body.error(new TypeError('network error')) }));
  await expect(read(cut.arrayBuffer())).rejects.toMatchObject({ code: 'offline' });
});
