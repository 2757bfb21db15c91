import type { LxdAlias } from '../ports/lxd.ts';
import { marksImage } from '../render/marks-image.ts';
import { leaseMark } from './marks.ts';

/** Who leads, as LXD's database has it. Each text is written once only, so an ETag stands for one state. */
export interface LeaseRecord {
  /** Grows with each holder: stamped on what is made under it. */
  readonly epoch: number;
  /** Empty: nobody. */
  readonly holder: string;
  /** Tells two processes of one name apart. */
  readonly nonce: string;
  readonly beat: number;
  /** The command that wants it; empty: none. */
  readonly asked: string;
}

export const freeLease: LeaseRecord = { epoch: 0, holder: '', nonce: '', beat: 0, asked: '' };

/** What nobody can read is somebody's: it is waited for, as for one that died, and then replaced. */
export function recordOf(text: string): LeaseRecord {
  try {
    return { ...unreadable, ...(JSON.parse(text) as LeaseRecord) };
  } catch {
    return unreadable;
  }
}

const unreadable: LeaseRecord = { ...freeLease, holder: 'unreadable', nonce: 'unreadable' };

export function aliasOf(record: LeaseRecord): LxdAlias {
  return { name: leaseMark, target: marksImage.fingerprint, description: JSON.stringify(record) };
}
