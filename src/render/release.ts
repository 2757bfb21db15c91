import type { ImageFile, ReleasePlan } from '../domain/desired.ts';
import { environmentFile } from './systemd.ts';

/** What is started where only the release command shall run: the system and its network, no service. Source: bootup(7). */
export const onlyBasics: ImageFile = {
  target: '/etc/systemd/system/default.target',
  mode: 0o644,
  content: `[Unit]
Description=Relevo release command
Requires=basic.target
Wants=systemd-networkd.service systemd-resolved.service
After=basic.target
AllowIsolate=yes
`,
};

/**
 * As the service's own unit would start it, with its output and exit code. systemd fills `$X` in as it does in units.
 * Source: systemd-run(1).
 */
export function releaseArgv({
  command,
  user,
  workingDir,
}: Pick<ReleasePlan, 'command' | 'user' | 'workingDir'>): string[] {
  const words = command.map((word, index) => (index === 0 ? word : word.replaceAll('$', '$$$$')));
  return [
    ...['systemd-run', '--quiet', '--pipe', '--wait', '--collect', '--service-type=exec'],
    ...[`--uid=${user}`, `--property=WorkingDirectory=${workingDir}`],
    ...[`--property=EnvironmentFile=-${environmentFile}`, '--', ...words],
  ];
}
