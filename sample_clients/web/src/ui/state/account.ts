/** Coming and going, told to the page and to the other tabs. */
import type { Credentials, How } from '../../core/session';
import { changed, session } from './app';
import { forget } from './photo';
import { syncNow } from './syncing';

/** Sign in; the recovery code to be shown once, where there is one. Raises `Trouble`. */
export async function signIn(
  how: How,
  who: Credentials,
  adopt: (records: number) => Promise<boolean>,
): Promise<string | null> {
  const code = await session.signIn(how, who, adopt);
  await changed();
  void syncNow();
  return code;
}

export async function signOut(): Promise<void> {
  forget();
  await session.signOut();
  await changed();
}

export async function deleteAccount(password: string): Promise<void> {
  forget();
  await session.deleteAccount(password);
  await changed();
}
