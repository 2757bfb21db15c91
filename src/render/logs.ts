import type { ImageFile } from '../domain/desired.ts';

/** Logs in instances have an end: the balancers' checks alone write two lines a second, and one pool carries all instances. */

/** Rotates what packages log to files, as each of them says in /etc/logrotate.d; Debian's web servers do not bring it. */
export const logPackage = 'logrotate';

const rules = '/etc/relevo/logrotate.conf';

/** `packages`: of the service; without any, all that it writes goes to the journal. */
export function logFiles(packages: readonly string[]): ImageFile[] {
  if (packages.length === 0) return [journalLimit('64M')];
  return [
    journalLimit('64M'),
    { target: rules, mode: 0o644, content: logrotate },
    { target: '/etc/systemd/system/logrotate.service.d/relevo.conf', mode: 0o644, content: serviceDropIn },
    { target: '/etc/systemd/system/logrotate.timer.d/relevo.conf', mode: 0o644, content: timerDropIn },
  ];
}

/** At most so much on disk, in files of an eighth of it; systemd’s own default is a tenth of the pool. Source: journald.conf(5). */
export function journalLimit(most: '64M' | '256M'): ImageFile {
  const content = `[Journal]\nSystemMaxUse=${most}\nRuntimeMaxUse=16M\n`;
  return { target: '/etc/systemd/journald.conf.d/relevo.conf', mode: 0o644, content };
}

/** Before their day, where they grow so much. Source: logrotate(8), `maxsize`. */
const logrotate = 'maxsize 64M\ninclude /etc/logrotate.conf\n';

const serviceDropIn = `[Service]\nExecStart=\nExecStart=/usr/sbin/logrotate ${rules}\n`;

const timerDropIn = '[Timer]\nOnCalendar=\nOnCalendar=hourly\nAccuracySec=1m\n';
