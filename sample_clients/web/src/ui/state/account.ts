/** What the account page asks of the server. */
import type { Credentials, How } from '../../core/session';
import { changed, session } from './app';
import { forget } from './photo';
import { syncNow } from './syncing';

export interface Shown {
  email: string;
  consents: Record<string, boolean>;
  consent_texts: Record<string, { version: number; text: string }>;
}

export interface DeviceLogin {
  id: string;
  name: string;
  platform: string;
  last_used: number;
  current: boolean;
}

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

export const account = (): Promise<Shown> => asked('GET', '/v1/account');
export const devices = async (): Promise<DeviceLogin[]> =>
  (await asked<{ devices: DeviceLogin[] }>('GET', '/v1/auth/devices')).devices;

/** Agree to a purpose's text of that version; 0 withdraws. */
export const consent = (purpose: string, version: number): Promise<Shown> =>
  asked('PATCH', '/v1/account', { consents: { [purpose]: version } });

export async function endDevice(id: string): Promise<void> {
  await session.server.call('DELETE', `/v1/auth/devices/${id}`);
}

/** A new recovery code, which ends the old one. */
export async function newCode(password: string): Promise<string> {
  await session.server.reauthenticate(password);
  return (await asked<{ recovery_code: string }>('PATCH', '/v1/account', { new_recovery_code: true })).recovery_code;
}

/** Everything that the server keeps, as a ZIP. */
export async function exported(password: string): Promise<Blob> {
  await session.server.reauthenticate(password);
  return (await session.server.call('GET', '/v1/account/export')).blob();
}

async function asked<T>(method: string, path: string, json?: unknown): Promise<T> {
  const answer = await session.server.call(method, path, json === undefined ? {} : { json });
  return answer.json();
}
