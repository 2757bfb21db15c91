import { didYouMean, withoutAccents } from './nearest.ts';
import type { Complaint } from './source.ts';

export interface NameRule {
  readonly what: string;
  readonly most: number;
  readonly lowerCase: boolean;
}

export const projectName: NameRule = { what: 'a project name', most: 40, lowerCase: true };
/** LXD allows 63; `-NNNN` comes behind it. */
export const serviceName: NameRule = { what: 'a service name', most: 50, lowerCase: true };
export const planName: NameRule = { what: 'the name of a load plan', most: 50, lowerCase: true };
export const machineName: NameRule = { what: 'a machine name', most: 63, lowerCase: false };

export function namePattern(rule: NameRule): string {
  const [letters, all] = rule.lowerCase ? ['a-z', 'a-z0-9'] : ['A-Za-z', 'A-Za-z0-9'];
  return `^[${letters}]([${all}-]{0,${rule.most - 2}}[${all}])?$`;
}

/** LXD's rule for instance names, which every name of ours becomes part of. */
export function nameComplaint(name: string, rule: NameRule): Complaint | undefined {
  const problem = nameProblem(name, rule);
  if (problem === undefined) return undefined;
  const better = slug(name, rule);
  return { message: `${rule.what} ${problem}`, hint: better === '' ? undefined : `for example \`${better}\`` };
}

function nameProblem(name: string, rule: NameRule): string | undefined {
  const letters = rule.lowerCase ? 'lower-case letters' : 'letters';
  const bad = [...name].find((character) => !/[A-Za-z0-9-]/.test(character));
  if (name === '') return 'has at least one letter';
  if (bad !== undefined) return `has only ASCII ${letters}, digits and hyphens, and no ${quoted(bad)}`;
  if (rule.lowerCase && /[A-Z]/.test(name)) return 'is written in lower case';
  if (!/^[A-Za-z]/.test(name)) return 'begins with a letter';
  if (name.endsWith('-')) return 'ends with a letter or a digit';
  return name.length > rule.most ? `has at most ${rule.most} characters, and this one ${name.length}` : undefined;
}

function quoted(character: string): string {
  return character === ' ' ? 'space' : `\`${character}\``;
}

function slug(name: string, rule: NameRule): string {
  // `ano` is no word to suggest for `año`; `anyo` is how Spanish programmers have always written it.
  const plain = withoutAccents(name.replaceAll('ñ', 'ny').replaceAll('Ñ', 'Ny'))
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, rule.most)
    .replace(/-+$/, '');
  return rule.lowerCase ? plain.toLowerCase() : plain;
}

export const knownImages = ['debian/11', 'debian/12', 'debian/13', 'ubuntu/22.04', 'ubuntu/24.04'] as const;
/** Those with a package of LXD; Ubuntu has it as a snap, which machines that are made here do not get. */
export const machineImages = ['debian/12', 'debian/13'] as const;
/** Those whose HAProxy is 2.6 or later. */
export const balancerImages = ['debian/12', 'debian/13', 'ubuntu/24.04'] as const;

export function imageComplaint(image: string): Complaint | undefined {
  return imageRule(knownImages, '')(image);
}

/** `use`: why others can't be taken, ready to stand behind "the image `x`". */
export function imageRule(fit: readonly string[], use: string): (image: string) => Complaint | undefined {
  const known = `known are ${fit.join(', ')}`;
  return (image) => {
    if (fit.includes(image)) return undefined;
    if ((knownImages as readonly string[]).includes(image)) {
      return { message: `the image \`${image}\` ${use}`, hint: `choose one of ${fit.join(', ')}` };
    }
    const guess = didYouMean(image.replace(':', '/'), fit);
    const hint = guess === undefined ? known : `${guess} ${known}`;
    return /^[a-z]+\/[a-z0-9.]+$/.test(image)
      ? { message: `the image \`${image}\` is not known`, hint }
      : { message: `an image is written distribution/release, and not \`${image}\``, hint };
  };
}

export const variablePattern = '^[A-Za-z_][A-Za-z0-9_]*$';

export function variableComplaint(name: string): Complaint | undefined {
  if (new RegExp(variablePattern).test(name)) return undefined;
  const better = withoutAccents(name)
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^(?=[0-9])/, '_');
  return {
    message: 'the name of an environment variable has only ASCII letters, digits and `_`, and no digit first',
    hint: /[A-Za-z0-9]/.test(better) ? `for example \`${better}\`` : undefined,
  };
}

export const packagePattern = '^[a-z0-9][a-z0-9+.-]*[a-z0-9+](:[a-z0-9-]+)?(=[A-Za-z0-9.+:~-]+)?$';

export function packageComplaint(name: string): Complaint | undefined {
  if (/^[a-z0-9.+]+-$/.test(name))
    return { message: `\`${name}\` tells apt to remove a package`, hint: `write \`${name.slice(0, -1)}\`` };
  if (new RegExp(packagePattern).test(name)) return undefined;
  const hint = /\s/.test(name.trim())
    ? 'give each package an item of its own'
    : 'lower-case letters, digits, `+`, `-` and `.`, such as `apache2`';
  return { message: `\`${name}\` is no package name`, hint };
}

export const userPattern = '^[a-z_][a-z0-9_-]{0,31}$';

export function userComplaint(name: string): Complaint | undefined {
  if (new RegExp(userPattern).test(name)) return undefined;
  return { message: 'a user name has lower-case letters, digits, `_` and `-`, at most 32, and a letter or `_` first' };
}

/** The name in `NAME=value`. */
export function nameOf(assignment: string): string {
  return assignment.split('=', 1)[0] ?? '';
}
