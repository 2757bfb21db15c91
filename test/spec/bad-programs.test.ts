// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is about texts that look so
import { describe, expect, test } from 'vitest';
import { brief, complaints, head, load, withWeb } from './helpers.ts';

const about = (text: string) => brief(complaints(text)).map((line) => line.replace(/^\d+:\d+ services\.web\.?/, ''));

describe('commands that systemd would refuse, or take for something else', () => {
  test.each([
    [
      'command: PORT=3000 node x',
      'command: `PORT=3000` sets a variable in a shell only, and no shell runs this command (write `PORT: 3000` under `environment`, and begin with the program)',
    ],
    [
      'command: bin/rails server',
      'command: `bin/rails` is a path within a directory, and no `working_dir` tells which (add `working_dir: /opt/app`, or write its whole path)',
    ],
    [
      'command: [~/app/run]',
      'command: `~` means something to a shell only, and no shell runs this command (write the whole path of the program)',
    ],
    [
      'command: cd /opt',
      'command: `cd` is a word of the shell, and no shell runs this command (say where the program starts with `working_dir`)',
    ],
    [
      'command: exec node x',
      'command: `exec` is a word of the shell, and no shell runs this command (begin with the program: it is the service’s own process anyway)',
    ],
    [
      'command: -/bin/false',
      "command: a program can't begin with `-`, which means something else to systemd (write the whole path of the program)",
    ],
    [
      'command: "@/bin/a b"',
      "command: a program can't begin with `@`, which means something else to systemd (write the whole path of the program)",
    ],
    ['command: [$HOME/bin/x]', 'command: the name of a program has no `$` in it'],
    ['command: [/opt/app/]', 'command: `/opt/app/` is a directory, and no program (add the name of the program)'],
    ['command: ["", x]', 'command: the first word names the program, and it is empty'],
    [
      'command: [node, "${PORT}"]',
      'command: nothing is filled in for `${PORT}`: the program would get it as it stands (a shell fills it in: `command: [sh, -c, "…"]`; or write the value)',
    ],
    ['command: [node, "\\ud800"]', 'command: the text has half a character in it (`\\ud800` to `\\udfff`)'],
    [
      'release_command: [bin/migrate]',
      'release_command: `bin/migrate` is a path within a directory, and no `working_dir` tells which (add `working_dir: /opt/app`, or write its whole path)',
    ],
    ['command: node\nworking_dir: app', 'working_dir: a working directory is an absolute path (for example `/app`)'],
    [
      'command: bin/rails\nworking_dir: "/a\'b"',
      "command: with `working_dir` before it, the name of a program has no `'` in it (another `working_dir`, or the whole path of a program elsewhere)",
    ],
    ['command: node\nworking_dir: "/a "', 'working_dir: a working directory has no space and no `\\` at its end'],
    ['command: node\nworking_dir: /a\\', 'working_dir: a working directory has no space and no `\\` at its end'],
    [
      'command: node\nworking_dir: /run/app',
      'working_dir: nothing stays in `/run`: what an image has there is gone when an instance starts (for example `/opt/app`)',
    ],
    ['command: node\nworking_dir: //var/./tmp/app/', 'working_dir: nothing stays in `/var/tmp`'],
    [
      'command: node\nworking_dir: /root/app',
      'working_dir: `/root` is closed to the user `relevo`, as which `command` starts (for example `/opt/app`, or `user: root`)',
    ],
    ['working_dir: /opt', '`working_dir` belongs to `command`, and there is no `command`'],
    [
      'stop_signal: SIGKILL\ncommand: node',
      'stop_signal: expected SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2 or SIGWINCH, got the text "SIGKILL" (no program can handle that one, so it could not finish what it does: delete the line, and it gets SIGTERM, and SIGKILL once `stop_grace_period` is over)',
    ],
    ['stop_signal: SIGTREM\ncommand: node', 'got the text "SIGTREM" (did you mean `SIGTERM`?)'],
    ['timezone: Madrid/', 'timezone: `Madrid/` is no time zone (a name such as `Europe/Madrid`, or `UTC`)'],
    ['timezone: US/Eastern', 'timezone: `US/Eastern` is no time zone'],
  ])('%s', (body, expected) => {
    expect(about(withWeb(body)).join('\n')).toContain(expected);
  });

  test.each([
    ['command: node\nworking_dir: /tmp'],
    ['command: node\nworking_dir: /root\nuser: root'],
    ['release_command: node\nworking_dir: /root'],
  ])('%s is fine', (body) => expect(about(withWeb(body))).toEqual([]));

  test('a word that is a file of the service, and would be looked for in `/`', () => {
    const body = 'files: [{source: a, target: /opt/app/dist/server.js}]\ncommand: node dist/server.js';
    expect(about(withWeb(body))).toEqual([
      'command: `dist/server.js` would be looked for in `/`, and it is `/opt/app/dist/server.js` (add `working_dir: /opt/app`, or write the whole path)',
    ]);
    expect(about(withWeb(`${body}\nworking_dir: /opt/app`))).toEqual([]);
  });

  test('a program within the working directory is started by its whole path', () => {
    const [service] = load(withWeb('command: bin/rails server\nworking_dir: /opt/app/')).services;
    expect(service).toMatchObject({ command: ['/opt/app/bin/rails', 'server'], workingDir: '/opt/app' });
  });
});

