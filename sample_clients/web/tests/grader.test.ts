/** The worker that grades: another may take over while it is at work. */
import { type Endpoint, expose } from 'comlink';
import { afterAll, expect, test, vi } from 'vitest';
import type { Bundle } from '../src/core/bundle';
import { Trouble } from '../src/core/trouble';
import { Grading } from '../src/ui/state/grader';

const bundle = { model: new Uint8Array(), data: { input: { size: 224 } } } as unknown as Bundle;
const PIXELS = Uint8Array.of(1, 2, 3);
const threads: Thread[] = [];
let finish: (pixels: Uint8Array) => void;
let broken = false;

/** A worker whose photos are prepared when the test says so. */
class Thread {
  terminated = false;
  private readonly channel = new MessageChannel();

  constructor() {
    const grader = {
      load: () => (broken ? Promise.reject({ code: 'no-file', values: {} }) : undefined),
      prepare: () => new Promise<Uint8Array>((resolve) => (finish = resolve)),
    };
    expose(grader, this.channel.port2 as unknown as Endpoint);
    threads.push(this);
  }

  addEventListener = (...given: Parameters<MessagePort['addEventListener']>) =>
    this.channel.port1.addEventListener(...given);
  postMessage = (message: unknown) => this.channel.port1.postMessage(message);
  start = () => this.channel.port1.start();

  terminate(): void {
    this.terminated = true;
    this.channel.port1.close();
  }
}

vi.stubGlobal('Worker', Thread);
afterAll(() => vi.unstubAllGlobals());

test('a worker that is to end answers first what it was asked', async () => {
  const grading = await Grading.load(bundle);
  const asked = grading.ask((grader) => grader.prepare(new Blob()));
  const ended = grading.end();
  await vi.waitFor(() => expect(finish).toBeDefined());
  expect(threads.at(-1)?.terminated).toBe(false);
  finish(PIXELS);
  expect(await asked).toEqual(PIXELS);
  await ended;
  expect(threads.at(-1)?.terminated).toBe(true);
});

test('a worker that cannot load its model is ended', async () => {
  broken = true;
  await expect(Grading.load(bundle)).rejects.toEqual(new Trouble('no-file'));
  await vi.waitFor(() => expect(threads.at(-1)?.terminated).toBe(true));
});
