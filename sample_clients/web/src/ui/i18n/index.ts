/** The page's language: the browser's, or what the person chose. */
import { signal } from '@preact/signals';
import type { Attribute } from '../../core/bundle';
import { Trouble } from '../../core/trouble';
import { type Messages, en } from './en';
import { ko } from './ko';

export const LANGUAGES = { en, ko };
export type Language = keyof typeof LANGUAGES;
export type Key = keyof Messages;

const CHOICE = 'skinscore-language';
export const language = signal<Language>(chosen());

function chosen(): Language {
  const wanted = localStorage.getItem(CHOICE) ?? navigator.language;
  return wanted.startsWith('ko') ? 'ko' : 'en';
}

/** How dates are written: as the browser's region does, in the chosen language. */
export function locale(): string {
  return navigator.languages.find((one) => one.startsWith(language.value)) ?? language.value;
}

export function choose(next: Language): void {
  localStorage.setItem(CHOICE, next);
  language.value = next;
}

/** A message, with values in the place of `{name}`. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return LANGUAGES[language.value][key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** What went wrong, in the person's language; the server's own sentence where there is no better one. */
export function sentence(error: unknown): string {
  const full = error instanceof DOMException && error.name === 'QuotaExceededError';
  const { code, detail, values } = error instanceof Trouble ? error : new Trouble(full ? 'storage' : 'unexpected');
  const key = `error.${code}` as Key;
  const said = key in en ? t(key, values) : detail || t('error.unexpected');
  return values.again ? `${said} ${t('again', { when: clock(Number(values.again)) })}` : said;
}

/** The time of day on this device, with the date if it is another one. */
function clock(at: number): string {
  const another = new Date(at).toDateString() !== new Date().toDateString();
  return new Intl.DateTimeFormat(locale(), {
    timeStyle: 'medium',
    ...(another ? { dateStyle: 'medium' as const } : {}),
  }).format(at);
}

/** An attribute's name, and the words at the ends of its scale. */
export function nameOf(attribute: Attribute): string {
  return attribute[language.value];
}

export function endOf(attribute: Attribute, end: 0 | 4): string {
  const key = `word.${attribute.key}.${end}` as Key;
  return key in en ? t(key) : attribute[`grade${end}`];
}

export const PARTS = [0, 1, 2, 3];
export const partName = (part: number): string => t(`part.${part}` as Key);

/** `4 May 2026, 08:30`, as on the wall where the photo was taken, whatever zone this device is in now. */
export function moment(capturedAt: string, style: 'long' | 'short' = 'long'): string {
  const wall = new Date(`${capturedAt.slice(0, 19)}Z`);
  const shape: Intl.DateTimeFormatOptions =
    style === 'long' ? { dateStyle: 'medium', timeStyle: 'short' } : { day: 'numeric', month: 'short' };
  return new Intl.DateTimeFormat(locale(), { ...shape, timeZone: 'UTC' }).format(wall);
}

/** A consent's text in the person's language, if this is a version that was translated; else as the server words it. */
export function consentText(purpose: string, version: number, otherwise: string): string {
  const key = `consent.text.${purpose}.${version}` as Key;
  return key in en ? t(key) : otherwise;
}
