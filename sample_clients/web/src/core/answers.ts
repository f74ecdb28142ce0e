/** What the server's sync routes answer. */
import type { Entry } from './records';

export interface Problem {
  type?: string;
  detail?: string;
}

export interface Head {
  seq: number;
  count: number;
  xor: string;
}

export interface Page {
  records: { seq: number; record: Entry }[];
  tombstones: { id: string }[];
  next_cursor: string;
  has_more: boolean;
  head: Head;
}

export interface Verdict {
  id: string;
  verdict: 'created' | 'duplicate' | 'conflict' | 'deleted' | 'invalid';
  seq: number;
  record?: Entry;
  problem?: Problem;
}
