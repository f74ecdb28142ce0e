/** Another password, for whoever knows the one until now. */
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { session } from '../state/app';
import { NewPassword } from './new-password';
import { PasswordDialog } from './password-dialog';

export function ChangePassword({ onDone }: { onDone(): void }) {
  const [asking, setAsking] = useState(false);
  const [next, setNext] = useState('');
  const [said, setSaid] = useState('');
  const open = () => {
    setNext('');
    setSaid('');
    setAsking(true);
  };
  const change = async (password: string) => {
    await session.profile.changePassword(password, next);
    setAsking(false);
    setSaid(t('account.passwordChanged'));
    onDone();
  };
  return (
    <section class="card">
      <h2>{t('account.password')}</h2>
      <div class="actions stacked">
        <button class="button" onClick={open}>
          {t('account.passwordChange')}
        </button>
      </div>
      <p role="status">{said}</p>
      {asking && (
        <PasswordDialog
          title={t('account.passwordChange')}
          lead={t('account.passwordChangeLead')}
          onClose={() => setAsking(false)}
          onPassword={change}
        >
          <NewPassword label={t('account.newPassword')} value={next} onText={setNext} />
        </PasswordDialog>
      )}
    </section>
  );
}
