import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Injected } from '../../src/faults/inject.ts';
import { serverStats } from '../../src/observe/haproxy.ts';
import { ask, type Outcome, probe } from './prober.ts';
import { Project } from './project.ts';
import { Watcher } from './watcher.ts';

/** What users saw, and when all was well again. Seconds are from the moment of the fault. */
export interface Run {
  readonly gets: Outcome;
  readonly posts: Outcome;
  /** POSTs that the servers' own logs have more than once, and that they have at all. */
  readonly twice: number;
  readonly logged: number;
  /** Until HAProxy took a server out. */
  readonly down?: number;
  /** Until as many full servers as there are replicas were UP again. */
  readonly capacity?: number;
  /** Until as many servers were UP as the file wants, for each balancer that answers. */
  readonly repaired?: number;
}

/** What is done to the project while it is under load; resolves to the moment that counts, milliseconds since 1970. */
export type Deed = (arena: Arena) => Promise<number>;

export interface LoadShape {
  /** The least; it goes on until all is as wanted. */
  readonly seconds: number;
  /** The most; twice the least unless told. */
  readonly patience?: number;
  readonly getsPerSecond: number;
  readonly postsPerSecond: number;
}

/** Seconds of load, whatever happens. */
const longest = 120;

const replicas = 2;

/** The mini-project on which everything is broken: two primaries and a backup on three machines, and two balancers. */
export class Arena extends Project {
  readonly statsPort: number;
  /** Servers that are UP where all is well. */
  #whole = replicas + 1;

  constructor(name: string, port: number) {
    super(name, port);
    this.statsPort = port + 100;
    this.edit(
      'place: [virtualMachine1]',
      `place: [virtualMachine1, virtualMachine2]\n  replicas: 2\n  stats: ${this.statsPort}`,
    );
    this.edit(
      'place: [virtualMachine2, virtualMachine3]',
      'place: [virtualMachine1, virtualMachine2, virtualMachine3]',
    );
    this.edit(`replicas: ${replicas} # on`, `backups: 1\n    replicas: ${replicas} # on`);
  }

  /** The backup waits stopped from now on. */
  coldBackup(): void {
    this.edit('backups: 1', 'backups: { count: 1, kind: cold }');
    this.up();
    this.#whole = replicas;
  }

  /** Resolves to when it was broken. */
  async inject(fault: string, target: string, seconds = 30): Promise<number> {
    const { code, stdout, stderr } = await this.told(
      'fault',
      'inject',
      fault,
      target,
      '--for',
      `${seconds}s`,
      '--json',
    );
    if (code !== 0) throw new Error(`${fault} on ${target}: ${stdout}${stderr}`);
    return Date.parse((JSON.parse(stdout) as Injected).at);
  }

  async heal(): Promise<void> {
    const { code, stdout, stderr } = await this.told('fault', 'heal', '--all');
    if (code !== 0) throw new Error(`heal: ${stdout}${stderr}`);
  }

  /** `balancer/2`, if that one holds the address. */
  async holder(): Promise<string> {
    const { balancers } = await this.seen();
    return `balancer/${balancers.findIndex((each) => each.holder) + 1}`;
  }

  /** The machine whose LXD leads the cluster's database; there is none while a new one is elected. */
  async databaseLeader(): Promise<string> {
    const limit = Date.now() + 30_000;
    for (;;) {
      const leader = await this.#databaseLeaderNow();
      if (leader !== undefined) return leader;
      if (Date.now() > limit) throw new Error("no member names a leader of the cluster's database");
      await sleep(500);
    }
  }

