/** Make an account, sign in, or come back with the recovery code. */
import { useState } from 'preact/hooks';
import { Link, Redirect, useLocation } from 'wouter-preact';
import type { How } from '../../core/session';
import { type Key, t } from '../i18n';
import { signIn } from '../state/account';
import { Dialog } from '../parts/dialog';
import { Field } from '../parts/field';
import { KeepHistory, SHOWN } from '../parts/keep-history';
import { NewPassword } from '../parts/new-password';
import { TroubleNotice } from '../parts/notice';
import { RecoveryCode } from '../parts/recovery-code';
import { Page } from '../parts/shell';
import { useWork } from '../parts/work';

const TITLES: Record<How, Key> = {
  login: 'account.login',
  register: 'account.register',
  recover: 'account.recoverTitle',
};

export function SignIn({ how }: { how: string }) {
  return how in TITLES ? <Form how={how as How} /> : <Redirect to="/account" />;
}

interface Question {
  records: number;
  answer(yes: boolean): void;
}

function Form({ how }: { how: How }) {
  const [, go] = useLocation();
  const [who, setWho] = useState({ email: '', password: '', code: '' });
  const [keep, setKeep] = useState(false);
  const [question, setQuestion] = useState<Question | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const work = useWork();
  const adopt = (records: number) => new Promise<boolean>((answer) => setQuestion({ records, answer }));
  const submit = (event: Event) => {
    event.preventDefault();
    void work.run(async () => {
      const code = await signIn(how, { ...who, ...askedOnly(how, who.code, keep), device: deviceName() }, adopt);
      if (code) setShown(code);
      else go('/account');
    });
  };
  const answered = (yes: boolean) => {
    question?.answer(yes);
    setQuestion(null);
  };
  const set = (name: keyof typeof who) => (value: string) => setWho({ ...who, [name]: value });
  return (
    <Page title={t(TITLES[how])} back="/account">
      {how === 'recover' && <p class="lead">{t('account.recoverLead')}</p>}
      <form class="sign-in" onSubmit={submit}>
        <Field
          label={t('account.email')}
          type="email"
          name="email"
          autocomplete="username"
          required
          value={who.email}
          onText={set('email')}
        />
        {how === 'recover' && (
          <Field
            label={t('account.code')}
            name="code"
            autocomplete="off"
            required
            value={who.code}
            onText={set('code')}
          />
        )}
        <Password how={how} value={who.password} onText={set('password')} />
        {how === 'register' && <KeepHistory yes={keep} onChange={setKeep} />}
        <TroubleNotice error={work.error} />
        <button class="button primary" disabled={work.busy}>
          {t(TITLES[how])}
        </button>
      </form>
      {how === 'login' && <Link href="/account/recover">{t('account.recover')}</Link>}
      {question && <Adopt question={question} onAnswer={answered} />}
      {shown && <RecoveryCode code={shown} onDone={() => go('/account')} />}
    </Page>
  );
}

function Password({ how, value, onText }: { how: How; value: string; onText(value: string): void }) {
  if (how === 'recover') return <NewPassword label={t('account.newPassword')} value={value} onText={onText} />;
  if (how === 'register') return <NewPassword label={t('account.password')} value={value} onText={onText} />;
  return (
    <Field
      label={t('account.password')}
      type="password"
      name="password"
      autocomplete="current-password"
      required
      value={value}
      onText={onText}
    />
  );
}

/** What only one of the ways in sends along. */
function askedOnly(how: How, code: string, keep: boolean) {
  return {
    code: how === 'recover' ? code : undefined,
    consents: how === 'register' && keep ? { sync: SHOWN } : undefined,
  };
}

function Adopt({ question, onAnswer }: { question: Question; onAnswer(yes: boolean): void }) {
  return (
    <Dialog title={t('account.adoptTitle')} onClose={() => onAnswer(false)}>
      <p>{t('account.adoptLead', { count: question.records })}</p>
      <div class="actions">
        <button class="button primary" onClick={() => onAnswer(true)}>
          {t('account.adoptYes')}
        </button>
        <button class="button" onClick={() => onAnswer(false)}>
          {t('account.adoptNo')}
        </button>
      </div>
    </Dialog>
  );
}

/** Enough to tell one's devices apart in the list: `Android`, `iPhone`, `Windows` … */
function deviceName(): string {
  const known = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac', 'Linux'];
  return known.find((name) => navigator.userAgent.includes(name)) ?? '';
}
