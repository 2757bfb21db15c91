import type { NoteKind } from './notes.ts';

/** Files of the user's that Debian's package takes in another way than the container image. */
export interface Settings {
  /** The build step that they need. */
  readonly run?: string;
  readonly note: readonly [kind: NoteKind, why: string, instead?: string];
  /** Debian's package does not read them. */
  readonly unread?: true;
  /** They say where the pages are, so that none of `moves` holds. */
  readonly stay?: true;
}

/** What a container image that everybody knows is here. */
export type ImageKind =
  | {
      readonly is: 'program';
      readonly packages: readonly string[];
      /** What Debian 12 has in its place. */
      readonly has: string;
      /** Its package's own systemd unit runs it, on this port. */
      readonly port?: number;
      /** Directories that Debian keeps elsewhere. */
      readonly moves?: Readonly<Record<string, string>>;
      /** By the path of a file, or of a directory with it; the longest one counts. */
      readonly settings?: Readonly<Record<string, Settings>>;
      /** Build steps with which Debian's package does as the image. */
      readonly run?: readonly string[];
      /** What packages can't bring. */
      readonly lacks?: string;
    }
  | { readonly is: 'store' | 'proxy' | 'tool' | 'fastcgi' }
  | { readonly is: 'unknown' };

const php = { is: 'program', has: 'PHP 8.2' } as const;
const phpSettings = (server: string) => ({ '/usr/local/etc/php': `/etc/php/8.2/${server}` });

/** The image's, of which Debian's has the contrary. Source: docker-library/php, docker-php.conf */
const pagesOfPhp =
  "printf '<Directory /var/www/>\\nDirectoryIndex index.php index.html\\nOptions -Indexes\\nAllowOverride All\\n</Directory>\\n' > /etc/apache2/conf-enabled/php-pages.conf";
/** Its module does not bring the server, which is only recommended. */
const phpApache = ['apache2', 'libapache2-mod-php'];

/** Debian's own site comes after those of conf.d, and the first one without `default_server` is the default. */
const giveWay =
  "sed -i 's/ default_server//; s:/var/www/html:/usr/share/nginx/html:' /etc/nginx/sites-available/default";

const ownSite: Settings = { note: ['changed', 'it takes the place of Debian’s own site'], stay: true };

const nginxSettings: Readonly<Record<string, Settings>> = {
  '/etc/nginx/sites-available': ownSite,
  '/etc/nginx/sites-enabled/default': ownSite,
  '/etc/nginx': {
    run: giveWay,
    note: ['changed', 'Debian’s own site would answer in its place, so a line of `run` makes it the last resort'],
    stay: true,
  },
  '/etc/nginx/nginx.conf': {
    run: 'useradd --system nginx',
    note: [
      'changed',
      'Debian’s unit starts it, and `run` makes the user `nginx`',
      'take `daemon off` and any `pid` but /run/nginx.pid out of it',
    ],
    stay: true,
  },
  '/etc/nginx/templates': {
    note: [
      'open',
      'nginx’s image fills templates in when it starts, and Debian’s package does not read them',
      'write what becomes of them into a file, mount that at /etc/nginx/conf.d/default.conf and import again',
    ],
    unread: true,
  },
};

