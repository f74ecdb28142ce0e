/** From the model's outputs to grades, and how sure they are. */
import type { BundleData } from './bundle';

/** What the model file gives for one photo; shapes without the batch: 5x5, 5x5, 5, 5xhxw, 3. */
export interface Outputs {
  probabilities: Float32Array;
  utilities: Float32Array;
  expected: Float32Array;
  heatmaps: Float32Array;
  quality: Float32Array;
}

/** One attribute's answer: most likely and balanced grade, plausible range, expected grade, map. */
export interface Graded {
  key: string;
  grade: number;
  balanced: number;
  low: number;
  high: number;
  expected: number;
  probabilities: Float32Array;
  heat: Float32Array;
  /** Whether the model was ever taught this attribute on this face part. */
  believed: boolean;
}

export interface Grading {
  attributes: Graded[];
  /** The model's input bytes, S x S x 3. */
  pixels: Uint8Array;
  quality: Quality;
  advice: Advice[];
  part: number;
}

export interface Quality {
  luma: number;
  clipped: number;
  sharpness: number;
}

export type Advice = 'too-dark' | 'too-bright' | 'clipped' | 'blurred';

/** All that a photo's outputs say. */
export function graded(outputs: Outputs, data: BundleData, pixels: Uint8Array, part: number): Grading {
  const [luma, clipped, sharpness] = outputs.quality;
  const quality = { luma, clipped, sharpness };
  const attributes = data.attributes.map((_, a) => gradedOne(outputs, data, a, part));
  return { attributes, pixels, quality, advice: advice(data.quality_gate, quality), part };
}

function gradedOne(outputs: Outputs, data: BundleData, a: number, part: number): Graded {
  const count = data.attributes.length;
  const key = data.attributes[a].key;
  const probabilities = piece(outputs.probabilities, a, count);
  const [low, high] = plausible(probabilities, data.decoding.conformal_q[a]);
  return {
    key,
    grade: largest(probabilities),
    balanced: largest(piece(outputs.utilities, a, count)),
    low,
    high,
    expected: outputs.expected[a],
    probabilities,
    heat: piece(outputs.heatmaps, a, count),
    believed: data.graded_parts[key].includes(part),
  };
}

function piece(values: Float32Array, a: number, count: number): Float32Array {
  const length = values.length / count;
  return values.slice(a * length, (a + 1) * length);
}

function largest(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}

/** Lowest and highest grade whose ranked probability score is at most q; holds the most likely grade. */
export function plausible(probabilities: ArrayLike<number>, q: number): [number, number] {
  const p = Array.from(probabilities);
  let total = 0;
  const cdf = p.slice(0, -1).map((value) => (total += value));
  const score = (y: number) => cdf.reduce((sum, c, g) => sum + (c - (y <= g ? 1 : 0)) ** 2, 0);
  const inside = p.map((_, y) => y).filter((y) => score(y) <= q);
  inside.push(p.indexOf(Math.max(...p)));
  return [Math.min(...inside), Math.max(...inside)];
}

/** What to do better in the next photo; empty when the photo is fine. */
export function advice(gate: BundleData['quality_gate'], quality: Quality): Advice[] {
  const asked: Advice[] = [];
  if (quality.luma < gate.luma[0]) asked.push('too-dark');
  if (quality.luma > gate.luma[1]) asked.push('too-bright');
  if (quality.clipped > gate.clipped) asked.push('clipped');
  if (quality.sharpness < gate.sharpness) asked.push('blurred');
  return asked;
}
