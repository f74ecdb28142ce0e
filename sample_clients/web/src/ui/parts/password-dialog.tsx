/** Asks for the password once more before something that cannot be undone, or shows much. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { Dialog } from './dialog';
import { Field } from './field';
import { TroubleNotice } from './notice';
import { useWork } from './work';

interface Props {
  title: string;
  lead?: string;
  danger?: boolean;
  /** What else is asked. */
  children?: ComponentChildren;
  onClose(): void;
  /** Raises what the server said; the dialog stays then. */
  onPassword(password: string): Promise<void>;
}

export function PasswordDialog({ title, lead, danger, children, onClose, onPassword }: Props) {
  const [password, setPassword] = useState('');
  const work = useWork();
  const submit = (event: Event) => {
    event.preventDefault();
    void work.run(() => onPassword(password));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {lead && <p>{lead}</p>}
      <form onSubmit={submit}>
        <Field
          label={t('account.confirm')}
          type="password"
          autocomplete="current-password"
          required
          value={password}
          onText={setPassword}
        />
        {children}
        <TroubleNotice error={work.error} />
        <div class="actions">
          <button class={`button ${danger ? 'danger' : 'primary'}`} disabled={work.busy}>
            {title}
          </button>
          <button type="button" class="button" onClick={onClose}>
            {t('action.cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
