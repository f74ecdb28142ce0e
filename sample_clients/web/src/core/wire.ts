/** One request to the server: patience with a bad network, problem documents as troubles. */
import { Trouble } from './trouble';

const FORMAT = { 'Skinscore-Format': '1' }; // of records and sync; `client-too-old` when it is retired
const EMPTY = [204, 304];
const ANSWERS = ['application/json', 'image/png', 'application/octet-stream', 'application/zip'];
const BUSY = [429, 500, 502, 503, 504];
const TIMEOUT = 30_000; // ms for a whole answer
const FILE_TIMEOUT = 600_000; // ms: a model of 4.5 MB takes 6 minutes at 100 kbit/s
const FIRST_PAUSE = 1_000; // ms
const LONGEST = 30_000; // ms that it waits by itself; who is asked to wait longer is told when to come again

export interface Request {
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  json?: unknown;
  body?: ArrayBuffer;
  /** Whether the answer is a file, which may take minutes. */
  file?: boolean;
}

/** What the browser gives and tests replace. */
export interface Wire {
  fetch: typeof fetch;
  wait(ms: number): Promise<void>;
  /** Runs `work` in one tab at a time. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  tries: number;
}

export const browserWire: Wire = {
  fetch: (input, init) => fetch(input, init),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  exclusively(name, work) {
    if (!navigator.locks) return work(); // pages over http; a doubled refresh is forgiven by the server
    return navigator.locks.request(`skinscore-${name}`, work) as ReturnType<typeof work>;
  },
  tries: 4,
};

/** One request with its retries. Raises the problem's type as code, `offline` when no answer came. */
export async function send(
  wire: Wire,
  method: string,
  path: string,
  request: Request = {},
  token: string | null = null,
): Promise<Response> {
  const init = initOf(method, request, token);
  for (let attempt = 1; ; attempt += 1) {
    const signal = AbortSignal.timeout(request.file ? FILE_TIMEOUT : TIMEOUT);
    const answer = await wire.fetch(urlOf(path, request.query), { ...init, signal }).catch(() => null);
    const last = attempt >= wire.tries;
    const asked = askedPause(answer);
    if (answer && (last || !BUSY.includes(answer.status) || asked > LONGEST)) return checked(answer);
    if (last) throw new Trouble('offline');
    await wire.wait(Math.max(jitter(attempt), asked));
  }
}

/** The body of an answer. Raises `offline` where the network goes away in the middle of it. */
export function read<T>(body: Promise<T>): Promise<T> {
  return body.catch(() => Promise.reject(new Trouble('offline')));
}

function initOf(method: string, request: Request, token: string | null): RequestInit {
  const headers: Record<string, string> = { ...FORMAT, ...request.headers };
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  if (request.json !== undefined) headers['Content-Type'] = 'application/json';
  const body = request.json === undefined ? request.body : JSON.stringify(request.json);
  return { method, headers, body, cache: 'no-store', credentials: 'same-origin', redirect: 'error' };
}

function urlOf(path: string, query: Request['query'] = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : path;
}

/** Full jitter: anything up to 1 s, 2 s, 4 s … */
function jitter(attempt: number): number {
  return Math.random() * Math.min(LONGEST, FIRST_PAUSE * 2 ** (attempt - 1));
}

/** Milliseconds that the server asks to wait; 0 when it does not. */
function askedPause(answer: Response | null): number {
  const asked = answer?.headers.get('Retry-After') ?? '';
  return /^\d+$/.test(asked) ? Number(asked) * 1000 : 0;
}

async function checked(answer: Response): Promise<Response> {
  if (answer.status < 400) {
    const kind = answer.headers.get('Content-Type')?.split(';')[0] ?? '';
    if (!EMPTY.includes(answer.status) && !ANSWERS.includes(kind)) throw new Trouble('unexpected-server');
    return answer;
  }
  const problem = await answer.json().catch(() => null);
  const slug = String(problem?.type ?? '')
    .split(':')
    .pop();
  if (!slug) throw new Trouble('unexpected', '', comeAgain(answer));
  const faults = (problem.errors ?? []).map((fault: { detail: string }) => fault.detail);
  throw new Trouble(slug, [problem.detail ?? problem.title, ...faults].join('; '), comeAgain(answer));
}

/** `again`: the time in ms since 1970 before which the server does not want to be asked. */
function comeAgain(answer: Response): Record<string, number> {
  const asked = askedPause(answer);
  return asked ? { again: Date.now() + asked } : {};
}
