/**
 * Who uses this device: a guest, or one account. Each has a database of its own, so another account never sees this
 * one's history, and what an account did not send yet waits for it until it signs in again.
 */
import { Account } from './account';
import type { Device } from './device';
import { randomName } from './ids';
import { type Issued, Server } from './server';
import { type Wire, send } from './wire';
import { Store } from './store';
import { Trouble } from './trouble';

const PLATFORM = 'web';

export interface Credentials {
  email: string;
  password: string;
  device: string;
  /** Only to recover. */
  code?: string;
  /** Only to register: purposes and the version of the text that was agreed to. */
  consents?: Record<string, number>;
}

export type How = 'register' | 'login' | 'recover';

export class Session {
  store!: Store;
  server!: Server;
  /** The account's own routes. */
  profile!: Account;
  account: string | null = null;

  private constructor(
    private readonly device: Device,
    private readonly wire: Wire,
  ) {}

  /** The account of the last visit, or a guest. */
  static async open(device: Device, wire: Wire): Promise<Session> {
    const session = new Session(device, wire);
    await session.use(await device.setting<string>('account'));
    return session;
  }

  /**
   * Sign in; the recovery code to be shown once where there is one. A guest's history joins the account when `adopt`,
   * asked with the number of its records, says so; otherwise it stays with the guest.
   */
  async signIn(how: How, who: Credentials, adopt: (records: number) => Promise<boolean>): Promise<string | null> {
    const json = { ...bodyOf(who), ...(how === 'login' ? {} : { idempotency_key: await this.attempt() }) };
    const answer = await this.wire.exclusively('refresh', () => send(this.wire, 'POST', `/v1/auth/${how}`, { json }));
    const issued: Issued = await answer.json(); // no refresh of before can put its cookie over this one's
    const guest = this.account === null ? await this.store.live() : [];
    await this.enter(issued.account_id);
    await this.store.set('email', who.email);
    await this.server.keep(issued);
    await this.device.setAll({ account: issued.account_id, attempt: null });
    this.account = issued.account_id; // last: until then `follow` finds nothing to follow
    if (guest.length && (await adopt(guest.length))) {
      await this.store.add(...guest);
      await this.device.removeHistory(null);
    }
    return issued.recovery_code ?? null;
  }

  /** End this device's login; false when the server could not be told. The history stays on the device, out of sight. */
  async signOut(): Promise<boolean> {
    const told = await this.server.call('POST', '/v1/auth/logout').then(
      () => true,
      () => false,
    );
    await this.server.forget();
    await this.use(null);
    return told;
  }

  /** Delete the account on the server and here. Needs the password once more. */
  async deleteAccount(password: string): Promise<void> {
    const gone = this.account;
    if (gone === null) throw new Trouble('unauthorized');
    await this.server.reauthenticate(password);
    await this.server.call('DELETE', '/v1/account');
    await this.use(null);
    await this.device.removeHistory(gone);
  }

  /** Another tab may have signed in or out: follow it. True when it did. */
  async follow(): Promise<boolean> {
    const account = await this.device.setting<string>('account');
    if (account === this.account) return false;
    await this.use(account);
    return true;
  }

  /** Names the attempt under way; kept until it is answered, so that a try after the page was closed is a repeat too. */
  private async attempt(): Promise<string> {
    const held = await this.device.setting<string>('attempt');
    if (held) return held;
    const fresh = randomName();
    await this.device.set('attempt', fresh);
    return fresh;
  }

  private async use(account: string | null): Promise<void> {
    await this.enter(account);
    await this.device.set('account', account);
    this.account = account;
  }

  private async enter(account: string | null): Promise<void> {
    this.store?.close();
    this.store = await Store.open(this.device.historyName(account));
    this.server = new Server(this.wire, this.store, account);
    this.profile = new Account(this.server);
  }
}

function bodyOf(who: Credentials): Record<string, unknown> {
  return {
    email: who.email,
    password: who.password,
    device_name: who.device,
    platform: PLATFORM,
    ...(who.code ? { recovery_code: who.code } : {}),
    ...(who.consents ? { consents: who.consents } : {}),
  };
}
