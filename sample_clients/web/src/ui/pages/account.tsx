/** Who uses this device, what they agreed to, and this device itself. */
import { useEffect, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { Shown } from '../../core/account';
import { t } from '../i18n';
import { online, session, who } from '../state/app';
import { syncTrouble } from '../state/syncing';
import { AccountData } from '../parts/account-data';
import { ChangePassword } from '../parts/change-password';
import { Consents } from '../parts/consents';
import { Devices } from '../parts/devices';
import { Notice, TroubleNotice } from '../parts/notice';
import { Page } from '../parts/shell';
import { SignOut } from '../parts/sign-out';
import { ThisDevice } from '../parts/this-device';

export function Account() {
  const { account: id, signedIn } = who.value;
  return (
    <Page title={t('account.title')}>
      {id === null ? <Guest /> : <Owner key={id} signedIn={signedIn} />}
      <ThisDevice />
    </Page>
  );
}

function Guest() {
  return (
    <section class="card">
      <h2>{t('account.guest')}</h2>
      <p>{t('account.guestLead')}</p>
      <div class="actions">
        <Link href="/account/register" class="button primary">
          {t('account.register')}
        </Link>
        <Link href="/account/login" class="button">
          {t('account.login')}
        </Link>
      </div>
    </section>
  );
}

function Owner({ signedIn }: { signedIn: boolean }) {
  return (
    <>
      <section class="card">
        <p class="signed-in">
          {t('account.signedInAs')} <strong>{who.value.email}</strong>
        </p>
        {!signedIn && (
          <Notice>
            {t('account.ended')} <Link href="/account/login">{t('account.login')}</Link>
          </Notice>
        )}
        {signedIn && <TroubleNotice error={syncTrouble.value} />}
        <SignOut />
      </section>
      {signedIn && <OnServer />}
    </>
  );
}

/** What only the server knows. */
function OnServer() {
  const [shown, setShown] = useState<Shown | null>(null);
  const [failed, setFailed] = useState(false);
  const [passwords, setPasswords] = useState(0); // changed so often since; each time other logins end
  useEffect(() => {
    session.profile.shown().then(
      (found) => {
        setShown(found);
        setFailed(false);
      },
      () => setFailed(true),
    );
  }, [online.value]);
  if (!shown) return failed ? <Notice>{t('account.unreachable')}</Notice> : <div class="card placeholder" />;
  return (
    <>
      <Devices key={passwords} />
      <Consents shown={shown} onChange={setShown} />
      <ChangePassword onDone={() => setPasswords(passwords + 1)} />
      <AccountData />
    </>
  );
}
