import type { Complaint } from './source.ts';

/** Rules for where files and directories lie in an instance: what would be lost there, or in the way, is refused. */

export function targetComplaint(target: string): Complaint | undefined {
  return shapeComplaint(target) ?? placeComplaint(cleanTarget(target));
}

/** A secret's file may also lie where everybody looks for one, `/run/secrets/NAME`, in memory. */
export function secretTargetComplaint(target: string): Complaint | undefined {
  const clean = cleanTarget(target);
  return shapeComplaint(target) ?? (clean.startsWith('/run/') ? undefined : placeComplaint(clean));
}

/** One spelling for one file: no `//`, no `/./`. */
export function cleanTarget(target: string): string {
  return `/${target
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}

function shapeComplaint(target: string): Complaint | undefined {
  if (!target.startsWith('/'))
    return { message: 'a target is an absolute path', hint: `for example \`/${target.replace(/^[./]+/, '')}\`` };
  if (target.split('/').includes('..'))
    return { message: 'a target has no `..`', hint: `write \`${resolved(target)}\`` };
  if (/\/\.?$/.test(target)) return { message: 'a target has no `/` at its end', hint: withoutSlash(target) };
  if (target.length > 4000 || target.split('/').some((part) => new TextEncoder().encode(part).length > 255))
    return { message: 'the path is too long' };
  return /\p{Cc}/u.test(target) ? { message: 'the text has control characters in it' } : undefined;
}

function withoutSlash(target: string): string {
  const clean = cleanTarget(target);
  return clean === '/'
    ? 'name the file, or a directory such as `/srv/app`'
    : `for a directory write \`${clean}\`, for a file add its name`;
}

function resolved(target: string): string {
  const parts: string[] = [];
  for (const part of target.split('/').filter((each) => each !== '' && each !== '.')) {
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** What `src/render` and `src/plan/images.ts` write into images of services, and the base image's network. */
const ownFiles = new RegExp(
  `^/(${[
    'etc/relevo',
    'usr/local/lib/relevo',
    'etc/systemd/system/relevo-[^/]+\\.(service|socket)',
    'etc/systemd/system/(service|logrotate\\.service|logrotate\\.timer)\\.d/relevo\\.conf',
    'etc/systemd/journald\\.conf\\.d/relevo\\.conf',
    'etc/systemd/network/10-eth\\d\\.network',
    'etc/tmpfiles\\.d/relevo-secrets\\.conf',
  ].join('|')})(/|$)`,
);

/** Written when an instance is made or starts. */
const ofEachInstance = /^\/etc\/(hostname|machine-id|resolv\.conf)$/;

function placeComplaint(target: string): Complaint | undefined {
  const mount = lostIn(target);
  if (mount !== undefined) return { message: lost(mount), hint: 'for example below `/opt`, `/etc` or `/srv`' };
  if (ofEachInstance.test(target))
    return { message: `each instance has a \`${target}\` of its own`, hint: 'delete this entry' };
  if (!ownFiles.test(target)) return undefined;
  const hint =
    'choose another name; settings of a unit may be a file in a directory `UNIT.d`, such as `relevo-web.service.d`';
  return { message: `\`${target}\` is Relevo’s own`, hint };
}

/** Below which of the directories that are another one, or empty, when an instance starts. Source: hier(7), Debian's base-files. */
export function lostIn(target: string): string | undefined {
  return /^\/((run|tmp|dev|proc|sys)|var\/(run|lock|tmp))(?=\/|$)/.exec(target)?.[0];
}

export function lost(mount: string): string {
  return `nothing stays in \`${mount}\`: what an image has there is gone when an instance starts`;
}
