/** A field for a password that is made up now; the server judges it, the hint says what it asks for. */
import { t } from '../i18n';
import { Field } from './field';

interface Props {
  label: string;
  value: string;
  onText(value: string): void;
}

export function NewPassword(props: Props) {
  return (
    <Field
      {...props}
      hint={t('account.passwordHint')}
      type="password"
      name="password"
      autocomplete="new-password"
      minLength={8}
      required
    />
  );
}