const programs: Readonly<Record<string, ImageKind>> = {
  nginx: {
    ...{ is: 'program', packages: ['nginx'], has: 'nginx 1.22', port: 80 },
    ...{ moves: { '/usr/share/nginx/html': '/var/www/html' }, settings: nginxSettings },
  },
  httpd: {
    ...{ is: 'program', packages: ['apache2'], has: 'Apache 2.4', port: 80 },
    moves: { '/usr/local/apache2/htdocs': '/var/www/html' },
    settings: {
      '/usr/local/apache2/conf': {
        note: [
          'open',
          'Debian’s package does not read them: its settings are in /etc/apache2',
          'write a site for Debian’s Apache: `files: [{source: …, target: /etc/apache2/sites-available/000-default.conf}]`',
        ],
        unread: true,
      },
    },
  },
  caddy: {
    ...{ is: 'program', packages: ['caddy'], has: 'Caddy 2.6', port: 80 },
    moves: { '/srv': '/usr/share/caddy' },
    settings: {
      '/etc/caddy': {
        note: [
          'open',
          'for a site with a host name Caddy fetches a certificate and sends visitors to HTTPS, which is the balancers’ affair',
          'let its sites begin with `http://` or be `:80`',
        ],
        stay: true,
      },
    },
  },
  tomcat: {
    ...{ is: 'program', packages: ['tomcat10'], has: 'Tomcat 10.1', port: 8080 },
    settings: {
      '/usr/local/tomcat': {
        note: [
          'open',
          'Debian’s package does not read it: it has applications in /var/lib/tomcat10/webapps, settings in /etc/tomcat10',
          'write it under `files`; before a ROOT.war Debian’s own goes: `run: [rm -r /var/lib/tomcat10/webapps/ROOT]`',
        ],
        unread: true,
      },
    },
  },
  node: { is: 'program', packages: ['nodejs', 'npm'], has: 'Node.js 18' },
  python: { is: 'program', packages: ['python3', 'python3-venv'], has: 'Python 3.11' },
  ruby: { is: 'program', packages: ['ruby', 'bundler'], has: 'Ruby 3.1' },
  golang: { is: 'program', packages: ['golang-go'], has: 'Go 1.19' },
  rust: { is: 'program', packages: ['cargo'], has: 'Rust 1.63' },
  java: { is: 'program', packages: ['default-jre-headless'], has: 'Java 17' },
  perl: { is: 'program', packages: ['perl'], has: 'Perl 5.36' },
  php: { ...php, packages: ['php-cli'], moves: phpSettings('cli') },
  'php-apache': { ...php, packages: phpApache, port: 80, moves: phpSettings('apache2'), run: [pagesOfPhp] },
  wordpress: {
    ...php,
    packages: [...phpApache, 'php-mysql', 'php-curl', 'php-gd', 'php-mbstring', 'php-xml'],
    ...{ port: 80, moves: phpSettings('apache2'), run: [pagesOfPhp, 'a2enmod rewrite expires'] },
    lacks:
      'WordPress itself: its files belong into /var/www/html, by `files` or `run`, with a wp-config.php that reads the variables',
  },
  debian: { is: 'program', packages: [], has: 'Debian 12' },
  ubuntu: { is: 'program', packages: [], has: 'Debian 12; `image: ubuntu/24.04` is known as well' },
  alpine: { is: 'program', packages: [], has: 'Debian 12' },
  scratch: { is: 'program', packages: [], has: 'Debian 12' },
};

const aliases: Readonly<Record<string, string>> = {
  ...{ openjdk: 'java', 'eclipse-temurin': 'java', amazoncorretto: 'java', buildpack: 'debian', busybox: 'alpine' },
  'nginx-unprivileged': 'nginx',
};

const stores =
  /^(postgres(ql)?|postgis|pgvector|timescaledb|mysql|mariadb|percona|mongo(db)?|redis(-stack.*)?|valkey|keydb|dragonfly|memcached|rabbitmq|kafka|cp-kafka|redpanda|zookeeper|nats|mosquitto|emqx|elasticsearch|opensearch|solr|meilisearch|typesense|minio|influxdb|clickhouse(-server)?|cassandra|scylla|couchdb|couchbase|cockroach|neo4j|etcd|consul|vault|registry|qdrant|weaviate|prometheus|loki|mssql.*|sqlserver|oracle.*)$/;
const proxies =
  /^(traefik|nginx-proxy|docker-gen|nginx-proxy-manager|caddy-docker-proxy|haproxy|envoy|kamal-proxy|kong|cloudflared|swag)$/;
const tools =
  /^(watchtower|portainer(-ce)?|autoheal|certbot|letsencrypt-.*|acme-companion|adminer|phpmyadmin|pgadmin4?|mailhog|mailpit|mailcatcher|redis-commander|mongo-express|dozzle|cadvisor|node-exporter|grafana|jaeger|all-in-one|selenium.*|localstack|docker-socket-proxy)$/;

/** `registry.example.org:5000/team/web:1.2@sha256:…` → `web` and `1.2`. */
export function imageParts(image: string): { readonly name: string; readonly tag: string } {
  const [path = ''] = image.split('@');
  const last = path.split('/').at(-1) ?? '';
  const [name = '', tag = 'latest'] = last.split(':');
  return { name: name.toLowerCase(), tag };
}

export function imageKind(image: string): ImageKind {
  const { name, tag } = imageParts(image);
  if (stores.test(name)) return { is: 'store' };
  if (proxies.test(name)) return { is: 'proxy' };
  if (tools.test(name)) return { is: 'tool' };
  if (/fpm/.test(tag) || name === 'php-fpm') return { is: 'fastcgi' };
  const known = name === 'php' && tag.includes('apache') ? 'php-apache' : (aliases[name] ?? name);
  return Object.hasOwn(programs, known) ? (programs[known] as ImageKind) : { is: 'unknown' };
}
