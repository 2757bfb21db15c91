import { type Check, questionOf } from '../domain/check.ts';
import type { ServerPlan } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { ServerStat } from '../observe/haproxy.ts';
import type { Lxd } from '../ports/lxd.ts';
import { cureIn } from './cures.ts';

/** Why an instance gets no requests, as HAProxy's check ended, with what the instance itself has to say. */
export async function unhealthy(lxd: Lxd, plan: ServerPlan, stat: ServerStat | undefined): Promise<RelevoError> {
  const { stdout } = await journalOf(lxd, plan.server);
  const { said, hint } = whatCameBack(plan, stat);
  return new RelevoError({
    code: 'unhealthy',
    message: `${plan.server} is still unhealthy after ${plan.startPeriod} s: ${said}`,
    hint:
      cureIn(stdout) ?? hint ?? `look inside with \`relevo logs ${plan.server}\` or \`relevo shell ${plan.server}\``,
    evidence: { title: `the journal of ${plan.server}`, lines: stdout.trim().split('\n') },
  });
}

/** Where it can't be had, such as of one that is stopped, the reason why: what is wrong is told all the same. */
async function journalOf(lxd: Lxd, name: string): Promise<{ stdout: string }> {
  const journal = lxd.instances.exec(name, ['journalctl', '-n', '20', '--no-pager', '-o', 'cat'], { onlyLooks: true });
  return journal.catch((error) => {
    if (!(error instanceof RelevoError) || error.failure.code === 'interrupted') throw error;
    return { stdout: error.message };
  });
}

export interface Explained {
  readonly said: string;
  /** The likely cure. */
  readonly hint?: string;
}

/** HAProxy's words for how a check ended. Source: its management guide, 9.1, field `check_status`. */
export function whatCameBack({ check, port }: Pick<ServerPlan, 'check' | 'port'>, stat?: ServerStat): Explained {
  const asked = `HAProxy asked ${questionOf(check)}`;
  const key = (name: string) => `\`health.${name}\``;
  switch (stat?.check.replace(/^\* /, '')) {
    case 'L7STS':
      return { said: `${asked} and got ${stat.code}`, hint: statusHint(stat.code, check) };
    case 'L7TOUT':
      return {
        said: `${asked} and got no answer within ${Math.round(check.timeout * 1000)} ms`,
        hint: `if its health page may take that long, give it a longer ${key('timeout')}; silence is then noticed later. Or does it speak another \`protocol\` than ${check.protocol}?`,
      };
    case 'L7RSP':
    case 'SOCKERR': // 3.0, of a server that ends the connection
      return {
        said: `${asked} and got something that is no answer to it`,
        hint: `does it speak another \`protocol\` than ${check.protocol}?`,
      };
    case 'L6RSP':
    case 'L6TOUT':
      return {
        said: `${asked}, and no TLS connection came about: ${stat.why}`,
        hint: 'is it `protocol: https` at all?',
      };
    case 'L4CON':
      return {
        said: `HAProxy could not connect to it: ${stat.why}`,
        hint: `does it listen on its \`port\`, and on all addresses (0.0.0.0) rather than on the loopback only? HAProxy went to port ${port}`,
      };
    case 'L4TOUT':
      return { said: 'HAProxy got no connection to it in time' };
    default:
      return { said: `HAProxy says ${stateOf(stat)}` };
  }
}

function statusHint(code: string, { protocol, status }: Check): string {
  const accept = `or let it count: \`health.status: [${status.replaceAll(',', ', ')}, ${code}]\``;
  const tls = protocol === 'http' ? '; a server that speaks HTTPS answers so too: `protocol: https`' : '';
  switch (code) {
    case '400':
    case '421':
      return `frameworks such as Django and Rails refuse a Host that they do not know: set \`health.host\` to one that they do${tls}`;
    case '401':
    case '403':
      return `ask with what it wants (\`health.headers\`), or for another \`health.path\`, ${accept}`;
    case '404':
      return `ask for a page that it has: \`health.path\`, ${accept}`;
    case '405':
    case '415':
      return `it wants no plain GET, as gRPC servers do not: ${accept.replace('or ', '')}`;
  }
  if (code.startsWith('5')) return 'the service says itself that it is not well: its log tells why';
  return `ask for another \`health.path\`, ${accept}`;
}

export function stateOf(stat: ServerStat | undefined): string {
  if (stat === undefined) return 'unknown';
  return stat.why === '' ? stat.status : `${stat.status}: ${stat.why}`;
}
