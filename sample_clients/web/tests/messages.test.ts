/** What the page says: there is a sentence for whatever can go wrong. */
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { en } from '../src/ui/i18n/en';

const SOURCES = new URL('../src/', import.meta.url);
const RAISED = /new Trouble\(\s*'([a-z-]+)'/g;

test('every trouble that the app raises has a sentence of its own', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  const raised = files.flatMap((name) =>
    [...readFileSync(new URL(name, SOURCES), 'utf8').matchAll(RAISED)].map(([, code]) => code),
  );
  expect(raised.length).toBeGreaterThan(20);
  expect(raised.filter((code) => !(`error.${code}` in en))).toEqual([]);
});
