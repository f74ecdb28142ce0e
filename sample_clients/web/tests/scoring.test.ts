/** The committed model on onnxruntime-web, and what is made of its answers. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, expect, test } from 'vitest';
import { type BundleData, heatScales } from '../src/core/bundle';
import { grown, layer } from '../src/core/heat';
import { scoreRecord, tenThousandths } from '../src/core/records';
import { modelInput } from '../src/core/resize';
import { Runtime, useWasm } from '../src/core/runtime';
import { advice, graded, plausible } from '../src/core/scoring';
import { type Machine, centre, selfTest } from '../src/core/selftest';
import { bundleFile, golden, pixelsOf } from './golden';

const data: BundleData = JSON.parse(new TextDecoder().decode(bundleFile('bundle.json')));
let machine: Machine;

beforeAll(async () => {
  useWasm(
    new Uint8Array(readFileSync(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))),
  );
  const runtime = await Runtime.load(bundleFile('skinscore_w8.onnx'), data.input.size);
  const prepare = async (photo: Uint8Array) => {
    const { data: rgba, width, height } = pixelsOf(photo);
    return modelInput(rgba, width, height, data.input.size);
  };
  machine = { prepare, run: (pixels) => runtime.run(pixels) };
});

test('all golden photos are graded as every client must', async () => {
  expect(await selfTest(data, bundleFile('golden.json'), machine)).toBe(golden.photos.length);
});

test('a model without a golden photo is not proven', async () => {
  const empty = new TextEncoder().encode(JSON.stringify({ ...golden, photos: [] }));
  await expect(selfTest(data, empty, machine)).rejects.toMatchObject({ code: 'wrong-answers' });
});

test.each(['grades', 'balanced', 'expected', 'quality', 'heat', 'input'])(
  'a wrong golden %s is noticed',
  async (name) => {
    const changed = structuredClone({ ...golden, photos: golden.photos.slice(0, 1) });
    const [photo] = changed.photos;
    if (name === 'input') photo.input_sha256 = '0'.repeat(64);
    else
      photo.outputs.w8a32[name] = photo.outputs.w8a32[name].map((value: number | number[]) =>
        Array.isArray(value) ? value.map((v) => v + 0.1) : value + 1,
      );
    const test = selfTest(data, new TextEncoder().encode(JSON.stringify(changed)), machine);
    await expect(test).rejects.toMatchObject({ code: 'wrong-answers', values: { number: 0, fault: name } });
  },
);

test('a record holds whole numbers, and only what the model was taught', async () => {
  const pixels = await machine.prepare(Buffer.from(golden.photos[0].png, 'base64'));
  const outputs = await machine.run(pixels);
  const narrow = { ...data, graded_parts: { ...data.graded_parts, oil: [2] } };
  const bundle = { data: narrow, sha256: '', model: new Uint8Array(), modelSha256: 'f'.repeat(64) };
  const record = scoreRecord(graded(outputs, narrow, pixels, 0), bundle, new Date('2026-05-04T08:30:00Z'));
  expect(Object.keys(record.attributes)).toEqual(['hydration', 'wrinkle', 'pigmentation', 'sensitivity']);
  const numbers = Object.values(record.attributes).flatMap((one) => [
    one.grade,
    one.balanced,
    one.expected_milli,
    ...one.probabilities_e4,
  ]);
  expect(numbers.every(Number.isInteger)).toBe(true);
  expect(record.captured_at).toMatch(/^2026-05-0\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/);
});

test('ten-thousandths sum to 10,000, the largest remainders first', () => {
  expect(tenThousandths([1 / 3, 1 / 3, 1 / 3])).toEqual([3334, 3333, 3333]);
});

test('the range holds the most likely grade and widens with q', () => {
  const probabilities = [0.05, 0.15, 0.5, 0.25, 0.05];
  expect(plausible(probabilities, 0)).toEqual([2, 2]);
  expect(plausible(probabilities, 0.6)).toEqual([2, 3]);
  expect(plausible(probabilities, 9)).toEqual([0, 4]);
});

test('each way in which a photo is poor has its advice', () => {
  const gate = { luma: [0.2, 0.9] as [number, number], clipped: 0.1, sharpness: 0.001 };
  expect(advice(gate, { luma: 0.5, clipped: 0, sharpness: 0.01 })).toEqual([]);
  expect(advice(gate, { luma: 0.1, clipped: 0.2, sharpness: 0 })).toEqual(['too-dark', 'clipped', 'blurred']);
  expect(advice(gate, { luma: 0.95, clipped: 0, sharpness: 0.01 })).toEqual(['too-bright']);
});

test('a heat layer is orange up, purple down, clear at nothing, most opaque at its scale', () => {
  const at = (value: number) => [...layer(new Float32Array(49).fill(value), 2, 1)];
  expect(at(2)).toEqual([0xe6, 0x61, 0, 191]);
  expect(at(-9)).toEqual([0x5d, 0x3a, 0x9b, 191]);
  expect(at(0)[3]).toBe(0);
  expect(heatScales(data)).toHaveLength(5);
});

const PILLOW = [1.162335, 0.668403, -0.075472, -0.078006, 0.005696, 0.668403, 0.579973, 0.395522, 0.098296, -0.078006];

/** The first rows of Pillow's Image.fromarray(np.eye(3)).resize((5, 5), BICUBIC). */
test('a map grows as in the Python client', () => {
  const found = grown(Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]), 5);
  PILLOW.forEach((value, place) => expect(found[place]).toBeCloseTo(value, 5));
});

test('the centre of a map is that of its positive part', () => {
  expect(centre(Float32Array.from([0, 0, -5, 2]))).toEqual([0.75, 0.75]);
  expect(centre(new Float32Array(4).fill(-1))).toBeNull();
});
