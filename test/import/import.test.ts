import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importCompose, namedFiles } from '../../src/import/import.ts';
import { loadSpec } from '../../src/spec/load.ts';
import { imported } from './imported.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** One service `web` that answers on port 80, and what it has besides. */
const web = (more: string) => imported(`services:\n  web:\n    image: nginx\n    ports: ["8080:80"]\n${more}`);

describe('Compose files as people write them', () => {
  const directories = globSync('test/import/files/*/compose.yaml').map(dirname).sort();

  it('are at least eight', () => expect(directories.length).toBeGreaterThanOrEqual(8));

  it.each(directories)('%s', async (directory) => {
    const bytes = readFileSync(`${directory}/compose.yaml`);
    const there = namedFiles('compose.yaml', bytes).filter((file) => existsSync(`${directory}/${file}`));
    const texts = Object.fromEntries(there.map((file) => [file, readFileSync(`${directory}/${file}`, 'utf8')]));
    const { text, told, ready, notes } = imported(bytes.toString(), { directory: basename(directory), texts });
    await expect(text).toMatchFileSnapshot(`../../${directory}/relevo.yaml`);
    await expect(`${told}\n`).toMatchFileSnapshot(`../../${directory}/report.txt`);
    // What the file's check complains about is said, and nothing else stands in the way.
    const loaded = loadSpec('relevo.yaml', bytesOf(text));
    expect(loaded.ok).toBe(ready);
    if (!loaded.ok) expect(notes.some(({ kind }) => kind === 'open')).toBe(true);
    const complaints = loaded.ok ? [] : loaded.diagnostics.map(({ message }) => message);
    expect(complaints.filter((message) => !message.endsWith('is left empty'))).toEqual([]);
  });
});

