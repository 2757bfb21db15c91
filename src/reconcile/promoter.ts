import type { Notice } from '../domain/event.ts';
import { isSilent, type ServerStat, serverStats, statesOf } from '../observe/haproxy.ts';
import type { LocalBalancer } from '../ports/balancer.ts';
import type { Clock } from '../ports/system.ts';
import { commandsFor, isDown, isUp, promotions, type RoleChange, Watch } from './promotion.ts';

export interface PromoterParts {
  readonly haproxy: Pick<LocalBalancer, 'stat' | 'change' | 'cut'>;
  readonly clock: Pick<Clock, 'elapsed' | 'now'>;
  tell(notice: Notice): void;
}

/**
 * What a balancer does by itself, many times a second: backups take the places of primaries that are DOWN, and whoever waits
 * for a server that fell silent hears of it. Nothing is reloaded or written; what was lost, or could not be done, is done by
 * the next turn, since each begins with what HAProxy says.
 */
export class Promoter {
  readonly #parts: PromoterParts;
  readonly #watch = new Watch();
  #servers: readonly ServerStat[] | undefined;
  /** Those whose connections were ended, or looked at, since they fell silent. */
  #handled: ReadonlySet<string> = new Set();
  #complaint: string | undefined;
  /** Those that were UP once: nobody waits for one that never was. */
  readonly #served = new Set<string>();

  constructor(parts: PromoterParts) {
    this.#parts = parts;
  }

  /** HAProxy's status by server name; undefined where it does not answer. */
  get states(): Readonly<Record<string, string>> | undefined {
    return this.#servers && statesOf(this.#servers);
  }

  /** Servers that are DOWN because nothing came from them, not even a refusal. */
  get silent(): ReadonlySet<string> {
    return new Set(this.#servers?.filter(isSilent).map(({ name }) => name));
  }

  /** Milliseconds for which a server has been DOWN, or in MAINT; 0: it is UP, or unknown. */
  downFor(server: string): number {
    return this.#watch.lasting(server, false, this.#parts.clock.elapsed());
  }

  /** What HAProxy has against it is told once, and tried again. Throws what nobody foresaw: that is a bug. */
  async turn(): Promise<void> {
    const complaint = await this.#turn();
    if (complaint !== undefined && complaint !== this.#complaint)
      this.#parts.tell({ what: 'blind', topic: 'roles', failure: { code: 'failed', message: complaint } });
    this.#complaint = complaint;
  }

  async #turn(): Promise<string | undefined> {
    const { haproxy, clock } = this.#parts;
    const stat = await haproxy.stat();
    this.#servers = stat === undefined ? undefined : serverStats(stat);
    if (this.#servers === undefined) return undefined;
    this.#watch.see(statesOf(this.#servers), clock.elapsed());
    const change = promotions(this.#servers, this.#watch, clock.elapsed());
    const commands = commandsFor(this.#servers, change);
    const why = commands.length === 0 ? undefined : await haproxy.change(commands);
    if (why === undefined) this.#report(this.#servers, change);
    await this.#cutSilent(this.#servers);
    return why;
  }

  #report(servers: readonly ServerStat[], { promote, demote }: RoleChange): void {
    const { tell } = this.#parts;
    const services = new Set(promote.map(({ backend }) => backend));
    const primaries = servers.filter(({ backend, twin }) => twin === undefined && services.has(backend));
    const down = primaries.filter(isDown).map(nameOf);
    if (promote.length > 0)
      tell({ what: 'promoted', servers: promote.map(nameOf), down, since: this.#since(down).toISOString() });
    const why = demote.every(isUp) ? 'primaries-up' : 'others-serve';
    if (demote.length > 0) tell({ what: 'demoted', servers: demote.map(nameOf), why });
  }

  /** When the first of them went DOWN. */
  #since(down: readonly string[]): Date {
    const { now } = this.#parts.clock;
    return new Date(now().getTime() - Math.max(0, ...down.map((name) => this.downFor(name))));
  }

  /** Only where somebody else can answer instead. */
  async #cutSilent(servers: readonly ServerStat[]): Promise<void> {
    const { haproxy, tell } = this.#parts;
    const answering = new Set(servers.filter(isUp).map(({ backend }) => backend));
    for (const server of servers) if (isUp(server)) this.#served.add(server.name);
    const silent = servers.filter(
      (server) => isSilent(server) && answering.has(server.backend) && this.#served.has(server.name),
    );
    const due = silent.filter(({ name, sessions }) => sessions > 0 || !this.#handled.has(name));
    for (const server of due) {
      let ended = false;
      for (const { address } of [server, ...server.further]) {
        const colon = address.lastIndexOf(':');
        const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
        if (await haproxy.cut(host, port, quiet(server.check))) ended = true;
      }
      if (ended) tell({ what: 'cut', servers: [server.name] });
    }
    this.#handled = new Set(silent.map(({ name }) => name));
  }
}

/** Milliseconds for which nothing may have come. Whose system does not even take a connection is gone; who takes one may be busy. */
function quiet(check: string): number {
  return check.endsWith('L4TOUT') ? 500 : 1000;
}

function nameOf({ name }: ServerStat): string {
  return name;
}
