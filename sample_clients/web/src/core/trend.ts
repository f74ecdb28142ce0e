/**
 * One attribute over time, from the history on this device, so that it works offline; the same figures as the
 * server's `/v1/scores/trend`. Buckets go by the date on the wall where the photo was taken. Where another model takes
 * over, grades may step for that reason alone.
 */
import { getISOWeek, getISOWeekYear, parseISO } from 'date-fns';
import { instant, type Model, type Score } from './records';

const AHEAD = 86_400_000; // ms that a phone's clock may run ahead

export type BucketSize = 'day' | 'week' | 'month';

export interface Bucket {
  bucket: string;
  count: number;
  expected_milli: { min: number; mean: number; max: number };
  suspect_clock: number;
  not_learned: number;
}

export interface ModelChange {
  captured_at: string;
  bucket: string;
  from: Model;
  to: Model;
}

export interface Trend {
  buckets: Bucket[];
  model_changes: ModelChange[];
}

export interface Asked {
  attribute: string;
  bucket: BucketSize;
  part?: number;
  /** The parts that a model learned for the attribute; undefined when that model is not known here. */
  learned?: (model: Model) => number[] | undefined;
  now?: Date;
}

/** Buckets in order of time, and where the model changed between two scores with a sound clock. */
export function trend(scores: Score[], asked: Asked): Trend {
  const points = scores
    .filter((score) => asked.attribute in score.attributes && (asked.part === undefined || asked.part === score.part))
    .sort((a, b) => instant(a) - instant(b));
  const groups = new Map<string, Score[]>();
  for (const point of points) {
    const name = bucketOf(point.captured_at, asked.bucket);
    groups.set(name, [...(groups.get(name) ?? []), point]);
  }
  const names = [...groups.keys()].sort();
  return {
    buckets: names.map((name) => summary(name, groups.get(name) ?? [], asked)),
    model_changes: changes(
      points.filter((point) => !isSuspect(point, asked.now)),
      asked.bucket,
    ),
  };
}

/** `2026-05-04`, `2026-W19` or `2026-05`. */
export function bucketOf(capturedAt: string, size: BucketSize): string {
  const local = capturedAt.slice(0, 10);
  if (size === 'day') return local;
  if (size === 'month') return local.slice(0, 7);
  const date = parseISO(local);
  return `${String(getISOWeekYear(date)).padStart(4, '0')}-W${String(getISOWeek(date)).padStart(2, '0')}`;
}

function summary(bucket: string, scores: Score[], asked: Asked): Bucket {
  const values = scores.map((score) => score.attributes[asked.attribute].expected_milli);
  const sum = values.reduce((a, b) => a + b, 0);
  const mean = Math.floor((2 * sum + values.length) / (2 * values.length)); // rounded, halves up
  return {
    bucket,
    count: values.length,
    expected_milli: { min: Math.min(...values), mean, max: Math.max(...values) },
    suspect_clock: scores.filter((score) => isSuspect(score, asked.now)).length,
    not_learned: scores.filter((score) => asked.learned?.(score.model)?.includes(score.part) === false).length,
  };
}

/** Whether a phone's clock cannot have been right: before 1970, or a day and more ahead of now. */
function isSuspect(score: Score, now = new Date()): boolean {
  const at = instant(score);
  return at < 0 || at > now.getTime() + AHEAD;
}

function changes(points: Score[], size: BucketSize): ModelChange[] {
  return points.slice(1).flatMap((after, place) => {
    const { captured_at, model } = after;
    const from = points[place].model;
    if (from.name === model.name && from.version === model.version && from.sequence === model.sequence) return [];
    return [{ captured_at, bucket: bucketOf(captured_at, size), from, to: model }];
  });
}
