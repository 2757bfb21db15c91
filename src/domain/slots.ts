/**
 * One number, the slot, decides where an instance is reached: its address on its machine's bridge and the port
 * of the machine's own address that leads there. Slots are unique in the cluster, so addresses never collide
 * when an instance moves.
 */
export const instanceNetwork = '198.19.0.1/16';
export const lastSlot = 9999;

/** Slots 1..9999 → 198.19.0.11 … 198.19.39.25. */
export function slotAddress(slot: number): string {
  const offset = slot + 10;
  return `198.19.${Math.floor(offset / 256)}.${offset % 256}`;
}

/** The slot that is reached there: on the bridge, or by its machine's port. */
export function slotAt(address: string, port: number): number {
  const [, , high = '', low = ''] = address.split('.');
  return address.startsWith('198.19.') ? Number(high) * 256 + Number(low) - 10 : port - slotPort(0);
}

/** Slots 1..9999 → 20001..29999, below Linux's ephemeral ports. */
export function slotPort(slot: number): number {
  return 20000 + slot;
}

/** The load agent's port of the machine: slots 1..9999 → 10001..19999. */
export function slotAgentPort(slot: number): number {
  return 10_000 + slot;
}

/** Slots that have this port of the machines; numbers that are no slots do no harm. */
export function slotsAt(port: number): number[] {
  return [port - slotPort(0), port - slotAgentPort(0)];
}
