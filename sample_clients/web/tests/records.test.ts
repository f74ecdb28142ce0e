/** What a record's moment is read as. */
import { expect, test } from 'vitest';
import { instant, type Score } from '../src/core/records';

const at = (captured_at: string) => ({ captured_at }) as Score;

test('an offset that is none, as servers once took it, does not put the others out of order', () => {
  const stored = ['2026-05-01T08:30:00Z', '2026-05-04T08:30:00+10:75', '2026-05-03T08:30:00Z'].map(at);
  const inOrder = stored.sort((a, b) => instant(a) - instant(b)).map((one) => one.captured_at.slice(0, 10));
  expect(inOrder).toEqual(['2026-05-01', '2026-05-03', '2026-05-04']);
});

test('a moment is read with its offset', () => {
  expect(instant(at('2026-05-04T08:30:00+09:00'))).toBe(Date.UTC(2026, 4, 3, 23, 30));
});
