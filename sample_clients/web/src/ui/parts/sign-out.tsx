/** Leave this device; what is not synced is said first. */
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { signOut } from '../state/account';
import { history } from '../state/app';
import { Dialog } from './dialog';
import { TroubleNotice } from './notice';
import { useWork } from './work';

export function SignOut() {
  const [asking, setAsking] = useState(false);
  const work = useWork();
  const unsent = history.value?.unsent.size ?? 0;
  return (
    <>
      <button class="button" onClick={() => setAsking(true)}>
        {t('account.out')}
      </button>
      {asking && (
        <Dialog title={t('account.outTitle')} onClose={() => setAsking(false)}>
          <p>{t('account.outLead')}</p>
          {unsent > 0 && <p>{t('account.outUnsent', { count: unsent })}</p>}
          <TroubleNotice error={work.error} />
          <div class="actions">
            <button class="button primary" disabled={work.busy} onClick={() => work.run(signOut)}>
              {t('account.out')}
            </button>
            <button class="button" onClick={() => setAsking(false)}>
              {t('action.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
