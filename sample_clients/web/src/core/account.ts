/** What the signed-in owner of an account sees and changes of it. All raise `Trouble`. */
import type { Server } from './server';
import { read } from './wire';

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

export class Account {
  constructor(private readonly server: Server) {}

  shown(): Promise<Shown> {
    return this.asked('GET', '/v1/account');
  }

  /** Agree to the texts of purposes in those versions; 0 withdraws. */
  consent(consents: Record<string, number>): Promise<Shown> {
    return this.asked('PATCH', '/v1/account', { consents });
  }

  async devices(): Promise<DeviceLogin[]> {
    return (await this.asked<{ devices: DeviceLogin[] }>('GET', '/v1/auth/devices')).devices;
  }

  async endDevice(id: string): Promise<void> {
    await this.server.call('DELETE', `/v1/auth/devices/${id}`);
  }

  /** Another password; all other logins end. */
  async changePassword(password: string, next: string): Promise<void> {
    await this.server.reauthenticate(password);
    await this.asked('PATCH', '/v1/account', { password: next });
  }

  /** A new recovery code, which ends the old one. */
  async newCode(password: string): Promise<string> {
    await this.server.reauthenticate(password);
    const changed = await this.asked<{ recovery_code: string }>('PATCH', '/v1/account', { new_recovery_code: true });
    return changed.recovery_code;
  }

  /** Everything that the server keeps, as a ZIP. */
  async exported(password: string): Promise<Blob> {
    await this.server.reauthenticate(password);
    return read((await this.server.call('GET', '/v1/account/export', { file: true })).blob());
  }

  private async asked<T>(method: string, path: string, json?: unknown): Promise<T> {
    return (await this.server.call(method, path, json === undefined ? {} : { json })).json();
  }
}
