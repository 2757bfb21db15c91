import type { Link } from '../../domain/network.ts';
import type { HostSpec } from '../../domain/spec.ts';
import { type Exec, putFile } from './remote.ts';

/** What each host remembers of the project that it is part of: whoever comes with the file finds it there. */
export interface HostRecord {
  readonly project: string;
  /** Its own name in the file. */
  readonly name: string;
  /** All hosts of the project by name, those too that the file no longer has but that have not left yet. */
  readonly hosts: Readonly<Record<string, HostSpec>>;
  /** Of balancers, the one that they share too: they were free when they were first taken. */
  readonly addresses: readonly string[];
  /** How balancers are on the hosts' network: once it was tried out, it stays. */
  readonly link?: Link;
  /** The cluster was there before the project, and stays when it goes. */
  readonly adopted?: true;
  /** Names of those that have been made members of the cluster: each host can tell of the others. */
  readonly members: readonly string[];
}

/** What is ours on a host: this file, what was there before, and the cluster's storage. */
export const homeDirectory = '/var/lib/relevo';
export const beforeDirectory = `${homeDirectory}/before`;
/** Mark of a destroy that all agreed on: the host may be put back without asking, since others may be so already: no majority could answer. */
export const agreedFile = `${beforeDirectory}/agreed`;
export const recordFile = `${homeDirectory}/project.json`;

/** As `base64` prints it; undefined where there is none. */
export function recordOf(base64: string): HostRecord | undefined {
  return base64 === '' ? undefined : (JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as HostRecord);
}

/** Whole or not at all. */
export function writeRecord(exec: Exec, record: HostRecord): Promise<void> {
  return putFile(exec, recordFile, `${JSON.stringify(record, null, 2)}\n`, 0o600);
}