describe('what is asked for', () => {
  it.each([
    ['"80"', 80, 8080],
    ['80', 80, 8080],
    ['"8000:80"', 80, 8000],
    ['"127.0.0.1:8001:80"', 80, 8001],
    ['"[::1]:8001:80"', 80, 8001],
    ['"3000-3005:4000-4005"', 4000, 3000],
    ['"127.0.0.1::80"', 80, 8080],
    ['{ target: 80, published: "8080" }', 80, 8080],
  ])('ports: %s', (port, target, published) => {
    const { text } = imported(`services: { web: { image: node, command: node x, ports: [${port}] } }`);
    expect(text).toContain(`    port: ${target}\n`);
    expect(text).toContain(`  publish: ${published}\n`);
  });

  it.each([
    ['test: curl -f http://localhost/up || exit 1', '{ path: /up }'],
    ['test: [CMD, wget, -q, --spider, "http://127.0.0.1:80/"]', '{ path: / }'],
    ['test: [CMD-SHELL, "curl -fsS -H \'Host: a.example.org\' http://localhost"]', '{ path: /, host: a.example.org }'],
    ['test: curl -f http://localhost:$$PORT/up', '{ path: /up }'],
    ['test: "curl -f http://localhost:$${PORT:-80}/up"', '{ path: /up }'],
    ['{ test: [CMD, curl, http://localhost/up], start_period: 1m }', '{ path: /up, start_period: 1m }'],
  ])('healthcheck: %s', (check, health) => {
    const { text } = web(`    healthcheck: ${check.startsWith('{') ? check : `{ ${check} }`}\n`);
    expect(text).toContain(`    health: ${health}\n`);
  });

  it.each(['[127.0.0.1:2368:2368]', '["2368/tcp"]', '[2368-2370]'])('expose: %s', (expose) => {
    const { text } = imported(`services: { web: { image: node, command: node x, expose: ${expose} } }`);
    expect(text).toContain('    port: 2368\n');
  });

  it('ports that nobody can read are told, and each of a range', () => {
    const { told } = web('');
    expect(told).not.toContain('port 8');
    const { told: of } = imported('services: { web: { image: nginx, ports: ["80-81:80-81", "a:b"] } }');
    expect(of).toContain('web.ports: port 81: nothing says');
    expect(of).toMatch(/Left to fill in\n.*web\.ports: one of them is no port/);
  });

  it('a check that asks over anything but HTTP is left to be filled in', () => {
    expect(web('    healthcheck: { test: [CMD, pg_isready] }\n').told).toMatch(
      /Left to fill in\n.*line 5 {2}web\.healthcheck/,
    );
  });

  it.each([
    ['512m', '512MiB'],
    ['1.5gb', '1536MiB'],
    ['2G', '2GiB'],
    ['67108864', '64MiB'],
    ['4m', '16MiB'],
  ])('memory: %s', (memory, here) => {
    expect(web(`    mem_limit: ${memory}\n`).text).toContain(`limits: { memory: ${here} }`);
  });

  it.each([
    ['rule=Host(`a.example`) || Host(`b.example`)', '{ host: [a.example, b.example] }'],
    ['rule=Host(`a.example`, `b.example`)', '{ host: [a.example, b.example] }'],
    ['rule=Host(`a.example`) && PathPrefix(`/v1/`)', '{ host: a.example, path: /v1 }'],
    ['rule=PathPrefix(`/v1`) || PathPrefix(`/v2`)', '[{ path: /v1 }, { path: /v2 }]'],
  ])('traefik: %s', (rule, route) => {
    expect(web(`    labels: ["traefik.http.routers.web.${rule}"]\n`).text).toContain(`    route: ${route}\n`);
  });

  it('traefik: a service that speaks HTTPS', () => {
    const { text, told } = web('    labels: { traefik.http.services.web.loadbalancer.server.scheme: https }\n');
    expect(text).toContain('    protocol: https\n');
    expect(told).not.toContain('labels');
  });

  it.each([
    ['[sh, -c, "a && b"]', '[sh, -c, a && b]'],
    [`python3 -m http.server 'a b'`, '[python3, -m, http.server, a b]'],
    ['[node, dist/server.js]', 'node dist/server.js'],
  ])('command: %s', (command, here) => {
    const { text } = imported(`services: { web: { image: node, expose: [3000], command: ${command} } }`);
    expect(text).toContain(`    command: ${here}\n`);
  });

  it.each([
    ['[node, --title, "$${A}"]', '[node, --title, "$${A}"]'],
    ['[sh, -c, "echo $${A}"]', '[sh, -c, "echo ${A}"]'],
  ])('what is to stay `${A}` stays so: %s', (command, here) => {
    const { text, ready } = imported(`services: { web: { image: node, expose: [3000], command: ${command} } }`);
    expect(text).toContain(`    command: ${here}\n`);
    expect(ready).toBe(true);
  });

  it('what a package runs by itself needs no command', () => {
    const { text, told } = web('    command: nginx -g "daemon off;"\n');
    expect(text).not.toContain('command:');
    expect(told).toMatch(/line 5 {2}web\.command: the package’s own systemd unit runs it/);
  });

  it('an entrypoint stands before its command', () => {
    const { text } = imported(
      'services: { a: { image: node, expose: [1], entrypoint: [node, -r, x], command: y.js } }',
    );
    expect(text).toContain('command: node -r x y.js\n');
  });
});

describe('variables', () => {
  const environment = (line: string, variables = {}) =>
    imported(`services: { web: { image: nginx, environment: ["${line}"] } }`, { variables }).text;

  it('are filled in as Compose does', () => {
    expect(environment('A=$B-${C:-d}-${E-f}-$$G', { B: 'b', E: '' })).toContain('A: b-d--$G\n');
  });

  it('what is to stay `${A}` stays so, and text of several lines too', () => {
    const { text } = imported(
      'services:\n  web:\n    image: nginx\n    environment:\n      A: "a $${B} $$$${C}"\n      D: |\n        it is \'a\' long text\n        of several lines, # and more\n',
    );
    const loaded = loadSpec('relevo.yaml', bytesOf(text));
    expect(loaded.ok && loaded.spec.services[0]?.environment).toEqual({
      A: 'a ${B} $${C}',
      D: "it is 'a' long text\nof several lines, # and more\n",
    });
  });

  it('that say where a secret is are none', () => {
    expect(environment('DB_PASSWORD_FILE=/run/secrets/${X:-a}')).toContain('DB_PASSWORD_FILE: /run/secrets/a');
  });

  it('that look like a secret are fetched when they are needed, and never written down', () => {
    const text = environment('DB_PASSWORD=${PASS:?}', { PASS: 'hush' });
    expect(text).toContain('DB_PASSWORD: { env: PASS }');
    expect(text).not.toContain('hush');
    expect(environment('DATABASE_URL=postgres://a:${DB_PASSWORD}@x', { DB_PASSWORD: 'hush' })).not.toContain('hush');
  });

  it('of an env_file go the same way', () => {
    const texts = { '.env.prod': '# ours\nexport DEBUG=0 # no\nAPI_TOKEN="hush"\n' };
    const { text } = imported('services: { web: { image: nginx, env_file: ./.env.prod } }', { texts });
    expect(text).toContain('DEBUG: "0"');
    expect(text).toContain('API_TOKEN: { env: API_TOKEN }');
    expect(text).not.toContain('hush');
  });

  it('that name a service that is here call it by its name', () => {
    const { text } = imported(
      'services: { web: { image: nginx, environment: { API: "http://my_api:3000/v1" } }, my_api: { image: node, command: node x, expose: [3000] } }',
    );
    expect(text).toContain('API: http://my-api.internal/v1');
  });
});

