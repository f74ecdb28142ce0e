/** The record on the wire: immutable, integers only, named by a UUID made here. */
import { formatRFC3339 } from 'date-fns';
import { v7 } from 'uuid';
import type { Bundle } from './bundle';
import { contentHash } from './ids';
import type { Grading } from './scoring';

export const VERSION = '0.1.0'; // of this client
const APP = `skinscore-web ${VERSION}`;
export const NOTE_LENGTH = 4000; // characters, the server's limit

export interface Model {
  name: string;
  version: string;
  sequence: number;
}

export interface Answer {
  grade: number;
  balanced: number;
  expected_milli: number;
  probabilities_e4: number[];
}

export interface Score {
  id: string;
  kind: 'score';
  captured_at: string;
  part: number;
  attributes: Record<string, Answer>;
  model: Model;
  file_sha256: string;
  app: string;
}

export interface Note {
  id: string;
  kind: 'note';
  score_id: string;
  text: string;
}

export type Entry = Score | Note;

/** Whole numbers that sum to 10,000; what rounding down leaves over goes to the largest remainders. */
export function tenThousandths(probabilities: ArrayLike<number>): number[] {
  const values = Array.from(probabilities);
  const sum = values.reduce((a, b) => a + b, 0);
  const exact = values.map((value) => (value / sum) * 10_000);
  const whole = exact.map(Math.floor);
  const left = 10_000 - whole.reduce((a, b) => a + b, 0);
  const order = exact.map((_, i) => i).sort((a, b) => whole[a] - exact[a] - (whole[b] - exact[b]) || a - b);
  for (const i of order.slice(0, left)) whole[i] += 1;
  return whole;
}

/** A new score of what the model was taught to grade on that part. */
export function scoreRecord(grading: Grading, bundle: Bundle, at = new Date()): Score {
  const believed = grading.attributes.filter((one) => one.believed);
  const { name, version, sequence } = bundle.data;
  return {
    id: v7(),
    kind: 'score',
    captured_at: formatRFC3339(at),
    part: grading.part,
    attributes: Object.fromEntries(
      believed.map((one) => [
        one.key,
        {
          grade: one.grade,
          balanced: one.balanced,
          expected_milli: Math.round(one.expected * 1000),
          probabilities_e4: tenThousandths(one.probabilities),
        },
      ]),
    ),
    model: { name, version, sequence },
    file_sha256: bundle.modelSha256,
    app: APP,
  };
}

/**
 * When a score was taken, in milliseconds since 1970. Servers once took offsets that are none, such as `+10:75`; the
 * clock on the wall stands in for those, since one score without a place in time would put all others out of order.
 */
export function instant(score: Score): number {
  const at = Date.parse(score.captured_at);
  return Number.isNaN(at) ? Date.parse(`${score.captured_at.slice(0, 19)}Z`) : at;
}

/** A new note on a score; empty text takes the note away. */
export function noteRecord(scoreId: string, text: string): Note {
  return { id: v7(), kind: 'note', score_id: scoreId, text };
}

/** XOR of the first 8 bytes of all content hashes, 16 hex digits: equal on both sides, or something is lost. */
export function fold(records: Iterable<Entry>): string {
  let value = 0n;
  for (const record of records) value ^= BigInt(`0x${contentHash(record).slice(0, 16)}`);
  return value.toString(16).padStart(16, '0');
}