describe('words that others fill in', () => {
  test.each([
    [
      'environment: {DB: "${DB_HOST:-db}"}',
      'environment.DB: nothing is filled in for `${DB_HOST:-db}`: the service would get it as it stands (write the value; what comes from your own environment belongs in `secrets`: `DB_HOST: {env: DB_HOST}`. `$${DB_HOST:-db}` stands for itself)',
    ],
    ['environment: ["DB=${DB}"]', 'environment[0]: nothing is filled in for `${DB}`'],
    ['files: [{source: "${SITE}/a", target: /a}]', 'files[0].source: nothing is filled in for `${SITE}`'],
    ['route: {host: "${HOST}"}', 'route.host: nothing is filled in for `${HOST}`'],
  ])('%s', (body, expected) => {
    expect(about(withWeb(body)).join('\n')).toContain(expected);
  });

  test('stand for themselves where they are told to, and are left to shells', () => {
    const body = 'environment: {A: "$${x} $y $$z"}\ncommand: [sh, -c, "echo ${A}"]\nrun: ["echo ${A}"]';
    expect(load(withWeb(body)).services[0]?.environment).toEqual({ A: '${x} $y $$z' });
  });

  test.each([
    ['[node, "$${A} $B"]', ['node', '${A} $B']],
    ['[sh, -c, "kill $${A}"]', ['sh', '-c', 'kill $${A}']],
  ])('in a command too, but for a shell: %s', (command, words) => {
    const [service] = load(withWeb(`command: ${command}\nrelease_command: ${command}`)).services;
    expect([service?.command, service?.releaseCommand]).toEqual([words, words]);
  });
});

describe('words of Compose', () => {
  test.each([
    ['volumes: [a:/b]', 'instances keep nothing of their own'],
    ['env_file: .env', 'write its lines under `environment`'],
    ['deploy: {replicas: 2}', '`replicas` and `limits` are keys of the service itself'],
    ['ports: ["80:80"]', 'write `port: 80`'],
    ['build: .', '`packages`, `files` and `run`'],
    ['restart: always', 'started again in any case'],
    ['networks: [a]', 'all instances reach each other'],
    ['container_name: a', 'instances are called after the service'],
    ['expose: [80]', 'write `port: 80`'],
    ['labels: {a: b}', '`route`'],
    ['logging: {}', '`relevo logs`'],
    ['mem_limit: 1g', '`limits`'],
    ['cap_add: [X]', 'no such setting'],
  ])('%s', (body, hint) => {
    const [found] = complaints(withWeb(body));
    expect(found?.message).toBe(`unknown key \`${body.split(':')[0]}\``);
    expect(found?.hint).toContain(hint);
  });

  test('at the top', () => {
    expect(brief(complaints(`${head}services: {web: {port: 80}}\nvolumes: {data: {}}\n`))).toEqual([
      '5:1 volumes: unknown key `volumes` (delete it: instances keep nothing of their own; what they read comes by `files` of each service)',
    ]);
  });
});

test('a limit is written where every pool takes it', () => {
  const [found] = complaints(withWeb('mem_limit: 1g'));
  expect(found?.hint).toBe('write it under `limits`: `{cpu: 1, memory: 256MiB, processes: 500}`');
});