describe('a Dockerfile', () => {
  const built = (lines: string[], build = '.', more = '') =>
    imported(`services: { web: { build: ${build}${more} } }`, { texts: { Dockerfile: lines.join('\n') } });
  const node = ['FROM node', 'EXPOSE 3000', 'CMD ["node", "x.js"]'];

  it('is built before anything runs: its steps are left to be written', () => {
    const { text, ready } = built([...node, 'RUN npm ci']);
    expect(ready).toBe(false);
    expect(text).toMatch(/ {4}# {3}RUN npm ci\n[\s\S]* {4}run: # fill in/);
    expect(built(node).ready).toBe(true);
  });

  it('has the keys of the stages that its last one stands on', () => {
    const base = ['FROM node AS base', 'WORKDIR /app', 'ENV MODE=fast', 'FROM base AS other', 'ENV MODE=slow'];
    const { text } = built([...base, 'FROM base', 'EXPOSE 3000', 'CMD ["node", "x.js"]']);
    expect(text).toContain('working_dir: /app');
    expect(text).toContain('MODE: fast');
  });

  it('has those of `target`', () => {
    const stages = [...node.map((line) => line.replace('FROM node', 'FROM node AS prod')), 'FROM python AS dev'];
    expect(built([...stages, 'CMD ["dev"]'], '{ context: ., target: prod }').text).toContain('command: node x.js');
  });

  it('has variables, which `args` fills in', () => {
    const lines = ['ARG V=18', 'FROM node:$V', 'ARG PORT=1', 'ENV HOME_OF=/app', 'WORKDIR ${HOME_OF}/web'];
    const { text } = built([...lines, 'EXPOSE $PORT', 'CMD ["x"]'], '{ context: ., args: { V: 20, PORT: 3000 } }');
    for (const line of ['in place of node:20', 'working_dir: /app/web', 'port: 3000']) expect(text).toContain(line);
  });

  it('what only its base image knows is left to be written', () => {
    const { text, told } = built([...node, 'ENV A=1 LIB=$JAVA_HOME/lib']);
    expect(text).toContain('environment:\n      A: "1"\n');
    expect(text).not.toContain('LIB');
    expect(told).toMatch(/Left to fill in\n[\s\S]*web\.build\.LIB: the Dockerfile makes it of `\$JAVA_HOME`/);
  });

  it('what its pages and sites need besides is said', () => {
    const { text } = built(['FROM nginx', 'COPY dist /usr/share/nginx/html/']);
    expect(text).toContain('# In Debian’s package /usr/share/nginx/html is /var/www/html.\n');
    expect(built(['FROM nginx', 'COPY x /etc/nginx/conf.d/default.conf']).text).toContain('`run` besides: sed -i');
    const php = built(['FROM php:8.2-apache', 'RUN a2enmod rewrite'], '.', ', volumes: ["./:/var/www/html"]');
    expect(php.text).toContain('`run` besides: printf');
    expect(php.ready).toBe(false);
  });
});

describe('a job before a release', () => {
  const job = (more: string) =>
    imported(`services:
  web:
    image: node
    command: node x
    expose: [3000]
    environment: { A: 1 }
    user: app:staff
    depends_on: { job: { condition: service_completed_successfully } }
  job:
    image: node
    command: [node, job.js, "$\${X}"]
    restart: "no"
${more}`);

  it('runs with what its service has, and what it had besides is told', () => {
    const { text, told } = job(
      '    environment: { A: 1, B: 2 }\n    volumes: ["./db:/db"]\n    cap_add: [ALL]\n    user: root\n',
    );
    expect(text).toContain('release_command: [node, job.js, "$${X}"]');
    for (const [line, what] of [
      [13, 'environment.B'],
      [14, 'volumes'],
      [16, 'user'],
    ])
      expect(told).toContain(`line ${line}  job.${what}: the \`release_command\` has what web has`);
    expect(told).toContain('job.cap_add: ');
    expect(told).not.toMatch(/job\.(restart|environment\.A|image)/);
  });

  it('a group is no part of a user', () => {
    const { text, told } = job('');
    expect(text).toContain('    user: app\n');
    expect(told).toContain('web.user: its group is app’s own, not staff');
  });
});

it('containers are known by other names too', () => {
  const { text, told } = imported(`services:
  web: { image: nginx, environment: { API: "http://api-1:3000/v1", DB_HOST: shop_db, CACHE: "redis://cache:6379" } }
  api: { image: node, command: node x, expose: [3000], container_name: api-1 }
  db: { image: postgres, hostname: shop_db }
  redis: { image: redis, networks: { default: { aliases: [cache] } } }
`);
  expect(text).toContain('API: http://api.internal/v1');
  for (const name of ['shop_db', 'cache']) expect(told).toContain(`\`${name}\` is not here`);
});

it('what Celery’s monitor shows is no work in the background', () => {
  const { text } = imported(
    'services: { flower: { image: mher/flower, command: celery flower, ports: ["5555:5555"] } }',
  );
  expect(text).toContain('port: 5555');
});

it('each key of `deploy` is told', () => {
  const { told } = web(
    '    deploy: { restart_policy: { condition: none }, endpoint_mode: dnsrr, placement: { max_replicas_per_node: 1 } }\n',
  );
  for (const key of ['restart_policy', 'endpoint_mode', 'placement']) expect(told).toContain(`web.deploy.${key}: `);
});

describe('paths', () => {
  const text = 'services: { web: { image: nginx, volumes: ["./html:/usr/share/nginx/html:ro", "/srv/a:/a:ro"] } }';

  it('begin where the relevo.yaml will lie', () => {
    expect(imported(text).text).toContain('{ source: ./html, target: /var/www/html }');
    expect(imported(text, { base: '../app' }).text).toContain('{ source: ../app/html, target: /var/www/html }');
    expect(imported(text, { base: '../app' }).text).toContain('{ source: /srv/a, target: /a }');
  });
});

describe('files that can’t be imported', () => {
  const refused = (text: string) => {
    const rest = { directory: 'shop', base: '', variables: {}, texts: {} };
    const result = importCompose({ file: 'compose.yaml', bytes: bytesOf(text), ...rest });
    return result.ok ? [] : result.diagnostics.map(({ line, message, hint }) => [line, message, hint]);
  };

  it.each([
    ['services: { db: { image: "postgres:16" } }', /no service that can run here/, /said of each/],
    ['version: 1\nname: shop\n', /no service that can run here/, /is it a Compose file/],
    ['services:\n\tweb: {}\n', /a tab indents/, /spaces/],
    ['services: { web: *nowhere }', /no anchor/, undefined],
  ])('%s', (text, message, hint) => {
    const [[, said, hinted] = []] = refused(text);
    expect(said).toMatch(message);
    if (hint !== undefined) expect(hinted).toMatch(hint);
  });

  it('whatever is in them', () => {
    for (const odd of [
      'web: 1',
      'web: []',
      'web: ~',
      'web: { image: 5, ports: x, volumes: {a: b}, healthcheck: 3, deploy: [] }',
    ])
      expect(() => refused(`services: { ${odd} }`)).not.toThrow();
  });
});
