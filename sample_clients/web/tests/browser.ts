/** A browser made of a file: it keeps the refresh cookie as browsers do, and answers only what is written. */
import 'fake-indexeddb/auto';
import { Device } from '../src/core/device';
import type { Wire } from '../src/core/wire';
import { fold } from '../src/core/records';
import { Session } from '../src/core/session';
import type { Exchange } from './golden';

const ATTEMPT = /^[A-Za-z0-9_-]{22,64}$/; // 128 bits and more
const SHOWN = ['Authorization', 'If-None-Match', 'Skinscore-Format'];
let made = 0;

/** A device with an empty disk and the wire that its browser gives it. */
export class Browser {
  left: Exchange[] = [];
  faults: string[] = [];
  session!: Session;
  private cookie: string | null = null;
  private readonly locks = new Map<string, Promise<unknown>>();

  /** `attempts`: what clients made up in this conversation, and the name that stands for it. */
  private constructor(private readonly attempts: Map<string, string>) {}

  static async open(attempts = new Map<string, string>()): Promise<Browser> {
    const browser = new Browser(attempts);
    browser.session = await Session.open(await Device.open(`device-${(made += 1)}`), browser.wire);
    return browser;
  }

  readonly wire: Wire = {
    fetch: (input, init) => this.answer(String(input), init ?? {}),
    wait: () => Promise.resolve(),
    exclusively: (name, work) => {
      const next = (this.locks.get(name) ?? Promise.resolve()).then(work);
      this.locks.set(
        name,
        next.catch(() => undefined),
      );
      return next;
    },
    tries: 4,
  };

  /** What must be true on the device after a step. */
  async state(): Promise<unknown> {
    const { store, server } = this.session;
    const live = await store.live();
    return {
      live: live.map((record) => record.id),
      xor: fold(live),
      notes: await store.notes(),
      unsent: (await store.unsentIds()).size,
      parked: [...(await store.parked()).keys()].sort(),
      signed_in: await server.signedIn(),
    };
  }

  private async answer(url: string, init: RequestInit): Promise<Response> {
    const exchange = this.left.shift();
    const asked = this.asked(url, init);
    this.name(asked.body, exchange?.request.body);
    if (!exchange || !equal(asked, exchange.request)) {
      this.faults.push(`asked ${JSON.stringify(asked)}, written is ${JSON.stringify(exchange?.request)}`);
      throw new TypeError('nothing is written for this request');
    }
    if (exchange.lost) throw new TypeError('the answer was lost');
    return this.received(exchange.response);
  }

  /** The request in the form of an app's, in which it is written: the cookie stands in the body there. */
  private asked(url: string, init: RequestInit): Exchange['request'] {
    const [path, query = ''] = url.split('?');
    const headers = Object.entries(init.headers as Record<string, string>).filter(([name]) => SHOWN.includes(name));
    let body = init.body === undefined ? null : JSON.parse(String(init.body));
    if (path.endsWith('/refresh')) body = { ...body, refresh_token: this.cookie };
    if (body?.platform) body.platform = 'python';
    const asked = Object.fromEntries(new URLSearchParams(query));
    return { method: init.method ?? 'GET', path, query: asked, headers: Object.fromEntries(headers), body };
  }

  /** Put the written name in the place of an attempt's key: a new key takes a name that no other key has. */
  private name(asked: unknown, written: unknown): void {
    const [body, other] = [asked, written] as ({ idempotency_key?: string } | null | undefined)[];
    const [key, name] = [body?.idempotency_key, other?.idempotency_key];
    if (!body || !key || !name) return;
    const isNew = !this.attempts.has(key) && ![...this.attempts.values()].includes(name);
    if (isNew && ATTEMPT.test(key)) this.attempts.set(key, name);
    body.idempotency_key = this.attempts.get(key) ?? key;
  }

  private received({ status, headers, body }: Exchange['response']): Response {
    const { refresh_token: token, ...rest } = body ?? {};
    if (typeof token === 'string') this.cookie = token;
    return new Response(body && JSON.stringify(rest), { status, headers });
  }
}

function equal(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown): unknown =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort()
            .map(([name, one]) => [name, sorted(one)]),
        )
      : Array.isArray(value)
        ? value.map(sorted)
        : value;
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}
