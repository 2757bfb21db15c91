import { ipv4Pattern, vipComplaint } from './rules-traffic.ts';
import type { Complaint } from './source.ts';

/** Rules for hosts over SSH. What they let through ends up in command lines, and in one that a shell reads (`jump`). */

export function addressComplaint(address: string): Complaint | undefined {
  if (new RegExp(ipv4Pattern).test(address)) return vipComplaint(address);
  return {
    message: `\`${address}\` is no IPv4 address`,
    hint: 'the one that the host has on the network that all hosts share, such as `192.0.2.11`; if SSH needs a name or another address, ~/.ssh/config has `HostName`',
  };
}

const host = '[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?';
export const jumpPattern = `^([a-z_][a-z0-9_-]{0,31}@)?${host}(:[1-9][0-9]{0,4})?$`;

export function jumpComplaint(jump: string): Complaint | undefined {
  if (new RegExp(jumpPattern).test(jump)) return undefined;
  const hint = jump.includes(',')
    ? 'name the last one; the way to it belongs into ~/.ssh/config (ProxyJump)'
    : 'for example `bastion.example.org`, or `admin@192.0.2.1:2222`';
  return { message: `\`${jump}\` is no host to go through`, hint };
}

export const hostKeyPattern = '^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,}={0,2}$';

export function hostKeyComplaint(key: string): Complaint | undefined {
  if (new RegExp(hostKeyPattern).test(key)) return undefined;
  const hint = /^SHA256:/.test(key)
    ? 'a fingerprint is not enough: write the whole key, as `ssh-keyscan` prints it'
    : 'its kind and the key in base64: `ssh-ed25519 AAAA…`';
  return { message: 'this is no public host key', hint };
}

export const poolPattern = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$';

export function poolComplaint(name: string): Complaint | undefined {
  if (new RegExp(poolPattern).test(name)) return undefined;
  return {
    message: `\`${name}\` is no name of a storage pool`,
    hint: '`lxc storage list` on one of the hosts shows them',
  };
}
