/** Set-up groups, the groups themselves, tear-down groups. */
export type PhaseName = 'setUp' | 'main' | 'tearDown';

export const phases: readonly PhaseName[] = ['setUp', 'main', 'tearDown'];

/** Which groups run together, by their place in the plan; one stage begins when the one before has ended. */
export interface Program {
  readonly stages: Readonly<Record<PhaseName, readonly (readonly number[])[]>>;
  readonly tearDownOnShutdown: boolean;
}

/** Whoever runs stages: this process itself, or its workers. */
export interface Player {
  play(phase: PhaseName, groups: readonly number[]): Promise<void>;
  /** Somebody stopped the phase. */
  halted(phase: PhaseName): boolean;
}

/** As JMeter's engine: nothing follows a set-up that was stopped; tear-down groups follow a stop where the plan says so. */
export async function conduct({ stages, tearDownOnShutdown }: Program, player: Player): Promise<void> {
  for (const phase of phases) {
    if (phase === 'tearDown' && player.halted('main') && !tearDownOnShutdown) return;
    for (const groups of stages[phase]) if (!player.halted(phase)) await player.play(phase, groups);
    if (phase === 'setUp' && player.halted('setUp')) return;
  }
}
