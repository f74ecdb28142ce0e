/** A quiet box that says something: a hint, a trouble, an empty page. */
import type { ComponentChildren } from 'preact';
import { sentence } from '../i18n';
import { Icon } from './icon';

export function Notice({ children, kind = 'hint' }: { children: ComponentChildren; kind?: 'hint' | 'trouble' }) {
  return (
    <div class={`notice notice-${kind}`} role={kind === 'trouble' ? 'alert' : undefined}>
      <Icon name="info" />
      <div>{children}</div>
    </div>
  );
}

/** What went wrong, if anything did. */
export function TroubleNotice({ error }: { error: unknown }) {
  return error === null || error === undefined ? null : <Notice kind="trouble">{sentence(error)}</Notice>;
}

/** A page that has nothing to show yet. */
export function Empty({ title, lead, children }: { title: string; lead: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <svg viewBox="0 0 120 70" aria-hidden="true">
        <path d="M14 60a46 46 0 0 1 92 0" class="empty-arc" />
        <path d="M14 60a46 46 0 0 1 22-39" class="empty-start" />
      </svg>
      <h2>{title}</h2>
      <p>{lead}</p>
      {children}
    </div>
  );
}
