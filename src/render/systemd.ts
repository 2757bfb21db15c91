import type { ServiceSpec } from '../domain/spec.ts';

/** Where an instance finds `environment` and `secrets`; root only, systemd reads it before it drops privileges. */
export const environmentFile = '/etc/relevo/environment';

/** For sh: a container that has just been started has a systemd some moments later. Bounded by who runs it. */
export const systemdAnswers = 'until [ -S /run/systemd/private ]; do sleep 0.05; done';

/** The unit of a service with a `command`. Source: systemd.service(5), systemd.exec(5). */
export function serviceUnit(service: Pick<ServiceSpec, 'name' | 'command' | 'user'>): string {
  return `[Unit]
Description=Relevo service ${service.name}
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart=${(service.command ?? []).map(quoteWord).join(' ')}
User=${service.user}
EnvironmentFile=-${environmentFile}
Restart=always
RestartSec=200ms

[Install]
WantedBy=multi-user.target
`;
}

export function environmentDropIn(): string {
  return `[Service]\nEnvironmentFile=-${environmentFile}\n`;
}

/** systemd's EnvironmentFile syntax: double quotes, with `\\`, `"`, `$` and backquote escaped. */
export function environmentText(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}="${value.replace(/[\\"$`]/g, '\\$&')}"\n`)
    .join('');
}

/** One word of ExecStart: `%` and `$` are systemd's own, so they are doubled. */
function quoteWord(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replace(/%/g, '%%').replace(/\$/g, '$$$$').replace(/\n/g, '\\n');
  return /^[\w@:,./=+-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
