/** What is around every page: name, state of the sync, the four places. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { type Key, t } from '../i18n';
import { history, online, who } from '../state/app';
import { syncing } from '../state/syncing';
import { Icon, type IconName } from './icon';

const PLACES: { path: string; icon: IconName; label: Key }[] = [
  { path: '/', icon: 'grade', label: 'nav.grade' },
  { path: '/history', icon: 'history', label: 'nav.history' },
  { path: '/trend', icon: 'trend', label: 'nav.trend' },
  { path: '/account', icon: 'account', label: 'nav.account' },
];

export function Shell({ children }: { children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        {t('skip')}
      </a>
      <header class="top">
        <span class="brand">SkinScore</span>
        <SyncState />
      </header>
      <Places />
      {children}
    </>
  );
}

function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('main')?.focus();
}

function Places() {
  const [here] = useLocation();
  return (
    <nav class="places" aria-label={t('nav.label')}>
      {PLACES.map(({ path, icon, label }) => (
        <Link key={path} href={path} aria-current={isIn(here, path) ? 'page' : undefined}>
          <Icon name={icon} />
          <span>{t(label)}</span>
        </Link>
      ))}
    </nav>
  );
}

function isIn(here: string, path: string): boolean {
  if (path === '/') return here === '/' || here === '/result' || here === '/camera';
  return here.startsWith(path) || (path === '/history' && here.startsWith('/compare'));
}

/** Guests see nothing here unless the network is away: they have nothing to sync. */
function SyncState() {
  const count = history.value?.unsent.size ?? 0;
  return (
    <span class="sync-state" role="status">
      {!online.value && <span class="chip">{t('status.offline')}</span>}
      {who.value.account && <SyncChip count={count} />}
    </span>
  );
}

function SyncChip({ count }: { count: number }) {
  if (syncing.value) return <span class="chip chip-quiet">{t('status.syncing')}</span>;
  if (count) return <span class="chip chip-accent">{t('status.unsent', { count })}</span>;
  return <span class="chip chip-quiet">{who.value.signedIn ? t('status.synced') : ''}</span>;
}

interface PageProps {
  title: string;
  children: ComponentChildren;
  /** Where the way back leads, for pages below one of the four places. */
  back?: string;
  wide?: boolean;
}

/** One page: its heading takes the focus, so that a screen reader says where one is. */
export function Page({ title, children, back, wide }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · SkinScore`;
  }, [title]);
  useEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <main id="main" tabIndex={-1} class={wide ? 'wide' : undefined}>
      <div class="heading">
        {back && (
          <Link href={back} class="back" aria-label={t('action.back')}>
            <Icon name="back" />
          </Link>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
      </div>
      {children}
    </main>
  );
}