describe('images and names that can’t work', () => {
  test.each([
    [
      'machines: {hosts: [m1], image: ubuntu/24.04}',
      'services: {web: {port: 80}}',
      'the image `ubuntu/24.04` has no LXD that machines could be made with (choose one of debian/12, debian/13)',
    ],
    [
      'machines: {hosts: [m1]}',
      'services: {web: {port: 80}}\nbalancer: {image: debian/11}',
      'the image `debian/11` has an HAProxy that is too old for balancers (choose one of debian/12, debian/13, ubuntu/24.04)',
    ],
    [
      'machines: {hosts: [m1]}',
      'services: {relevo-nobody: {port: 80}}',
      'names that begin with `relevo` are Relevo’s own',
    ],
    [
      'machines: {hosts: [m1]}',
      'services: {web: {port: 9707, algorithm: resource}}',
      'with `algorithm: resource` an agent listens on port 9707 of each instance',
    ],
    [
      'machines: {hosts: [m1]}',
      'services: {web: {port: 9707}}\nbalancer: {algorithm: resource}',
      'an agent listens on port 9707',
    ],
    ['machines: {hosts: [m1]}', 'services: {agent: {port: 80, algorithm: resource}}', 'whose unit bears this name'],
    [
      'machines: {hosts: [m1]}',
      'services: {web: {port: 80, packages: [apache2-]}}',
      '`apache2-` tells apt to remove a package (write `apache2`)',
    ],
    ['machines: {hosts: [m1]}', 'services: {web: {port: 80, depends_on: [db]}}', 'there is no service `db`'],
    [
      'machines: {hosts: [m1]}',
      'services: {a: {port: 80, depends_on: [b]}, b: {port: 80, depends_on: [a], route: {path: /b}}}',
      '`a` waits for `b` waits for `a`',
    ],
  ])('%s %s', (machines, services, expected) => {
    expect(brief(complaints(`version: 1\nname: demo\n${machines}\n${services}\n`)).join('\n')).toContain(expected);
  });
});

test('the load agent’s port is complained of once', () => {
  expect(about(withWeb('algorithm: resource').replace('port: 80', 'port: 9707'))).toEqual([
    expect.stringContaining('an agent listens on port 9707'),
  ]);
});

describe('owners and secrets', () => {
  test.each([
    [
      'files: [{source: a, target: /a, owner: deploy}]',
      'files[0].owner: nobody makes `deploy` before the files are written',
    ],
    [
      'files: [{source: a, target: /a, owner: "33:33"}]',
      'files[0].owner: `33:33` is no owner: `user` or `user:group` (by name, not by number)',
    ],
    ['files: [{source: a, target: /run/a}]', 'files[0].target: nothing stays in `/run`'],
    [
      'files: [{source: a, target: /var/run/a}]',
      'files[0].target: nothing stays in `/var/run`: what an image has there is gone when an instance starts (for example below `/opt`, `/etc` or `/srv`)',
    ],
    ['files: [{source: a, target: //var/./tmp}]', 'files[0].target: nothing stays in `/var/tmp`'],
    ['files: [{source: a, target: /srv/.}]', 'files[0].target: a target has no `/` at its end'],
    [
      'files: [{source: a, target: /etc/hostname}]',
      'files[0].target: each instance has a `/etc/hostname` of its own (delete this entry)',
    ],
    [
      'files: [{source: a, target: /etc/systemd/system/relevo-web.service}]',
      'files[0].target: `/etc/systemd/system/relevo-web.service` is Relevo’s own (choose another name; settings of a unit may be a file in a directory `UNIT.d`, such as `relevo-web.service.d`)',
    ],
    ['secrets: {A: {env: A, target: /var/run/a}}', 'secrets.A.target: nothing stays in `/var/run`'],
    ['secrets: {A: {env: A, target: /etc/relevo/a}}', 'secrets.A.target: `/etc/relevo/a` is Relevo’s own'],
    [
      'secrets: {A: {env: A, mode: 0400}}',
      'secrets.A.mode: `mode` belongs to a file, and this secret is an environment variable (add `target: /run/secrets/a`, or delete the line)',
    ],
    [
      'secrets: {A: {env: A, target: /a}}\nfiles: [{source: a, target: /a}]',
      'secrets.A.target: two files have the target `/a`',
    ],
  ])('%s', (body, expected) => {
    expect(about(withWeb(body)).join('\n')).toContain(expected);
  });

  test.each([
    ['files: [{source: a, target: /a, owner: www-data:adm}]'],
    ['command: node\nuser: app\nfiles: [{source: a, target: /a, owner: app}]'],
    ['packages: [postgresql]\nfiles: [{source: a, target: /a, owner: postgres}]'],
    ['secrets: {A: {env: A, target: /run/secrets/a}}\nenvironment: {A: /run/secrets/a}'],
    ['secrets: {A: {env: A, target: /run/tmp/a}, B: {env: B, target: //run/b}}'],
    ['files: [{source: a, target: /etc/systemd/system/relevo-web.service.d/own.conf}, {source: a, target: /runner}]'],
  ])('%s is fine', (body) => {
    expect(about(withWeb(body))).toEqual([]);
  });
});
