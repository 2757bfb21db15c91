import { aptUpdate, dpkgLock } from './apt.ts';

/**
 * How plain `vagrant up` ends with the site: the first machine gets Relevo, the file and what it names, and makes the site of all
 * machines once the last one is there. These are the lines of an exported Vagrantfile that do so.
 */

/** Where an exported directory keeps what goes into the first machine. */
export const exported = { program: 'relevo', project: 'project', images: 'cache' } as const;

/** On a machine that has been provisioned, whenever that was. */
const mark = '/etc/relevo-provisioned';

/** In the first machine. */
export const inside = {
  home: '/opt/relevo',
  upload: '/var/tmp/relevo',
  keys: '/etc/relevo-keys',
  cache: '/var/cache/relevo',
} as const;

/** Before anything else. */
export const siteHead: readonly string[] = [
  `['${exported.program}', '${exported.project}'].each do |part|`,
  '  next if File.directory?(File.join(__dir__, part))',
  '',
  '  abort "#{part}/ is missing beside this Vagrantfile: `relevo vagrant export DIRECTORY` writes all of it"',
  'end',
  '',
];

/** Within the block of one machine. */
export const siteProvisioners: readonly string[] = [
  'if name == machines.keys.first',
  `  machine.vm.provision 'empty', type: 'shell', privileged: false, inline: 'rm -rf ${inside.upload} && mkdir -m 700 ${inside.upload}'`,
  `  %w[${Object.values(exported).join(' ')}].select { |part| File.directory?(File.join(__dir__, part)) }.each do |part|`,
  `    machine.vm.provision part, type: 'file', source: File.join(__dir__, part), destination: '${inside.upload}/'`,
  '  end',
  `  machine.vm.provision 'install', type: 'shell', inline: 'sh ${inside.upload}/${exported.program}/install.sh'`,
  'end',
  `machine.vm.provision 'ready', type: 'shell', inline: 'touch ${mark}'`,
];

/**
 * An action trigger runs after each machine, in threads where machines come up in parallel, so it acts once, and only when all of
 * them are there. Vagrant's own once-per-command trigger also runs where some are missing, and is an experiment before 2.4.
 */
export const siteTrigger: readonly string[] = String.raw`
# Once all machines are there, the first one makes the site of them, or changes it to what the file says now.
$relevo ||= { lock: Mutex.new, done: false }
config.trigger.after [:up, :provision, :reload, :resume] do |trigger|
  trigger.name = 'the site, once all machines are there'
  trigger.ruby do |env, machine|
    $relevo[:lock].synchronize do
      next if $relevo[:done] || ARGV.include?('--no-provision')

      # connections anew: two threads must not use one, and theirs may be uploading. Not machines anew, and providers are asked for
      # their state: a machine locks its entry in Vagrant's index when it is made or asked, against the thread that starts it
      all = machines.keys.map { |name| env.machine(name.to_sym, machine.provider_name) }
      doors = all.to_h { |each| [each, machine.communicate.class.new(each)] }
      marked = all.to_h do |each|
        [each, each.provider.state.id == :running ? doors[each].test('test -e ${mark}') : nil]
      rescue StandardError
        [each, nil] # it does not answer yet, whatever the reason: what breaks off while a machine boots is no error of Vagrant’s
      end
      if marked[machine] == false
        # its own part of this command is over, and Vagrant provisions a machine once, whether or not that succeeded
        text = "#{machine.name} was not provisioned to its end: run \"vagrant provision #{machine.name}\""
        raise Class.new(Vagrant::Errors::VagrantError) { error_message text }
      end
      waiting = all.reject { |each| marked[each] }
      unless waiting.empty?
        machine.ui.info("The site waits for #{waiting.map(&:name).join(', ')}.")
        next
      end

      $relevo[:done] = true
      first = all.first
      read = lambda do |from, path|
        text = +''
        doors[from].sudo("cat #{path}") { |type, data| text << data if type == :stdout }
        text.strip
      end

      # the first machine may log in to all of them; nothing of it is on this computer
      key = Shellwords.escape(read.call(first, '${inside.keys}/id_ed25519.pub'))
      all.each do |each|
        file = '~/.ssh/authorized_keys'
        doors[each].execute("grep -qxF #{key} #{file} || echo #{key} >> #{file}")
      end
      addresses = machines.values.map { |own| own[:address] }
      users = addresses.zip(all).map { |address, each| "Host #{address}\n  User #{each.ssh_info[:username]}\n" }
      hosts = addresses.zip(all).map { |address, each| "#{address} #{read.call(each, '/etc/ssh/ssh_host_ed25519_key.pub')}\n" }
      { 'users' => users, 'known_hosts' => hosts }.each do |file, lines|
        doors[first].sudo("printf %s #{Shellwords.escape(lines.join)} > ${inside.keys}/#{file}")
      end

      code = doors[first].sudo('relevo up --yes', error_check: false) do |type, data|
        data.each_line { |line| type == :stderr ? machine.ui.error(line.chomp) : machine.ui.detail(line.chomp) }
      end
      next if code.zero?

      machine.ui.error("What is called relevo here runs in #{first.name}: vagrant ssh #{first.name} -c 'relevo status'")
      raise Vagrant::Errors::TriggersBadExitCodes, code: code
    end
  end
end
`
  .trim()
  .split('\n');

