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
      /** What packages can't bring. */
      readonly lacks?: string;
    }
  | { readonly is: 'store' | 'proxy' | 'tool' | 'fastcgi' }
  | { readonly is: 'unknown' };

const php = { is: 'program', has: 'PHP 8.2' } as const;
const phpSettings = (server: string) => ({ '/usr/local/etc/php/conf.d': `/etc/php/8.2/${server}/conf.d` });

const programs: Readonly<Record<string, ImageKind>> = {
  nginx: {
    ...{ is: 'program', packages: ['nginx'], has: 'nginx 1.22', port: 80 },
    moves: { '/usr/share/nginx/html': '/var/www/html' },
  },
  httpd: {
    ...{ is: 'program', packages: ['apache2'], has: 'Apache 2.4', port: 80 },
    moves: { '/usr/local/apache2/htdocs': '/var/www/html' },
  },
  caddy: {
    ...{ is: 'program', packages: ['caddy'], has: 'Caddy 2.6', port: 80 },
    moves: { '/srv': '/usr/share/caddy' },
  },
  tomcat: { is: 'program', packages: ['tomcat10'], has: 'Tomcat 10.1', port: 8080 },
  node: { is: 'program', packages: ['nodejs', 'npm'], has: 'Node.js 18' },
  python: { is: 'program', packages: ['python3', 'python3-venv'], has: 'Python 3.11' },
  ruby: { is: 'program', packages: ['ruby', 'bundler'], has: 'Ruby 3.1' },
  golang: { is: 'program', packages: ['golang-go'], has: 'Go 1.19' },
  rust: { is: 'program', packages: ['cargo'], has: 'Rust 1.63' },
  java: { is: 'program', packages: ['default-jre-headless'], has: 'Java 17' },
  perl: { is: 'program', packages: ['perl'], has: 'Perl 5.36' },
  php: { ...php, packages: ['php-cli'], moves: phpSettings('cli') },
  'php-apache': { ...php, packages: ['libapache2-mod-php'], port: 80, moves: phpSettings('apache2') },
  wordpress: {
    ...php,
    packages: ['libapache2-mod-php', 'php-mysql', 'php-curl', 'php-gd', 'php-mbstring', 'php-xml'],
    ...{ port: 80, moves: phpSettings('apache2') },
    lacks: 'WordPress itself: its files belong into /var/www/html, by `files` or `run`',
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
