import { fault } from '../fault.ts';
import { impostor } from '../impostor.ts';

/** Connections are accepted and kept; nothing is ever said. */
const program = `
my @kept;
while (accept(my $peer, $door)) { push @kept, $peer; shift @kept if @kept > 4000 }
`;

export const serverMute = fault({
  name: 'server.mute',
  does: 'accepts requests and never answers',
  takes: ['instance'],
  effects: (target) => impostor(target, program, 'drop'),
});
