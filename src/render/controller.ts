import type { ImageFile, ImageProgram } from '../domain/desired.ts';
import type { Secret } from '../domain/secret.ts';

const directory = '/usr/local/lib/relevo';
export const controllerUnit = 'relevo-controller.service';

/** Where a controller finds what it was told; its own user, root, alone may read it. */
export const controllerPaths = {
  program: `${directory}/controller.cjs`,
  config: '/etc/relevo/controller.json',
  key: '/etc/relevo/controller.key',
  certificate: '/etc/relevo/controller.crt',
  cluster: '/etc/relevo/cluster.crt',
} as const;

export function controllerRuntime(version: string): ImageProgram {
  return { program: 'node', version, target: `${directory}/node` };
}

/** It waits for what `up` tells it last. Source: systemd.unit(5), systemd.service(5). */
export function controllerUnits(): ImageFile[] {
  const text = `[Unit]
Description=Relevo controller
After=haproxy.service
StartLimitIntervalSec=0
ConditionPathExists=${controllerPaths.config}

[Service]
ExecStart=${directory}/node ${controllerPaths.program}
UMask=0077
Restart=always
RestartSec=200ms
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;
  return [{ target: `/etc/systemd/system/${controllerUnit}`, mode: 0o644, content: text }];
}

/** PEM where they are keys or certificates. */
export type ControllerParts = Readonly<Record<keyof typeof controllerPaths, string | Secret>>;

export function controllerFiles(parts: ControllerParts): ImageFile[] {
  const names = Object.keys(controllerPaths) as (keyof typeof controllerPaths)[];
  return names.map((name) => ({ target: controllerPaths[name], mode: 0o600, content: parts[name] }));
}
