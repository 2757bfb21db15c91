import { memoryComplaint } from './rules.ts';
import type { Complaint } from './source.ts';
import { parseBytes } from './units.ts';

/** Rules for what ends up in a Vagrantfile: it is quoted there, whatever it is, so these only find mistakes. */

export function boxComplaint(box: string): Complaint | undefined {
  if (/^[^\s\p{Cc}]+$/u.test(box)) return undefined;
  return { message: `\`${box}\` is no name of a box`, hint: 'for example `bento/debian-12`' };
}

export function boxUrlComplaint(url: string): Complaint | undefined {
  if (/^(https?|file):\/\/[^\s\p{Cc}]+$/u.test(url)) return undefined;
  return {
    message: `\`${url}\` is no URL of a box`,
    hint: 'for example `https://boxes.example.org/debian-12.box`, or `file:///srv/boxes/debian-12.box`',
  };
}

/** RubyGems' constraints, as Vagrant takes them. */
export function boxVersionComplaint(version: string): Complaint | undefined {
  const one = '(=|!=|>|<|>=|<=|~>)?\\s*[0-9]+(\\.[0-9A-Za-z]+)*';
  if (new RegExp(`^${one}(,\\s*${one})*$`).test(version)) return undefined;
  return { message: `\`${version}\` is no version of a box`, hint: 'for example `202510.26.0`, or `>= 202510`' };
}

/** Below that, apt alone fills it. */
const least = 512 * 1024 ** 2;

export function machineMemoryComplaint(memory: string): Complaint | undefined {
  const complaint = memoryComplaint(memory);
  if (complaint !== undefined) return complaint;
  if ((parseBytes(memory) ?? least) >= least) return undefined;
  return { message: `\`${memory}\` is too little memory for a machine`, hint: 'give it 512MiB at least, better 2GiB' };
}
