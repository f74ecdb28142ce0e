/** Tokens that arrive late: after a sign-out, after another sign-in, or of another account's cookie. */
import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { Device } from '../src/core/device';
import { Server } from '../src/core/server';
import { Session } from '../src/core/session';
import { Store } from '../src/core/store';
import { type Wire, browserWire } from '../src/core/wire';

const NEW_LOGIN = { account_id: 'me', access_token: 'of the new login' };
let made = 0;
let store: Store;
let server: Server;
/** Paths and tokens that were asked with. */
let asked: [string, string | undefined][];
/** What happens while the next answer of the path is on its way. */
let meanwhile: Record<string, () => Promise<void>>;
let answers: Record<string, unknown>;

const wire: Wire = {
  ...browserWire,
  wait: async () => undefined,
  exclusively: (_, work) => work(),
  fetch: async (input, init) => {
    const path = String(input);
    asked.push([path, (init?.headers as Record<string, string>).Authorization]);
    await meanwhile[path]?.();
    return Response.json(answers[path] ?? {});
  },
};

beforeEach(async () => {
  [asked, meanwhile] = [[], {}];
  answers = {
    '/v1/auth/refresh': { account_id: 'me', access_token: 'refreshed' },
    '/v1/auth/reauth': { access_token: 'fresh' },
  };
  store = await Store.open(`logins-${(made += 1)}`);
  server = new Server(wire, store, 'me');
  await server.keep({ account_id: 'me', access_token: 'first' });
});

test('a refreshed token that arrives after the sign-out is not kept', async () => {
  server.forgetAccess();
  meanwhile['/v1/auth/refresh'] = () => server.forget();
  await expect(server.call('GET', '/v1/account')).rejects.toMatchObject({ code: 'unauthorized' });
  await expect(server.call('GET', '/v1/account')).rejects.toMatchObject({ code: 'unauthorized' });
  expect(asked.map(([path]) => path)).toEqual(['/v1/auth/refresh']);
});

test('a refreshed token of an earlier login leaves the new login alone', async () => {
  server.forgetAccess();
  meanwhile['/v1/auth/refresh'] = () => server.keep(NEW_LOGIN);
  await expect(server.call('GET', '/v1/account')).rejects.toMatchObject({ code: 'unauthorized' });
  expect(await server.signedIn()).toBe(true);
  await server.call('GET', '/v1/account');
  expect(asked.at(-1)).toEqual(['/v1/account', 'Bearer of the new login']);
});

test.each([
  ['the sign-out', () => server.forget()],
  ['another sign-in', () => server.keep(NEW_LOGIN)],
])('a token for the password that arrives after %s is not kept', async (_, happens) => {
  meanwhile['/v1/auth/reauth'] = happens;
  await expect(server.reauthenticate('a long password')).rejects.toMatchObject({ code: 'unauthorized' });
  await server.call('GET', '/v1/account').catch(() => undefined);
  expect(asked.map(([, token]) => token)).not.toContain('Bearer fresh');
});

test('a token for the password is used from then on', async () => {
  await server.reauthenticate('a long password');
  await server.call('GET', '/v1/account');
  expect(asked.at(-1)).toEqual(['/v1/account', 'Bearer fresh']);
});

test("a cookie of another account, by another tab, gives this history's requests no token", async () => {
  server.forgetAccess();
  answers['/v1/auth/refresh'] = { account_id: 'other', access_token: "the other's" };
  await expect(server.call('POST', '/v1/sync')).rejects.toMatchObject({ code: 'unauthorized' });
  expect(asked.map(([path]) => path)).toEqual(['/v1/auth/refresh']);
  expect(await server.signedIn()).toBe(false);
});

test('a sign-in waits for a refresh under way, whose cookie would take the place of its own', async () => {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn: Wire = {
    ...wire,
    exclusively: (_, work) => {
      const next = last.then(work);
      last = next.catch(() => undefined);
      return next;
    },
  };
  const session = await Session.open(await Device.open(`logins-device-${made}`), inTurn);
  answers['/v1/auth/login'] = { account_id: 'me', access_token: 'first' };
  const who = { email: 'me@example.org', password: 'a long password', device: 'phone' };
  await session.signIn('login', who, async () => false);
  session.server.forgetAccess();
  let signingIn: Promise<unknown> | undefined;
  let lastAsked: string | undefined;
  meanwhile['/v1/auth/refresh'] = async () => {
    signingIn = session.signIn('login', who, async () => false);
    await new Promise((resolve) => setTimeout(resolve));
    lastAsked = asked.at(-1)?.[0];
  };
  await session.server.call('GET', '/v1/account').catch(() => undefined);
  await signingIn;
  expect(lastAsked).toBe('/v1/auth/refresh');
  expect(asked.filter(([path]) => path === '/v1/auth/login').length).toBe(2);
});
