import { serverState } from '../domain/server.ts';
import type { Lxd } from '../ports/lxd.ts';
import { isPortBackend, overloadName, twinOf } from '../render/haproxy.ts';
import { askRuntime, showServers } from '../render/haproxy-runtime.ts';

/** One command for HAProxy's Runtime API; undefined where HAProxy does not answer. */
export async function runtimeCommand(lxd: Lxd, balancer: string, command: string): Promise<string | undefined> {
  const options = { stdin: `${command}\n`, timeout: 5, onlyLooks: true }; // what may be said twice
  const { code, stdout } = await lxd.instances.exec(balancer, askRuntime, options);
  return code === 0 ? stdout : undefined;
}

/** What HAProxy says when it did as it was told, or does not know the server: its next load tells it. */
const noComplaint =
  /^(No such (server|backend|proxy)\b|Can't find the target|IP changed|port changed|nothing changed|no need to change)/;

/** The first thing that HAProxy has against a command. */
export function complaintOf(answer: string): string | undefined {
  return answer.split('\n').find((line) => line.trim() !== '' && !noComplaint.test(line));
}

/** HAProxy's status by server name; null where HAProxy does not answer. */
export async function serverStates(lxd: Lxd, balancer: string): Promise<Record<string, string> | null> {
  const text = await runtimeCommand(lxd, balancer, showServers);
  return text === undefined ? null : parseStat(text);
}

/** One server, as HAProxy sees it. */
export interface ServerStat {
  readonly backend: string;
  readonly name: string;
  /** `UP`, `DOWN`, `DOWN 1/2`, `MAINT`, …; a backup that waits for its promotion is UP or DOWN like the others. */
  readonly status: string;
  readonly weight: number;
  /** Requests that it works on, those of connections that outlived a reload not counted. */
  readonly sessions: number;
  /** Requests that wait for a place on it. */
  readonly queued: number;
  /** `198.19.0.11:80`. */
  readonly address: string;
  /** `L7OK`, `L4TOUT`, …, `* ` before it while the next one is on its way. */
  readonly check: string;
  /** The status code that the last check got; empty where it got none. */
  readonly code: string;
  /** In words, what the last check came to. */
  readonly why: string;
  /** Where it is a backup: its weight under the other name, which is the one that it shall have when it is promoted. */
  readonly twin?: { readonly weight: number };
  /** The same instance in the backends of its further ports. */
  readonly further: readonly Pick<ServerStat, 'backend' | 'address' | 'weight' | 'twin'>[];
}

/** Servers once each, backups by their own names. */
export function serverStats(csv: string): ServerStat[] {
  const { own = [], further = [], overload = [] } = Object.groupBy(rowsOf(csv), kindOf);
  const isTwin = new Set([...own, ...further].map(({ svname = '' }) => twinOf(svname)));
  const named = Map.groupBy([...own, ...further, ...overload], ({ svname }) => svname);
  return own
    .filter(({ svname = '' }) => !isTwin.has(svname))
    .map((row) => statOf(row, named.get(row.svname) ?? [], named.get(twinOf(row.svname ?? '')) ?? []));
}

function kindOf({ pxname = '' }: Row): 'own' | 'further' | 'overload' {
  if (pxname.endsWith(overloadName(''))) return 'overload';
  return isPortBackend(pxname) ? 'further' : 'own';
}

/** `same`, `twins`: all rows with its name, and with that of its twin. */
function statOf(row: Row, same: readonly Row[], twins: readonly Row[]): ServerStat {
  const status = row.status ?? '';
  const twinIn = (backend: Row) => twins.find(({ pxname }) => pxname === backend.pxname);
  const twin = twinIn(row);
  const further = same.filter((each) => kindOf(each) === 'further');
  return {
    ...placeOf(row, twin),
    name: row.svname ?? '',
    status: twin === undefined ? status : status.replace(/^DRAIN/, 'UP'), // HAProxy's word for a weight of 0
    sessions: sum([...same, ...twins].map(({ scur }) => scur)),
    queued: sum([...same, ...twins].map(({ qcur }) => qcur)),
    check: row.check_status ?? '',
    code: row.check_code ?? '',
    why: said(': ', row.check_desc, said(' ', row.check_code, row.last_chk)),
    further: further.map((each) => placeOf(each, twinIn(each))),
  };
}

function placeOf(row: Row, twin: Row | undefined): ServerStat['further'][number] {
  return {
    backend: row.pxname ?? '',
    address: row.addr ?? '',
    weight: Number(row.uweight ?? 0),
    ...(twin !== undefined && { twin: { weight: Number(twin.uweight ?? 0) } }),
  };
}

function sum(numbers: readonly (string | undefined)[]): number {
  return numbers.reduce((total, each) => total + Number(each ?? 0), 0);
}

function said(between: string, ...words: readonly (string | undefined)[]): string {
  return words.filter((word) => (word ?? '') !== '').join(between);
}

/** HAProxy's status by server name. */
export function parseStat(csv: string): Record<string, string> {
  return statesOf(serverStats(csv));
}

export function statesOf(servers: readonly ServerStat[]): Record<string, string> {
  return Object.fromEntries(servers.map(({ name, status }) => [name, status]));
}

/** DOWN because its checks ended without an answer, not because somebody refused. */
export function isSilent({ status, check }: ServerStat): boolean {
  return serverState(status) === 'down' && check.endsWith('TOUT');
}

const columns = [
  ...(['pxname', 'svname', 'qcur', 'scur', 'status', 'uweight', 'addr'] as const),
  ...(['check_status', 'check_code', 'check_desc', 'last_chk'] as const),
];

type Row = Readonly<Partial<Record<(typeof columns)[number], string>>>;

/**
 * `show stat` is CSV with a header line that begins with `# `. It is read ten times a second, and may have thousands of lines.
 * Of 32 servers HAProxy 2.6 and 3.0 write 10 and 15 KB in 0.4 ms, and reading them takes 0.3 ms. As JSON it is 470 KB, one
 * object per cell, 3 ms to write and 6 ms to read: 9 % of a core instead of 1, and its types would spare three `Number`s.
 * Source: HAProxy's management guide, 9.1; RFC 4180.
 */
function rowsOf(csv: string): Row[] {
  const [header = [], ...rows] = csv.includes('"') ? quotedRecords(csv) : plainRecords(csv);
  const at = columns.map((column) => [column, header.indexOf(column)] as const);
  const named = rows.map((cells): Row => Object.fromEntries(at.map(([column, index]) => [column, cells[index]])));
  return named.filter(({ svname = '' }) => svname !== '');
}

function plainRecords(csv: string): string[][] {
  return csv
    .replace(/^# /, '')
    .split('\n')
    .map((line) => line.split(','));
}

/** What a check brought may hold commas, quotes and ends of lines. */
function quotedRecords(csv: string): string[][] {
  const all: string[][] = [[]];
  for (const [, quoted, plain = '', end] of csv
    .replace(/^# /, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    all.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',') all.push([]);
  }
  return all;
}
