/**
 * The network that machines and balancers are on, as the machine provider gives it: plans, configurations and controllers
 * take every address from here. All addresses are IPv4.
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
  /** What balancers have of their own there: the first one is that of `balancer-1`. There are no more balancers than these. */
  readonly balancers: readonly string[];
  /** The address that the balancers share. */
  readonly shared: string;
  /** Where users come in, if not at the shared address itself: the provider then leads the published ports from here to there. */
  readonly entry?: string;
}

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
