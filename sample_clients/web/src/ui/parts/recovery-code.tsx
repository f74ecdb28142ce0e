/** The recovery code, shown once: it must be answered, not clicked away. */
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { Dialog } from './dialog';

export function RecoveryCode({ code, onDone }: { code: string; onDone(): void }) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(code).then(() => setCopied(true));
  return (
    <Dialog title={t('account.codeTitle')}>
      <p>{t('account.codeLead')}</p>
      <p class="code">{code}</p>
      <div class="actions">
        <button class="button primary" onClick={onDone}>
          {t('account.codeDone')}
        </button>
        <button class="button" onClick={copy}>
          {t(copied ? 'account.codeCopied' : 'account.codeCopy')}
        </button>
      </div>
    </Dialog>
  );
}
