import { fault } from '../fault.ts';
import { impostor } from '../impostor.ts';

/** Each connection gets two seconds to say what it wants, in a process of its own. */
const program = String.raw`
$SIG{CHLD} = 'IGNORE';
while (accept(my $peer, $door)) {
    if (fork() == 0) {
        alarm 2;
        my $head = '';
        while ($head !~ /\r?\n\r?\n/) { sysread($peer, $head, 65536, length $head) or exit }
        syswrite($peer, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 6\r\nConnection: close\r\n\r\nfault\n");
        shutdown($peer, 1);
        1 while sysread($peer, $head, 65536);
        exit;
    }
    close $peer;
}
`;

export const serverError = fault({
  name: 'server.error',
  does: 'answers 500 to all requests',
  takes: ['instance'],
  effects: (target) => impostor(target, program, 'reject with tcp reset'),
});
