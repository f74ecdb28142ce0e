/** Take everything along, get a new recovery code, be gone. */
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { deleteAccount } from '../state/account';
import { session } from '../state/app';
import { PasswordDialog } from './password-dialog';
import { RecoveryCode } from './recovery-code';

type Asking = 'export' | 'code' | 'delete' | null;

export function AccountData() {
  const [asking, setAsking] = useState<Asking>(null);
  const [code, setCode] = useState<string | null>(null);
  const close = () => setAsking(null);
  const save = async (password: string) => {
    download(await session.profile.exported(password), 'skinscore-export.zip');
    close();
  };
  const renew = async (password: string) => {
    setCode(await session.profile.newCode(password));
    close();
  };
  return (
    <section class="card">
      <h2>{t('account.data')}</h2>
      <div class="actions stacked">
        <button class="button" onClick={() => setAsking('export')}>
          {t('account.export')}
        </button>
        <button class="button" onClick={() => setAsking('code')}>
          {t('account.codeNew')}
        </button>
        <button class="button quiet danger" onClick={() => setAsking('delete')}>
          {t('account.delete')}
        </button>
      </div>
      {asking === 'export' && <PasswordDialog title={t('account.export')} onClose={close} onPassword={save} />}
      {asking === 'code' && <PasswordDialog title={t('account.codeNew')} onClose={close} onPassword={renew} />}
      {asking === 'delete' && (
        <PasswordDialog
          danger
          title={t('account.delete')}
          lead={t('account.deleteLead')}
          onClose={close}
          onPassword={deleteAccount}
        />
      )}
      {code && <RecoveryCode code={code} onDone={() => setCode(null)} />}
    </section>
  );
}

function download(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // ms; the download has begun by then
}
