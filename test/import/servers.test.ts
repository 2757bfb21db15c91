import { describe, expect, it } from 'vitest';
import { imported } from './imported.ts';

/** A server of a package's, and what it has besides. */
const server = (image: string, more: string, port = 80) =>
  imported(`services:\n  web:\n    image: ${image}\n    ports: ["8080:${port}"]\n${more}`);
const volumes = (image: string, ...mounts: string[]) => server(image, `    volumes: ${JSON.stringify(mounts)}\n`);

const giveWay =
  "      - sed -i 's/ default_server//; s:/var/www/html:/usr/share/nginx/html:' /etc/nginx/sites-available/default\n";

describe('nginx', () => {
  it.each(['conf.d/default.conf', 'conf.d/app.conf', 'conf.d', 'sites-enabled/app'])(
    'Debian’s own site gives way to %s',
    (file) => {
      const { text, told } = volumes('nginx', `./x:/etc/nginx/${file}:ro`, './html:/usr/share/nginx/html:ro');
      expect(text).toContain(giveWay);
      expect(text).toContain(`{ source: ./x, target: /etc/nginx/${file} }`);
      expect(text, 'its `root` says where').toContain('{ source: ./html, target: /usr/share/nginx/html }');
      expect(told).toMatch(/In another form[\s\S]*line 5 {2}web\.volumes: Debian’s own site would answer/);
    },
  );

  it('nothing is done to a site that stands in the place of Debian’s', () => {
    expect(volumes('nginx', './x:/etc/nginx/sites-enabled/default').text).not.toContain('run:');
  });

  it('a config is a file too', () => {
    const { text } = imported(
      'services: { web: { image: nginx, configs: [{ source: site, target: /etc/nginx/conf.d/default.conf }] } }\nconfigs: { site: { file: ./site.conf } }',
    );
    expect(text).toContain(giveWay);
  });

  it('the user of its image’s nginx.conf is made', () => {
    const { text, told } = volumes('nginx', './nginx.conf:/etc/nginx/nginx.conf:ro');
    expect(text).toContain('    run:\n      - useradd --system nginx\n');
    expect(told).toContain('take `daemon off` and any `pid` but /run/nginx.pid out of it');
  });

  it('templates are not filled in', () => {
    const { text, told } = volumes('nginx', './t:/etc/nginx/templates');
    expect(text).not.toContain('templates');
    expect(told).toMatch(/Left to fill in\n.*line 5 {2}web\.volumes: nginx’s image fills templates in/);
  });

  it('that has only pages, has them where Debian’s own site looks', () => {
    const { text } = volumes('nginx', './html:/usr/share/nginx/html:ro');
    expect(text).toContain('{ source: ./html, target: /var/www/html }');
    expect(text).not.toContain('run:');
  });

  it('listens elsewhere only if its settings say so', () => {
    const said = /Left to fill in\n.*line 2 {2}web\.port: Debian’s package listens on 80/;
    expect(server('nginxinc/nginx-unprivileged', '', 8080).told).toMatch(said);
    expect(server('nginx', '    volumes: ["./x:/etc/nginx/conf.d"]\n', 8080).told).not.toMatch(said);
  });
});

describe('Apache', () => {
  it('runs PHP as its image does, and whatever is in the user’s directory stays', () => {
    const { text } = volumes('php:8.2-apache', './:/var/www/html', './my.ini:/usr/local/etc/php/php.ini');
    expect(text).toContain('packages: [apache2, libapache2-mod-php]');
    expect(text).toMatch(/ {4}run:\n.*DirectoryIndex index\.php index\.html.*AllowOverride All.*conf-enabled/);
    expect(text).not.toMatch(/\brm /);
    expect(text).toContain('target: /etc/php/8.2/apache2/php.ini }');
  });

  it('reads no settings of its image’s', () => {
    const mounts = ['./httpd.conf:/usr/local/apache2/conf/httpd.conf', './site:/usr/local/apache2/htdocs'];
    const { text, told } = volumes('httpd', ...mounts);
    expect(text).not.toContain('httpd.conf');
    expect(text).toContain('{ source: ./site, target: /var/www/html }');
    expect(told).toMatch(/Left to fill in\n.*line 5 {2}web\.volumes: Debian’s package does not read them/);
  });
});

it('Tomcat reads nothing of its image’s', () => {
  const { text, told } = volumes('tomcat', './shop.war:/usr/local/tomcat/webapps/shop.war');
  expect(text).not.toContain('files:');
  expect(told).toContain('/var/lib/tomcat10/webapps');
});

describe('what a package’s own unit runs', () => {
  const lost = '    working_dir: /var/www\n    stop_signal: SIGINT\n    user: www-data\n';

  it('takes nothing that belongs to a command', () => {
    const { text, told, ready } = server('php:8.2-apache', lost);
    expect(ready).toBe(true);
    for (const key of ['working_dir', 'stop_signal', 'user']) {
      expect(text).not.toContain(`${key}:`);
      expect(told).toContain(`web.${key}: the package’s own systemd unit runs it`);
    }
  });

  it('but a directory for its release command', () => {
    const job = '  job: { image: "php:8.2-apache", command: php artisan migrate }\n';
    const { text, ready } = server(
      'php:8.2-apache',
      `${lost}    depends_on: { job: { condition: service_completed_successfully } }\n${job}`,
    );
    expect(ready).toBe(true);
    expect(text).toContain('    working_dir: /var/www\n    release_command: php artisan migrate\n');
  });

  it('the same of a Dockerfile', () => {
    const texts = { Dockerfile: 'FROM php:8.2-apache\nWORKDIR /srv\nUSER www-data\nCMD ["x"]\n' };
    const { text, told, ready } = imported('services: { web: { build: ., ports: ["80:80"] } }', { texts });
    expect(ready).toBe(true);
    expect(text).not.toMatch(/working_dir|user:|command:/);
    expect(told).toContain('web.build: the Dockerfile’s command, user, directory: the package’s own systemd unit');
  });

  it('its users can read its secrets', () => {
    const { text } = imported(
      'services: { web: { image: "php:8.2-apache", secrets: [key] } }\nsecrets: { key: { file: key.txt } }',
    );
    expect(text).toContain('key: { file: key.txt, target: /run/secrets/key, mode: "0444" }');
  });
});

describe('what stands behind a web server', () => {
  const proxy = '  web: { image: nginx, ports: ["80:80"], volumes: ["./x:/etc/nginx/conf.d"] }\n';

  it('is called otherwise in its settings', () => {
    const { told } = imported(`services:\n${proxy}  my_api: { image: node, command: node x, expose: [3000] }\n`);
    expect(told).toMatch(/Left to fill in\n.*line 2 {2}web: if it only passes.*\n.*http:\/\/my-api\.internal/);
  });

  it.each(['build: ./app', 'image: "php:8-fpm"'])('is missed where it is not here: %s', (app) => {
    expect(imported(`services:\n${proxy}  app: { ${app} }\n`).told).toMatch(/^Left to fill in\n.*line 3 {2}app: /);
  });

  it('nobody misses a worker', () => {
    const { told } = imported('services: { web: { image: nginx }, app: { build: ./app } }');
    expect(told).toMatch(/Without a counterpart\n.*app: nothing says on which port/);
  });
});
