/** The attributes that records may carry: those of the model in use, and others by their key alone. */
import type { Attribute } from '../../core/bundle';
import type { Answer, Score } from '../../core/records';
import { plausible } from '../../core/scoring';
import { bundle, history } from '../state/app';

/** In the model's order; unknown ones of older or newer models at the end. */
export function attributes(): Attribute[] {
  const known = bundle.value?.data.attributes ?? [];
  const keys = new Set(history.value?.scores.flatMap((score) => Object.keys(score.attributes)));
  const unknown = [...keys].filter((key) => !known.some((one) => one.key === key)).sort();
  return [...known, ...unknown.map(unnamed)];
}

/** Those that a score carries. */
export function attributesOf(score: Score): Attribute[] {
  return attributes().filter((one) => one.key in score.attributes);
}

/** The plausible grades of a record's answer; the grade alone where the model in use does not know the attribute. */
export function rangeOf({ key }: Attribute, answer: Answer): [number, number] {
  const data = bundle.value?.data;
  const a = data?.attributes.findIndex((one) => one.key === key) ?? -1;
  if (!data || a < 0) return [answer.grade, answer.grade];
  const probabilities = answer.probabilities_e4.map((share) => share / 10_000);
  return plausible(probabilities, data.decoding.conformal_q[a]);
}

function unnamed(key: string): Attribute {
  return { key, en: key, ko: key, grade0: '', grade4: '', more_is: 'neutral' };
}
