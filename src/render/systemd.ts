import { furtherPorts } from '../domain/further-ports.ts';
import type { ServiceSpec } from '../domain/spec.ts';

/** Where an instance finds `environment` and `secrets`; root only, systemd reads it before it drops privileges. */
export const environmentFile = '/etc/relevo/environment';

/** For sh: a container that has just been started has a systemd some moments later. Bounded by who runs it. */
export const systemdAnswers = 'until [ -S /run/systemd/private ]; do sleep 0.05; done';

/**
 * Without it systemd would kill programs after 90 s, or what their package says. `stop_grace_period` may change without a new
 * image, and LXD, which knows it, ends the instance by force when it is over. Where a unit's main process died and others of it
 * ignore SIGTERM, systemd waits for ever: the service is DOWN then, and a controller restarts the instance.
 */
const patience = 'TimeoutStopSec=infinity';

export type UnitOf = Pick<ServiceSpec, 'name' | 'command' | 'user' | 'workingDir' | 'stopSignal' | 'port' | 'routes'>;

/** The unit of a service with a `command`. Source: systemd.service(5), systemd.exec(5), systemd.kill(5). */
export function serviceUnit(service: UnitOf): string {
  return `[Unit]
Description=Relevo service ${service.name}
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart=${execStart(service.command ?? [])}
User=${service.user}
WorkingDirectory=${path(service.workingDir)}
EnvironmentFile=-${environmentFile}
KillSignal=${service.stopSignal}
${patience}
${mayListen(service) ? 'AmbientCapabilities=CAP_NET_BIND_SERVICE\n' : ''}Restart=always
RestartSec=200ms

[Install]
WantedBy=multi-user.target
`;
}

/** Ports below 1024 are root's unless somebody is allowed to. */
function mayListen({ port, routes, user }: Pick<UnitOf, 'port' | 'routes' | 'user'>): boolean {
  return Math.min(port, ...furtherPorts({ routes })) < 1024 && user !== 'root';
}

/** For all units of an instance whose programs come with packages. */
export function packagesDropIn(): string {
  return `[Service]\nEnvironmentFile=-${environmentFile}\n${patience}\n`;
}

/** systemd's EnvironmentFile syntax: double quotes, with `\\`, `"`, `$` and backquote escaped. */
export function environmentText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}="${value.replace(/[\\"$`]/g, '\\$&')}"\n`)
    .join('');
}

/** In the program `$` is nobody's, and the rules of the file allow none. */
function execStart([program = '', ...rest]: readonly string[]): string {
  return [program, ...rest].map(quoteWord).join(' ');
}

/** One word of ExecStart: `%` and `$` are systemd's own, so they are doubled; a line ends at any control character that ends one. */
function quoteWord(word: string): string {
  const escaped = escapeControls(word.replace(/[\\"]/g, '\\$&').replace(/%/g, '%%').replace(/\$/g, '$$$$'));
  return /^[\w@:,./=+-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

function escapeControls(text: string): string {
  const escaped = (code: number) => `\\x${code.toString(16).padStart(2, '0')}`;
  return text.replace(/\p{Cc}/gu, (each) => (each < '\u0080' ? escaped(each.charCodeAt(0)) : each));
}

/** Not split at spaces, so not quoted either. */
function path(directory: string): string {
  return directory.replaceAll('%', '%%');
}
