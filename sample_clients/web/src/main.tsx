/** Start: the page first, what this device holds next, model, sync and service worker after that. */
import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './ui/app';
import { language } from './ui/i18n';
import { start } from './ui/state/app';
import { grader, lookDaily } from './ui/state/model';
import { keepSynced } from './ui/state/syncing';
import './ui/styles/index.css';

effect(() => {
  document.documentElement.lang = language.value;
});

const root = document.getElementById('app') as HTMLElement;
const opened = start();
render(<App opened={opened} />, root);
void opened.then(async () => {
  keepSynced();
  await grader().catch(() => undefined); // without it the page says so when a photo is chosen
  await navigator.serviceWorker?.register('./sw.js').catch(() => undefined); // development over http has none
  await lookDaily();
});
