/** What a server says to a health check. */
export type Answer = 'serves' | 'refuses' | 'silent';

export interface FakeServer {
  readonly backend: string;
  readonly name: string;
  /** As the configuration has it. */
  readonly line: string;
  address: string;
  port: number;
  readonly backup: boolean;
  /** `web/web-1`: another server, whose health is this one's. */
  readonly tracks: string | undefined;
  readonly checked: boolean;
  weight: number;
  admin: 'ready' | 'drain' | 'maint';
  up: boolean;
  /** Checks in a row that would change its state. */
  streak: number;
  /** The first failed check counts: it has just come, or come back. */
  onTrial: boolean;
  why: string;
  sessions: number;
}

/** The columns of `show stat` that anybody reads, in HAProxy's order. Source: management guide, 9.1. */
const columns =
  'pxname svname qcur qmax scur smax status weight act bck check_status last_chk check_desc addr uweight'.split(' ');

/** As `default-server` of src/render/haproxy-global.ts has it; the time of a check is the caller's. */
const [rise, fall, fallOfTheSilent] = [2, 2, 15];

/** HAProxy as far as Relevo speaks to it: servers, their checks, the Runtime API, and what a reload keeps. */
export class FakeHaproxy {
  text = '';
  running = false;
  /** False: it is stopped (SIGSTOP), and answers nobody. */
  answers = true;
  servers: FakeServer[] = [];

  /** As src/render/haproxy-state.ts has it: what stays as it is keeps its state, what is new comes in DOWN. A start knows nothing. */
  load(text: string): void {
    const before = this.running ? this.servers : undefined;
    this.text = text;
    this.running = true;
    this.servers = parse(text).map((server) => {
      const old = before?.find(({ backend, name }) => backend === server.backend && name === server.name);
      const elsewhere = old?.address !== server.address || old.port !== server.port;
      if (before !== undefined && elsewhere) return { ...server, up: !server.checked };
      if (old?.line !== server.line) return server;
      const { admin, up, streak, onTrial, why, sessions, weight } = old;
      return { ...server, admin, up, streak, onTrial, why, sessions, weight };
    });
  }

  /** One health check of each server. */
  check(ask: (address: string, port: number) => Answer): void {
    if (!this.running || !this.answers) return;
    for (const server of this.servers.filter(({ checked, admin }) => checked && admin !== 'maint'))
      judge(server, ask(server.address, server.port));
    for (const server of this.servers) {
      const tracked = this.servers.find(({ name, backend }) => `${backend}/${name}` === server.tracks);
      if (tracked !== undefined) Object.assign(server, { up: tracked.up, admin: tracked.admin });
    }
  }

  /** Servers to which new requests go. */
  chosen(backend: string): FakeServer[] {
    const able = this.servers.filter((each) => each.backend === backend && each.up && each.admin === 'ready');
    const active = able.filter(({ backup, weight }) => !backup && weight > 0);
    return active.length > 0 ? active : able.filter(({ backup }) => backup);
  }

  /** Commands of the Runtime API, separated by `;`; undefined where it does not answer. */
  runtime(commands: string): string | undefined {
    if (!this.running || !this.answers) return undefined;
    return commands
      .trim()
      .split(/\s*;\s*/)
      .map((command) => this.#one(command))
      .join('\n');
  }

  #one(command: string): string {
    if (command.startsWith('show stat')) return this.#stat(command.split(' ')[2] ?? '-1');
    const [, backend, name, what = ''] = /^set server ([^/ ]+)\/(\S+) (.*)$/.exec(command) ?? [];
    const server = this.servers.find((each) => each.backend === backend && each.name === name);
    if (backend === undefined) throw new Error(`the fake HAProxy does not know \`${command}\``);
    if (server === undefined) return 'No such server.\n';
    change(server, what);
    return '\n';
  }

  /** `backend`: -1 for all of them. */
  #stat(backend: string): string {
    const own = this.servers.filter((server) => backend === '-1' || server.backend === backend);
    const rows = own.map((server) => {
      const cells: Record<string, string> = {
        pxname: server.backend,
        svname: server.name,
        scur: String(server.sessions),
        status: statusOf(server),
        weight: String(server.weight),
        act: server.backup ? '0' : '1',
        bck: server.backup ? '1' : '0',
        check_status: server.why,
        last_chk: '',
        check_desc: '',
        addr: `${server.address}:${server.port}`,
        uweight: String(server.weight),
      };
      return columns.map((column) => cells[column] ?? '0').join(',');
    });
    return `# ${columns.join(',')}\n${rows.join('\n')}\n`;
  }
}

function statusOf({ admin, up, checked, tracks, weight }: FakeServer): string {
  if (admin === 'maint') return 'MAINT';
  if (admin === 'drain' || (up && weight === 0)) return 'DRAIN';
  if (!checked && tracks === undefined) return 'no check';
  return up ? 'UP' : 'DOWN';
}

function change(server: FakeServer, what: string): void {
  const [, state] = /^state (ready|drain|maint)$/.exec(what) ?? [];
  const [, address, port] = /^addr (\S+) port (\d+)$/.exec(what) ?? [];
  if (what === 'health down') {
    Object.assign(server, { up: false, streak: 0, onTrial: false });
    return;
  }
  const [, weight] = /^weight (\d+)%?$/.exec(what) ?? [];
  if (state !== undefined) {
    if (server.admin === 'maint' && state !== 'maint') Object.assign(server, { up: true, streak: 0, onTrial: true });
    server.admin = state as FakeServer['admin'];
  } else if (address !== undefined) Object.assign(server, { address, port: Number(port) });
  else if (weight !== undefined) server.weight = Number(weight);
  else throw new Error(`the fake HAProxy does not know \`set server … ${what}\``);
}

function judge(server: FakeServer, answer: Answer): void {
  const good = answer === 'serves';
  if (good && server.up) Object.assign(server, { streak: 0, onTrial: false, why: 'L7OK' });
  if (good === server.up) {
    server.streak = 0;
    return;
  }
  server.streak += 1;
  const patience = good ? rise : answer === 'silent' ? fallOfTheSilent : server.onTrial ? 1 : fall;
  if (server.streak < patience) return;
  const why = good ? 'L7OK' : answer === 'silent' ? 'L7TOUT' : 'L4CON';
  Object.assign(server, { up: good, streak: 0, onTrial: false, why });
}

function parse(text: string): FakeServer[] {
  let backend = '';
  return text.split('\n').flatMap((line) => {
    const [, section, title = ''] = /^(\S+)(?: (\S+))?/.exec(line) ?? [];
    if (section !== undefined) backend = section === 'backend' ? title : '';
    const [, name, address, port, rest = ''] = /^\s+server (\S+) ([^\s:]+):(\d+)(.*)$/.exec(line) ?? [];
    if (name === undefined || address === undefined || backend === '') return [];
    const [, tracked] = / track (\S+)/.exec(rest) ?? [];
    const tracks = tracked === undefined || tracked.includes('/') ? tracked : `${backend}/${tracked}`;
    const fresh = { admin: 'ready', up: true, streak: 0, onTrial: true, why: 'INI', sessions: 0 } as const;
    return [
      {
        ...{ backend, name, line, address, port: Number(port), tracks, ...fresh },
        backup: / backup( |$)/.test(rest),
        checked: tracks === undefined && !/ no-check( |$)/.test(rest),
        weight: Number(/ weight (\d+)/.exec(rest)?.[1] ?? 1),
      },
    ];
  });
}
