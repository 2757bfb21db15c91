/**
 * The network that machines and balancers are on, as the machine provider gives it: plans, configurations and controllers
 * take every address from here. All addresses are IPv4, but for `shared6`.
 */
export interface Network {
  /** 0..32. */
  readonly prefixLength: number;
  /** Where balancers send what is for elsewhere; empty where the network leads nowhere else. */
  readonly gateway: string;
  /** By which every machine is on it; balancers get an interface of their own beside it. */
  readonly interface: string;
  /** Machines that there are, and those that the file asks for. */
  readonly machines: readonly MachineAddress[];
  /** What balancers have of their own there: the first one is that of `balancer-1`. Where they share an address, there are no more than these. */
  readonly balancers: readonly string[];
  /** The address that the balancers share; absent: users come to each of them at its machine's own address. */
  readonly shared?: string;
  /** IPv6; goes with it. */
  readonly shared6?: string;
  /** How balancers get there, where they share an address. */
  readonly link: Link;
  /** Where users come in, if not at the shared address itself: the provider then leads the published ports from here to there. */
  readonly entry?: string;
}

/**
 * `macvlan`: each balancer has a hardware address of its own on the machines' network. `routed`: it is on its machine's bridge, and
 * the machine stands in for it, so that no frames of strangers are on the network.
 */
export type Link = 'macvlan' | 'routed';

/** TCP; the cluster's API answers there on each machine. */
export const clusterPort = 8443;

/** TCP; where balancers take what services ask of one another, and the port of a balancer's machine that leads there. */
export const callsPort = 9708;

/** TCP; where an instance's load agent listens. */
export const agentPort = 9707;

export interface MachineAddress {
  readonly name: string;
  readonly address: string;
}