  async #databaseLeaderNow(): Promise<string | undefined> {
    const found = await Promise.all(
      (await this.seen()).machines.map(async ({ name }) =>
        this.onMachine(name, 'lxc', 'query', '/1.0/cluster/members?recursion=1').catch(() => ''),
      ),
    );
    const members = found.flatMap((text) =>
      text === '' ? [] : (JSON.parse(text) as { server_name: string; roles: string[] }[]),
    );
    return members.find(({ roles }) => roles.includes('database-leader'))?.server_name;
  }

  async underLoad(deed: Deed, shape: LoadShape): Promise<Run> {
    const watcher = new Watcher(await this.#views());
    const end = new AbortController();
    const mark = `post-${Date.now()}`;
    const load = { seconds: longest, until: end.signal };
    const path = (number: number) => `/?id=${mark}-${number}`;
    const gets = probe(this.port, { ...load, perSecond: shape.getsPerSecond });
    const posts = probe(this.port, { ...load, perSecond: shape.postsPerSecond, method: 'POST', path });
    await sleep(1500);
    const since = await deed(this);
    const { seconds, patience = seconds * 2 } = shape;
    const [least, most] = [since + seconds * 1000, since + patience * 1000];
    await watcher.until((views) => views.every(({ up }) => up >= this.#whole), least, most);
    end.abort();
    const seen = { gets: await gets, posts: await posts };
    watcher.close();
    const logs = await this.#logs(); // of stand-ins, that go when what they stand in for is back
    await this.heal();
    const delivered = deliveries(new Map([...logs, ...(await this.#logs())]), mark);
    return { ...seen, ...delivered, ...watcher.times(since, replicas, this.#whole) };
  }

  /** What each server that lies on a machine that runs has logged, by machine and name. */
  async #logs(): Promise<ReadonlyMap<string, string>> {
    const running = (await this.seen()).machines.filter(({ state }) => state === 'running');
    const script = `cd /var/lib/relevo/pool/containers; tail -v -n +1 ${this.name}_*/rootfs/var/log/apache2/access.log 2>/dev/null || true`;
    const texts = await Promise.all(
      running.map(async ({ name }) => [name, await this.onMachine(name, 'sh', '-c', script)] as const),
    );
    return new Map(texts.flatMap(([machine, text]) => logsByName(machine, text)));
  }

  /** What faults have left: on the machines and in the containers, and processes on this host. */
  async leftovers(): Promise<string[]> {
    const running = (await this.seen()).machines.filter(({ state }) => state === 'running');
    const found = await Promise.all(running.map(({ name }) => this.onMachine(name, 'sh', '-c', leftBehind)));
    const watchers = spawnSync('pgrep', ['-fa', `^perl -e .* relevo-${this.name} user.relevo`], { encoding: 'utf8' });
    return [...found, watchers.stdout].flatMap((text) => text.split('\n')).filter((line) => line !== '');
  }

  /** All that the file wants is UP for both balancers, and one of them has the address. */
  async calm(): Promise<void> {
    await this.heal();
    const limit = Date.now() + 360_000;
    let uneven = 0;
    for (let calm = 0; calm < 2; ) {
      const { instances, balancers } = await this.seen();
      const up = instances.filter(({ server }) => server === 'UP').length;
      const views = await Promise.all((await this.#views()).map((view) => view().catch(() => undefined)));
      const stepped = views.every((view) => view?.up === this.#whole && view.full === replicas);
      const settled =
        up === this.#whole && instances.length === replicas + 1 && balancers.filter((each) => each.holder).length === 1;
      const all = settled && stepped && balancers.length === 2;
      calm = all ? calm + 1 : 0;
      // what was recreated elsewhere because nothing cured it here is evened out by who runs `up`, or in ten minutes
      const isPlanned = calm < 2 || (await this.told('plan')).code === 0;
      if (!isPlanned) calm = 0;
      if (!isPlanned) uneven += 1;
      if (uneven === 3) await this.must('up', '--yes');
      if (Date.now() > limit) throw new Error(`does not settle: ${JSON.stringify({ instances, balancers, views })}`);
      await sleep(500);
    }
  }

  /** How each balancer sees the servers, by its statistics on its own address. */
  async #views(): Promise<(() => Promise<View>)[]> {
    const { balancers, address } = await this.seen();
    const subnet = (address ?? '').split('.').slice(0, 3).join('.');
    const password = readFileSync(join(process.env['RELEVO_HOME'] ?? '', this.name, 'stats.password'), 'utf8');
    const headers = { authorization: `Basic ${Buffer.from(`relevo:${password}`).toString('base64')}` };
    return balancers.map(({ name }) => {
      const host = `${subnet}.${Number(name.split('-').at(-1)) + 1}`;
      return async () => viewOf((await ask({ host, port: this.statsPort, path: '/;csv', headers })).body);
    });
  }
}

/** Units, directories, rules, mounts, frozen groups: none bears a fault's name, or is stopped. */
const leftBehind = `
systemctl list-units --all --plain --no-legend 'relevo-fault*'
ls /run/relevo-faults 2>/dev/null
nft list tables | grep relevo_fault
for group in /sys/fs/cgroup/lxc.payload.*; do
  grep -l 'frozen 1' "$group/cgroup.events"
  read -r process < "$group/init.scope/cgroup.procs" || continue
  nsenter --target "$process" --net nft list tables | grep relevo_fault
  grep ^relevo-fault "/proc/$process/mounts"
  grep -l '^State:.T' $(find "$group" -name cgroup.procs -exec cat {} + | sed 's,.*,/proc/&/status,')
done 2>/dev/null
true`;

export interface View {
  readonly up: number;
  /** Of these, those that are no backups. */
  readonly full: number;
}

function viewOf(csv: string): View {
  const servers = serverStats(csv).filter(({ backend, name }) => backend === 'web' && name !== 'BACKEND');
  const up = servers.filter(({ status }) => status.startsWith('UP'));
  return { up: up.length, full: up.filter(({ twin, weight }) => twin === undefined || weight > 0).length };
}

/** `tail` heads each file by its name. */
function logsByName(machine: string, text: string): (readonly [string, string])[] {
  const parts = text.split(/^==> (\S+)\/rootfs\S+ <==$/m).slice(1);
  return parts.flatMap((part, index) =>
    index % 2 === 0 ? [[`${machine} ${part}`, parts[index + 1] ?? ''] as const] : [],
  );
}

function deliveries(logs: ReadonlyMap<string, string>, mark: string): { twice: number; logged: number } {
  const ids = [...logs.values()].flatMap((text) => text.match(new RegExp(`(?<=POST /\\?id=)${mark}-\\d+`, 'g')) ?? []);
  return { twice: ids.length - new Set(ids).size, logged: new Set(ids).size };
}
