import { mostFurtherPorts } from './further-ports.ts';

/**
 * One number, the slot, decides where an instance is reached: its address on its machine's bridge and the port
 * of the machine's own address that leads there. Slots are unique in the cluster, so addresses never collide
 * when an instance moves.
 */
export const instanceNetwork = '198.19.0.1/16';
export const lastSlot = 9999;

/** Of services; the other slots are for balancers, for stand-ins, and for ports of machines that are published. */
export const mostInstances = 9000;

/** Slots 1..9999 → 198.19.0.11 … 198.19.39.25. */
export function slotAddress(slot: number): string {
  const offset = slot + 10;
  return `198.19.${Math.floor(offset / 256)}.${offset % 256}`;
}

/** The slot that is reached there: on the bridge, or by one of its machine's ports. */
export function slotAt(address: string, port: number): number {
  const [, , high = '', low = ''] = address.split('.');
  return address.startsWith('198.19.') ? Number(high) * 256 + Number(low) - 10 : port % range;
}

const range = 10_000;

/**
 * Slots 1..9999 → 20001..29999, below Linux's ephemeral ports. `further`: 1..3 for the ports beside the service's own, in their
 * order → 30001..39999 and so on. Those may be ephemeral: a port that leads on is in nobody's way who only asks from it.
 */
export function slotPort(slot: number, further = 0): number {
  return (2 + further) * range + slot;
}

/** The load agent's port of the machine: slots 1..9999 → 10001..19999. */
export function slotAgentPort(slot: number): number {
  return range + slot;
}

/** The slot that has this port of the machines; 0: none. */
export function slotOf(port: number): number {
  return port > slotAgentPort(0) && port < slotPort(0, mostFurtherPorts + 1) ? port % range : 0;
}
