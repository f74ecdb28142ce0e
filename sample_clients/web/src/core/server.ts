/**
 * The server as one account sees it.
 *
 * The access token lives in memory only. The refresh token is a cookie that no script can read; the store merely
 * remembers that there is a login. One tab refreshes at a time (Web Locks), since each refresh rotates the cookie.
 */
import type { Store } from './store';
import { Trouble, codeOf } from './trouble';
import { type Request, type Wire, send } from './wire';

const ENDED = ['refresh-reused', 'refresh-expired', 'refresh-revoked', 'unauthorized'];

export interface Issued {
  account_id: string;
  access_token: string;
  recovery_code?: string;
}

export class Server {
  private access: string | null = null;
  /** Another one from each sign-in and sign-out on. */
  private login = {};

  /** `account`: the one whose history `store` is; null for a guest's. */
  constructor(
    private readonly wire: Wire,
    private readonly store: Store,
    private readonly account: string | null,
  ) {}

  /** Whether this device has a login, as far as it knows. */
  async signedIn(): Promise<boolean> {
    return (await this.store.setting('signed_in')) === true;
  }

  /** Take over the tokens of a sign-in. */
  async keep(issued: Issued): Promise<void> {
    this.login = {};
    this.access = issued.access_token;
    await this.store.set('signed_in', true);
  }

  /** Drop the login; the history stays. */
  async forget(): Promise<void> {
    this.login = {};
    this.access = null;
    await this.store.set('signed_in', null);
  }

  /** Drop the access token, as a restart does. */
  forgetAccess(): void {
    this.access = null;
  }

  /** A fresh access token for the password, good for export and deletion. */
  async reauthenticate(password: string): Promise<void> {
    const { login } = this;
    const answer = await this.call('POST', '/v1/auth/reauth', { json: { password } });
    this.take(await answer.json(), login);
  }

  /** An authorised request; refreshes the access token once when it is missing or refused. */
  async call(method: string, path: string, request: Request = {}): Promise<Response> {
    if (this.access === null) await this.refresh(null);
    const used = this.access;
    try {
      return await send(this.wire, method, path, request, used);
    } catch (error) {
      if (codeOf(error) !== 'invalid-token') throw error;
    }
    await this.refresh(used);
    return send(this.wire, method, path, request, this.access);
  }

  /** A new access token, unless one was fetched since `used`. Ends the login only when told to. */
  private refresh(used: string | null): Promise<void> {
    return this.wire.exclusively('refresh', async () => {
      if (this.access !== null && this.access !== used) return;
      if (!(await this.signedIn())) throw new Trouble('unauthorized');
      const { login } = this;
      try {
        const answer = await send(this.wire, 'POST', '/v1/auth/refresh', { json: {} });
        const issued: Issued = await answer.json();
        if (issued.account_id !== this.account) throw new Trouble('unauthorized'); // another tab signed in to that one
        this.take(issued, login);
      } catch (error) {
        if (login === this.login && ENDED.includes(codeOf(error))) await this.forget();
        throw error;
      }
    });
  }

  /** Keep a token, unless the login that asked for it ended, or another began, while it was on its way. */
  private take({ access_token }: Pick<Issued, 'access_token'>, login: object): void {
    if (login !== this.login) throw new Trouble('unauthorized');
    this.access = access_token;
  }
}