/** Of the exported directory: puts everything in its place in the first machine. May be repeated. */
export const installScript = `#!/bin/sh
# Puts Relevo, the file and what it names in their places in the first machine; run there by Vagrant, as root.
set -eu
umask 022
from=${inside.upload} home=${inside.home} keys=${inside.keys} cache=${inside.cache}

${aptUpdate}
command -v openssl >/dev/null || {
  export DEBIAN_FRONTEND=noninteractive
  apt_update && apt-get install -y -q --no-install-recommends ${dpkgLock} openssl
}

rm -rf "$home.new"
mkdir -p "$home.new/dist/cli" "$home.new/node_modules/node/bin"
cd "$home.new"
gzip -dc "$from/${exported.program}/node.gz" > node_modules/node/bin/node
chmod 755 node_modules/node/bin/node
cp "$from/${exported.program}/relevo.js" dist/cli/main.js
cp "$from/${exported.program}/worker.js" dist/cli/worker.js
cp "$from/${exported.program}/controller.cjs" controller.cjs
cp "$from/${exported.program}/package.json" package.json
cp "$from/${exported.program}/node.json" node_modules/node/package.json
cp -R "$from/${exported.project}" project
chmod 700 project # secrets may be in it
cd /
rm -rf "$home" && mv "$home.new" "$home"

install -d -m 700 "$keys"
[ -e "$keys/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C relevo -f "$keys/id_ed25519"
cat > "$keys/config" <<CONFIG
Include $keys/users
IdentityFile $keys/id_ed25519
IdentitiesOnly yes
UserKnownHostsFile $keys/known_hosts
CONFIG

install -d -m 755 "$cache"
[ ! -d "$from/${exported.images}" ] || find "$from/${exported.images}" -mindepth 1 -maxdepth 1 -exec mv -f -t "$cache" {} +
rm -rf "$from"

cat > /usr/local/bin/relevo <<'RELEVO'
#!/bin/sh
# Relevo as it manages the machines from inside the first one: the file is the exported one unless another is named.
[ "$(id -u)" -eq 0 ] || exec sudo -H -- "$0" "$@"
cd ${inside.home}/project || exit
export HOME=/root RELEVO_SSH_CONFIG=${inside.keys}/config RELEVO_CACHE=${inside.cache} RELEVO_INSIDE=yes
exec ${inside.home}/node_modules/node/bin/node ${inside.home}/dist/cli/main.js "$@"
RELEVO
chmod 755 /usr/local/bin/relevo
`;
